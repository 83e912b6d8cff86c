// Support vector regression as a QUBO: every dual coefficient becomes a few bits.
#pragma once

#include "predictor/qubo/factored.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace quench::predictor::qsvr {

/// How real coefficients become bits: alpha_n = sum_{i<K} B^(i-k0) a_{Kn+i}, alpha-hat likewise with bits of
/// its own. The largest value, sum_i B^(i-k0), is the C that the encoding implies.
struct Encoding {
    std::size_t bits = 3;   ///< K
    double base = 3;        ///< B > 0
    double exponent = 0;    ///< k0
    double penalty = 0.01;  ///< xi, of (sum_n alpha_n - alpha-hat_n)^2
    double epsilon = 0.02;  ///< half width of the insensitive tube, in units of y
    friend bool operator==(const Encoding&, const Encoding&) = default;
};

/// The encoding of Pasetto et al. (arXiv:2303.15053): three bits of weights 1.003, 0.502, 0.251.
inline constexpr Encoding paper_encoding{
    .bits = 3, .base = 0.5, .exponent = 0.005, .penalty = 0.01, .epsilon = 0.02};

/// K weights B^(i-k0).
[[nodiscard]] std::vector<double> bit_weights(const Encoding& encoding);
/// C = sum_i B^(i-k0), the box of alpha and alpha-hat.
[[nodiscard]] double implied_box(const Encoding& encoding);

/// N x N matrix of exp(-gamma |x_n - x_m|^2), row-major; `rows` are N x features, row-major.
[[nodiscard]] std::vector<double> rbf_kernel(std::span<const double> rows, std::size_t features,
                                             double gamma);

/// Minimise over a, A (alpha, alpha-hat)
///     1/2 sum_nm (a_n-A_n)(a_m-A_m) k_nm + eps sum_n (a_n+A_n) - sum_n y_n (a_n-A_n) + xi (sum_n a_n-A_n)^2.
/// `kernel` is N x N, `targets` has N values. The linear part is w_i (eps - y_n) for alpha and w_i (eps +
/// y_n) for alpha-hat; the penalty goes into the kernel, as k + 2 xi.
[[nodiscard]] qubo::FactoredQubo encode(std::span<const double> kernel, std::span<const double> targets,
                                        const Encoding& encoding);

/// The objective of `encode` at real coefficients (N each): the oracle of the encoding.
[[nodiscard]] double dual_objective(std::span<const double> kernel, std::span<const double> targets,
                                    std::span<const double> alpha, std::span<const double> alpha_hat,
                                    const Encoding& encoding);

/// b = mean_n (y_n - sum_m k_nm beta_m). The original averages y - eps - f over the support vectors of both
/// kinds, but at alpha-hat it has to be y + eps - f; the mean residual has no such sign to get wrong and
/// predicts as well (annealing notes, section 5).
[[nodiscard]] double mean_residual(std::span<const double> kernel, std::span<const double> targets,
                                   std::span<const double> beta);

}  // namespace quench::predictor::qsvr
