#include "predictor/forecaster.hpp"

#include "base/random.hpp"
#include "predictor/measures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

namespace quench::predictor {
namespace {

using base::Error;

double gap_between(double energy, double continuous) {
    return continuous == 0 ? 0 : (energy - continuous) / std::abs(continuous);
}

base::Result<> check(const std::vector<Curve>& usable, std::size_t given, const Question& question) {
    if (question.target <= question.known)
        return Error("the step to forecast is known already (" + std::to_string(question.target) + " of " +
                     std::to_string(question.known) + ") ask for a later one");
    const auto few = [&](std::size_t count, const char* what, std::size_t needed) {
        return Error("too few " + std::string(what) + " to learn from (" + std::to_string(count) + ", of " +
                     std::to_string(given) + " curves, and it takes " + std::to_string(needed) +
                     ") train more runs to step " + std::to_string(question.target));
    };
    if (usable.size() < Forecaster::fewest_curves)
        return few(usable.size(), "curves", Forecaster::fewest_curves);
    const auto numbers = configurations(usable);
    const std::size_t different = *std::ranges::max_element(numbers) + 1;
    if (different < Forecaster::fewest_configurations)
        return few(different, "configurations", Forecaster::fewest_configurations);
    const std::size_t parameters = usable.front().parameters.size();
    if (std::ranges::any_of(usable, [&](const Curve& c) { return c.parameters.size() != parameters; }))
        return Error(
            "curves have different numbers of parameters (a column means one thing) make them alike");
    return base::success();
}

}  // namespace

double EnergyReport::gap() const {
    return gap_between(lowest, continuous);
}
double EnergyReport::random_gap() const {
    return gap_between(random, continuous);
}

base::Result<Forecaster> Forecaster::fit(const CurvePredictor& predictor, std::span<const Curve> training,
                                         const Question& question, const FitOptions& options) {
    std::vector<Curve> usable;
    for (const Curve& curve : training) {
        if (has_answer(curve, question)) usable.push_back(curve);
    }
    if (auto checked = check(usable, training.size(), question); !checked) return checked.error();
    Forecaster fitted;
    fitted.question_ = question;
    fitted.parameters_ = usable.front().parameters.size();
    fitted.used_ = usable.size();
    fitted.left_out_ = training.size() - usable.size();
    auto model = predictor.fit(usable, question, options.seed);
    if (!model) return model.error();
    fitted.model_ = std::move(model).value();
    if (auto calibrated = fitted.calibrate(predictor, usable, options); !calibrated)
        return calibrated.error();
    return fitted;
}

base::Result<> Forecaster::calibrate(const CurvePredictor& predictor, const std::vector<Curve>& curves,
                                     const FitOptions& options) {
    const auto numbers = configurations(curves);
    std::vector<std::size_t> fold_of(*std::ranges::max_element(numbers) + 1);
    const std::size_t folds = std::clamp<std::size_t>(options.folds, 2, fold_of.size());
    std::iota(fold_of.begin(), fold_of.end(), std::size_t{0});
    base::Rng(options.seed, "calibration folds").shuffle(fold_of);
    std::vector<double> truths, values;
    for (std::size_t fold = 0; fold < folds; ++fold) {
        std::vector<Curve> seen;
        std::vector<const Curve*> held_out;
        for (std::size_t i = 0; i < curves.size(); ++i) {
            if (fold_of[numbers[i]] % folds == fold)
                held_out.push_back(&curves[i]);
            else
                seen.push_back(curves[i]);
        }
        if (seen.size() < 2) continue;
        const auto model = predictor.fit(seen, question_, options.seed);
        if (!model) return model.error();
        for (const Curve* curve : held_out) {
            const Prediction prediction = (*model)->predict(*curve);
            truths.push_back(curve->values[question_.target - 1]);
            values.push_back(prediction.value);
            scores_.push_back((truths.back() - prediction.value) / prediction.spread);
        }
    }
    if (scores_.empty() || !std::ranges::all_of(scores_, [](double s) { return std::isfinite(s); }))
        return Error("the predictor cannot be calibrated (its predictions are not finite) use another");
    std::ranges::sort(scores_);
    const auto count = static_cast<double>(scores_.size());
    double square = 0;
    for (const double score : scores_) square += score * score / count;
    score_error_ = std::sqrt(square);
    std::vector<double> sizes;
    for (const double score : scores_) sizes.push_back(std::abs(score));
    std::ranges::sort(sizes);
    // The ceil((n + 1) coverage)-th: then a curve exchangeable with these is covered with that probability.
    // With fewer than nine it is the largest, and the promise is weaker.
    const auto rank = static_cast<std::size_t>(std::ceil((count + 1) * Forecast::coverage));
    width_ = sizes[std::min(rank, sizes.size()) - 1];
    bandwidth_ = std::max(1.06 * score_error_ * std::pow(count, -0.2), 1e-12);  // Silverman's rule
    validation_error_ = root_mean_square_error(truths, values);
    validation_r2_ = r2(truths, values);
    return base::success();
}

base::Result<Prediction> Forecaster::predict(const Curve& curve) const {
    if (!has_known(curve, question_))
        return Error("the curve has no " + std::to_string(question_.known) + " finite values (" +
                     std::to_string(curve.values.size()) +
                     " were reported, or some are NaN or infinite) forecast it later, or not at all");
    if (curve.parameters.size() != parameters_)
        return Error("the curve has " + std::to_string(curve.parameters.size()) +
                     " parameters (the others have " + std::to_string(parameters_) + ") give the same ones");
    const Prediction prediction = model_->predict(curve);
    if (!std::isfinite(prediction.value) || !std::isfinite(prediction.spread))
        return Error(
            "the forecast is not finite (the curve is far from all that was learnt from) do without it");
    return prediction;
}

base::Result<Forecast> Forecaster::forecast(const Curve& curve) const {
    const auto prediction = predict(curve);
    if (!prediction) return prediction.error();
    const auto [value, spread] = *prediction;
    return Forecast{value, spread * score_error_, value - spread * width_, value + spread * width_};
}

base::Result<double> Forecaster::probability_below(const Curve& curve, double threshold) const {
    const auto prediction = predict(curve);
    if (!prediction) return prediction.error();
    const double at = (threshold - prediction->value) / prediction->spread;
    double sum = 0;
    for (const double score : scores_)
        sum += 0.5 * std::erfc((score - at) / (bandwidth_ * std::numbers::sqrt2));
    return sum / static_cast<double>(scores_.size());
}

}  // namespace quench::predictor
