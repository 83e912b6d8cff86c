#include "predictor/anneal/kernel_body.hpp"

namespace quench::predictor::anneal {

const Kernel* baseline_kernel() {
    return &kernel;
}

}  // namespace quench::predictor::anneal
