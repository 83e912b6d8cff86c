// Quadratic unconstrained binary optimization: the problems that annealers minimise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quench::predictor::qubo {

/// One assignment: n values, each 0 or 1.
using Bits = std::vector<std::uint8_t>;

/// A dense QUBO over n binary variables,
///     E(x) = offset + sum_i linear_i x_i + sum_{i<j} coupling_ij x_i x_j,   x in {0,1}^n.
///
/// A coupling is the whole coefficient of x_i x_j, as in dimod's binary quadratic models, not half of a
/// symmetric matrix. Both triangles are stored, so that a row is contiguous: n^2 doubles. A value; not
/// synchronised.
class Qubo {
  public:
    /// All coefficients zero. `size` may be zero.
    explicit Qubo(std::size_t size = 0);

    [[nodiscard]] std::size_t size() const { return linear_.size(); }
    [[nodiscard]] double offset() const { return offset_; }
    [[nodiscard]] double linear(std::size_t i) const { return linear_[i]; }
    [[nodiscard]] double coupling(std::size_t i, std::size_t j) const { return couplings_[i * size() + j]; }
    [[nodiscard]] std::span<const double> linear() const { return linear_; }
    /// Couplings of variable i with all others; n values, zero at i itself.
    [[nodiscard]] std::span<const double> row(std::size_t i) const;

    void add_offset(double value) { offset_ += value; }
    void add_linear(std::size_t i, double value) { linear_[i] += value; }
    /// Adds to the coefficient of x_i x_j; with i == j to the linear one, because x^2 = x.
    void add_coupling(std::size_t i, std::size_t j, double value);
    /// Multiplies every coefficient and the offset.
    void scale(double factor);

    /// E(x); `x` has n values of 0 or 1.
    [[nodiscard]] double energy(std::span<const std::uint8_t> x) const;
    /// What flipping each variable of x would change: n energy differences. O(n^2).
    [[nodiscard]] std::vector<double> flip_costs(std::span<const std::uint8_t> x) const;
    /// Whether every coefficient and the offset is finite.
    [[nodiscard]] bool finite() const;

    friend bool operator==(const Qubo&, const Qubo&) = default;

  private:
    std::vector<double> linear_;
    std::vector<double> couplings_;
    double offset_ = 0;
};

/// The same function in spins s = 2x - 1 rewritten in bits: `ising` holds offset, h (linear) and J
/// (couplings).
[[nodiscard]] Qubo from_ising(const Qubo& ising);

}  // namespace quench::predictor::qubo
