// Compiled with the options of this instruction set where the compiler has them (CMakeLists.txt).
#if defined(__AVX2__) && defined(__FMA__)
#include "predictor/anneal/kernel_body.hpp"
#else
#include "predictor/anneal/kernel.hpp"
#endif

namespace quench::predictor::anneal {

const Kernel* avx2_kernel() {
#if defined(__AVX2__) && defined(__FMA__)
    return &kernel;
#else
    return nullptr;
#endif
}

}  // namespace quench::predictor::anneal
