#include "predictor/anneal/scaled_problem.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace quench::predictor::anneal {
namespace {

double largest(const std::vector<double>& values) {
    double found = 0;
    for (const double value : values) found = std::max(found, std::abs(value));
    return found;
}

/// The power of two that brings `value` into [1, 2); 1 for zero.
double to_one(double value) {
    return value > 0 ? std::ldexp(1.0, -std::ilogb(value)) : 1.0;
}

std::vector<float> in_floats(const std::vector<double>& values, double factor) {
    std::vector<float> scaled(values.size());
    std::ranges::transform(values, scaled.begin(),
                           [&](double value) { return static_cast<float>(value * factor); });
    return scaled;
}

}  // namespace

ScaledProblem::ScaledProblem(const qubo::FactoredQubo& problem) {
    QUENCH_CHECK(problem.slots() > 0 && problem.slots() <= most_slots, "the bits of a point fit in a word");
    const std::size_t points = problem.points, slots = problem.slots();
    const double weight = largest(problem.weights);
    const double weight_factor = to_one(weight);
    scale_ = to_one(std::max(largest(problem.kernel) * weight * weight, largest(problem.linear)));
    if (slots == 1) {  // the kernel takes in the weight
        weights_ = {1};
        kernel_ = in_floats(problem.kernel, scale_ * weight * weight);
    } else {
        weights_ = in_floats(problem.weights, weight_factor);
        kernel_ = in_floats(problem.kernel, scale_ / (weight_factor * weight_factor));
    }
    linear_ = in_floats(problem.linear, scale_);
    double reach = 0;  // the largest |beta|
    for (const double w : problem.weights) reach += std::abs(w);
    for (std::size_t n = 0; n < points; ++n) {
        double field = 0;
        for (std::size_t m = 0; m < points; ++m) field += std::abs(problem.kernel[n * points + m]) * reach;
        for (std::size_t p = 0; p < slots; ++p) {
            const float w = weights_[p];
            self_.push_back(0.5f * w * w * kernel_[n * points + n]);
            largest_flip_ = std::max(largest_flip_, std::abs(problem.weights[p]) * field +
                                                        std::abs(problem.linear[n * slots + p]));
        }
    }
    view_ = {.points = points,
             .slots = slots,
             .bits = slots / problem.blocks,
             .kernel = kernel_.data(),
             .weights = weights_.data(),
             .linear = linear_.data(),
             .self = self_.data()};
}

}  // namespace quench::predictor::anneal
