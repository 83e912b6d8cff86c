#include "trainer/nn/parameters.hpp"

#include "base/random.hpp"

#include <cmath>

namespace quench::trainer::nn {

template <class Scalar>
Slice Parameters<Scalar>::add(const std::string& name, Index rows, Index cols, Initial initial) {
    const Slice slice{static_cast<Index>(values_.size()), rows, cols};
    base::Rng rng(seed_, "parameter." + name);
    const double range = std::sqrt(6.0 / static_cast<double>(rows + cols));
    for (Index i = 0; i < rows * cols; ++i) {
        double value = initial.value;
        if (initial.kind == Initial::Kind::glorot) value = range * (2.0 * rng.uniform() - 1.0);
        if (initial.kind == Initial::Kind::normal) value = initial.value * rng.normal();
        values_.push_back(static_cast<Scalar>(value));
    }
    entries_.push_back({name, slice});
    return slice;
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace quench::trainer::nn
