// The values that a point's bits can encode, and the convex relaxation over them: what branch and bound
// searches.
#pragma once

#include "predictor/anneal/problem.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quench::predictor::anneal {

/// A value of beta_n, the cheapest bits that encode it, and what those cost (linear terms).
struct Level {
    double value = 0;
    double cost = 0;
    std::uint32_t code = 0;
};

/// Of each point all values, rising; as many for every point, and the same but for rounding.
[[nodiscard]] std::vector<std::vector<Level>> levels_of(const qubo::FactoredQubo& problem);

/// Levels lo .. hi (inclusive) that a point may still take.
struct Range {
    std::uint32_t lo = 0, hi = 0;
};

/// Minimise 1/2 beta^T G beta + sum_n cost_n(beta_n) over a lattice of levels, G positive semidefinite. A
/// problem with an indefinite kernel gets one by G + lambda I, and cost_n(v) - lambda v^2 / 2 in return: the
/// same energies at all levels, a weaker bound between them.
class Lattice {
  public:
    /// More bits than this make too many levels a point.
    static constexpr std::size_t most_bits = 12;

    explicit Lattice(const qubo::FactoredQubo& problem);

    [[nodiscard]] std::size_t points() const { return points_; }
    [[nodiscard]] std::span<const Level> levels(std::size_t point) const { return levels_[point]; }
    [[nodiscard]] const double* row(std::size_t point) const { return kernel_.data() + point * points_; }
    /// Energy, without the problem's offset, of one level for each point.
    [[nodiscard]] double energy(std::span<const std::uint32_t> chosen) const;

  private:
    std::size_t points_;
    std::vector<double> kernel_;
    std::vector<std::vector<Level>> levels_;
};

/// What the continuous relaxation of a box of ranges says.
struct Relaxed {
    double bound = 0;  ///< no assignment within the ranges has less energy: holds at any beta, by duality
};

/// Coordinate descent over convex hulls of the levels' costs, from `beta` (updated), until the bound meets
/// `enough`, the gap closes, or further sweeps are not worth it. The bound at beta: by convexity of 1/2
/// beta^T G beta,
///     E(beta') >= -1/2 beta^T G beta + sum_n min_v (g_n v + cost_n(v)),   g = G beta.
[[nodiscard]] Relaxed relax(const Lattice& lattice, std::span<const Range> ranges, double enough,
                            std::vector<double>& beta);

}  // namespace quench::predictor::anneal
