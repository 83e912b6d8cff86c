// Support vector regression fitted by an annealer: samples of the QUBO become one regression.
#pragma once

#include "base/result.hpp"
#include "predictor/anneal/annealer.hpp"
#include "predictor/curve_predictor.hpp"
#include "predictor/qsvr/encoding.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace quench::predictor::qsvr {

/// How the coefficients of several samples become those of one regression. Averages of samples are finer than
/// the bits, and forgive an annealer that misses the minimum.
enum class Combination {
    lowest,          ///< the sample of the lowest energy
    mean_of_lowest,  ///< the mean of the `lowest` lowest
    boltzmann,       ///< those, by exp(-(E - E_min) / (mean E - E_min))
    score_weighted,  ///< those, by 1 / (mean square error on the training curves)
};

struct FitSettings {
    Encoding encoding = {};
    Combination combination = Combination::mean_of_lowest;
    std::size_t lowest = 20;  ///< samples combined, distinct ones or not
    std::size_t reads = 128;
    std::size_t sweeps = 200;
    /// Further rounds, each with half the range about the result of the one before: finer than the bits.
    std::size_t zoom_rounds = 0;
    std::uint64_t seed = 0;
};

struct Fitted {
    std::vector<double> beta;  ///< N coefficients, alpha - alpha-hat
    double bias = 0;
    EnergyReport energies;  ///< of the last round; the continuous optimum is in the box of the first
};

/// `kernel` is N x N, `targets` N values. An Error if the annealer has one.
[[nodiscard]] base::Result<Fitted> fit(const anneal::Annealer& annealer, std::span<const double> kernel,
                                       std::span<const double> targets, const FitSettings& settings);

/// The minimum of the objective over beta in [-box, box]^N by coordinate descent: what no bits can go below.
[[nodiscard]] std::vector<double> continuous_optimum(std::span<const double> kernel,
                                                     std::span<const double> targets, double epsilon,
                                                     double penalty, double box);
/// The objective at beta, with the smaller of alpha and alpha-hat zero.
[[nodiscard]] double objective(std::span<const double> kernel, std::span<const double> targets,
                               std::span<const double> beta, const Encoding& encoding);

}  // namespace quench::predictor::qsvr
