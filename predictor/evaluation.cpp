#include "predictor/evaluation.hpp"

#include "base/random.hpp"
#include "predictor/forecaster.hpp"
#include "predictor/measures.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>

namespace quench::predictor {
namespace {

/// A number for each row, rows of one number staying together, and how many numbers there are.
std::vector<std::size_t> units_of(std::span<const Curve> curves, Together together, std::size_t& count) {
    std::vector<std::size_t> units(curves.size());
    std::iota(units.begin(), units.end(), std::size_t{0});
    if (together == Together::configuration) units = configurations(curves);
    count = units.empty() ? 0 : *std::ranges::max_element(units) + 1;
    return units;
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> places(count);
    std::iota(places.begin(), places.end(), std::size_t{0});
    base::Rng(seed, "evaluation split").shuffle(places);
    return places;
}

}  // namespace

std::vector<Split> folds(std::span<const Curve> curves, std::size_t count, Together together,
                         std::uint64_t seed) {
    std::size_t units = 0;
    const auto unit_of = units_of(curves, together, units);
    const auto place_of = shuffled(units, seed);
    std::vector<Split> splits(std::min(count, units));
    for (std::size_t row = 0; row < curves.size(); ++row) {
        for (std::size_t fold = 0; fold < splits.size(); ++fold) {
            const bool tested = place_of[unit_of[row]] % splits.size() == fold;
            (tested ? splits[fold].test : splits[fold].train).push_back(row);
        }
    }
    return splits;
}

Split random_split(std::span<const Curve> curves, std::size_t train_size, std::size_t most_tested,
                   Together together, std::uint64_t seed) {
    std::size_t units = 0;
    const auto unit_of = units_of(curves, together, units);
    if (units <= train_size) return {};
    const auto place_of = shuffled(units, seed);
    Split split;
    std::vector<bool> taken(units, false);
    const auto rows = shuffled(curves.size(), seed + 1);
    for (const std::size_t row : rows) {
        const std::size_t unit = unit_of[row];
        if (place_of[unit] < train_size) {
            if (!taken[unit]) split.train.push_back(row);  // of several runs one
            taken[unit] = true;
        } else if (split.test.size() < most_tested) {
            split.test.push_back(row);
        }
    }
    return split;
}

base::Result<Score> score(const CurvePredictor& predictor, std::span<const Curve> curves, const Split& split,
                          const Question& question, Judge judge, std::uint64_t seed) {
    std::vector<Curve> training;
    for (const std::size_t row : split.train) {
        if (has_answer(curves[row], question)) training.push_back(curves[row]);
    }
    std::vector<const Curve*> tested;
    for (const std::size_t row : split.test) {
        if (has_answer(curves[row], question)) tested.push_back(&curves[row]);
    }
    if (training.size() < 2 || tested.size() < 2)
        return base::Error("too few curves (" + std::to_string(training.size()) + " to learn from and " +
                           std::to_string(tested.size()) + " to judge by reach step " +
                           std::to_string(question.target) + ") give more, or ask for an earlier step");
    const auto begin = std::chrono::steady_clock::now();
    const auto model = predictor.fit(training, question, seed);
    if (!model) return model.error();
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    std::vector<double> truths, values;
    for (const Curve* curve : tested) {
        truths.push_back(curve->values[question.target - 1]);
        values.push_back((*model)->predict(*curve).value);
    }
    Score found{.r2 = r2(truths, values),
                .rank_correlation = rank_correlation(truths, values),
                .error = root_mean_square_error(truths, values),
                .fit_ms = taken.count(),
                .energies = (*model)->energies()};
    if (judge == Judge::values) return found;
    const auto forecaster = Forecaster::fit(predictor, training, question, {.seed = seed});
    if (!forecaster) return forecaster.error();
    std::size_t inside = 0;
    for (std::size_t i = 0; i < tested.size(); ++i) {
        const auto forecast = forecaster->forecast(*tested[i]);
        if (!forecast) return forecast.error();
        if (forecast->low <= truths[i] && truths[i] <= forecast->high) ++inside;
    }
    found.coverage = static_cast<double>(inside) / static_cast<double>(tested.size());
    return found;
}

}  // namespace quench::predictor
