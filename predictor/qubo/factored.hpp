// QUBOs whose bits encode a few real coefficients: what a support vector regression becomes.
#pragma once

#include "predictor/qubo/model.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace quench::predictor::qubo {

/// N points with P bits each. Bit p of point n has the weight w_p, and the bits meet only in the sums
///     beta_n = sum_p w_p x_np,
///     E(x) = offset + 1/2 sum_nm kernel_nm beta_n beta_m + sum_np linear_np x_np.
/// An annealer needs to keep only the N fields g = kernel beta, not n = N P of them: that is why Q-SVR
/// problems anneal in a time that hardly grows with their bits. A dense QUBO is the case P = 1, w = 1, zero
/// diagonal.
///
/// Variables are numbered as in Pasetto et al., with `blocks` = 2 for alpha and alpha-hat of K = P/blocks
/// bits: variable(n, p) = K (s N + n) + i, where s = p / K and i = p % K.
struct FactoredQubo {
    std::size_t points = 0;            ///< N
    std::size_t blocks = 1;            ///< how many runs of K bits a point has; divides weights.size()
    std::vector<double> weights = {};  ///< P, signed
    std::vector<double> kernel = {};   ///< N x N, symmetric, row-major
    std::vector<double> linear = {};   ///< N x P, point-major
    double offset = 0;

    [[nodiscard]] std::size_t slots() const { return weights.size(); }
    [[nodiscard]] std::size_t size() const { return points * slots(); }
    [[nodiscard]] std::size_t variable(std::size_t point, std::size_t slot) const {
        const std::size_t bits = slots() / blocks;
        return bits * (slot / bits * points + point) + slot % bits;
    }
    /// N sums beta of an assignment of size() bits.
    [[nodiscard]] std::vector<double> sums(std::span<const std::uint8_t> x) const;
    /// E(x), O(N^2 + N P).
    [[nodiscard]] double energy(std::span<const std::uint8_t> x) const;
};

/// The same function as a dense QUBO.
[[nodiscard]] Qubo expand(const FactoredQubo& factored);
/// A dense QUBO as the case of one bit a point.
[[nodiscard]] FactoredQubo factor(const Qubo& qubo);

}  // namespace quench::predictor::qubo
