// A problem in the form that the kernels take: floats, the largest coefficient about one.
#pragma once

#include "predictor/anneal/kernel.hpp"
#include "predictor/qubo/factored.hpp"

#include <vector>

namespace quench::predictor::anneal {

/// Owns the arrays of a KernelProblem. Coefficients are multiplied by a power of two, so that floats hold
/// problems of any unit and the rounding does not depend on it: energy in floats = scale() x energy.
class ScaledProblem {
  public:
    explicit ScaledProblem(const qubo::FactoredQubo& problem);
    ScaledProblem(const ScaledProblem&) = delete;
    ScaledProblem& operator=(const ScaledProblem&) = delete;

    [[nodiscard]] const KernelProblem& view() const { return view_; }
    [[nodiscard]] double scale() const { return scale_; }
    /// The most that one flip can change the energy, unscaled: sets the hot end of schedules.
    [[nodiscard]] double largest_flip() const { return largest_flip_; }

  private:
    std::vector<float> kernel_, weights_, linear_, self_;
    KernelProblem view_;
    double scale_ = 1;
    double largest_flip_ = 0;
};

}  // namespace quench::predictor::anneal
