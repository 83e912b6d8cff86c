// Steepest steps down until no flip of one bit or of two lowers the energy.
#pragma once

#include "predictor/anneal/problem.hpp"

namespace quench::predictor::anneal {

/// 1- and 2-flip descent of assignments of one problem. The factored form is used as it is: a step costs
/// O(n), a pass over all pairs O(n^2) with contiguous inner loops. Thread-safe.
class Descent {
  public:
    explicit Descent(const qubo::FactoredQubo& problem);

    /// Lowers `bits` to a local minimum of single flips and of all pairs of flips.
    void lower(Bits& bits) const;

  private:
    struct State;
    void flip(State& state, std::size_t slot, std::size_t point) const;
    void lower_by_singles(State& state) const;
    bool lower_by_pairs(State& state) const;

    const qubo::FactoredQubo& problem_;
    double tolerance_ = 0;
    std::vector<double> largest_;  ///< largest |kernel| of each point
};

}  // namespace quench::predictor::anneal
