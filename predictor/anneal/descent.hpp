// Steepest steps down until no flip of one bit or of two lowers the energy, or no change of one sum or of
// two.
#pragma once

#include "predictor/anneal/problem.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace quench::predictor::anneal {

/// 1- and 2-flip descent of assignments of one problem. The factored form is used as it is: a step costs
/// O(n), a pass over all pairs O(n^2) with contiguous inner loops. Thread-safe.
class FlipDescent {
  public:
    explicit FlipDescent(const qubo::FactoredQubo& problem);

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

/// The same over the sums that the bits encode: down to where no change of one point's level, or of two
/// points' levels at once, lowers the energy. From 3 to 4 is one step here, and three flips there.
/// Thread-safe.
class LevelDescent {
  public:
    /// Whether the problem has such sums.
    [[nodiscard]] static bool suits(const qubo::FactoredQubo& problem);

    /// `problem` suits.
    explicit LevelDescent(const qubo::FactoredQubo& problem);

    /// Lowers `bits` to a local minimum of changes by up to 4 levels, each sum encoded by its cheapest bits.
    void lower(Bits& bits) const;

  private:
    struct State;
    [[nodiscard]] std::size_t changes() const { return 2 * reach_ + 1; }
    void price(State& state) const;
    void change(State& state, std::size_t point, std::size_t c) const;
    void lower_by_points(State& state) const;
    bool lower_by_pairs(State& state) const;

    const qubo::FactoredQubo& problem_;
    std::vector<double> values_;        ///< of the levels, rising
    std::vector<double> own_;           ///< levels x points: what a level costs by itself
    std::vector<std::uint32_t> codes_;  ///< levels x points: its cheapest bits
    std::size_t reach_ = 0;             ///< how many levels a change goes at most
    double tolerance_;
    std::vector<double> largest_;  ///< largest |kernel| of each point
};

/// Both in turn, until neither goes lower. Thread-safe.
class Descent {
  public:
    explicit Descent(const qubo::FactoredQubo& problem);
    void lower(Bits& bits) const;

  private:
    FlipDescent flips_;
    std::optional<LevelDescent> levels_;  // of problems that it suits
};

}  // namespace quench::predictor::anneal
