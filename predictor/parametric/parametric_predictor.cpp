#include "predictor/parametric/parametric_predictor.hpp"

#include "predictor/last/last_value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace quench::predictor::parametric {
namespace {

constexpr std::size_t fewest_values = 4;  // two coefficients and a shape, and something to judge them by

using Family = double (*)(double t, double b);
struct Shapes {
    Family value;
    double low, high;  ///< of b, spaced evenly in the logarithm
};
constexpr std::array<Shapes, 4> families = {{
    {[](double t, double b) { return std::pow(t, -b); }, 0.05, 3},
    {[](double t, double b) { return std::exp(-t / b); }, 1, 300},
    {[](double t, double b) { return 1 / (1 + (t / b) * (t / b)); }, 1, 300},
    {[](double t, double b) { return std::pow(std::log(t + 1), -b); }, 0.1, 5},
}};
constexpr int grid = 12;  // shapes a family

struct Line {
    double intercept = 0, slope = 0, residual = 0;  ///< sum of squares
};
Line least_squares(std::span<const double> x, std::span<const double> y) {
    const auto count = static_cast<double>(x.size());
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        mean_x += x[i] / count;
        mean_y += y[i] / count;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    Line line;
    line.slope = xx > 1e-14 ? xy / xx : 0;
    line.intercept = mean_y - line.slope * mean_x;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double error = y[i] - line.intercept - line.slope * x[i];
        line.residual += error * error;
    }
    return line;
}

class Model final : public CurveModel {
  public:
    Model(const Question& question, double trust, double unit, double mean)
        : question_(question), trust_(trust), unit_(unit), mean_(mean) {}
    [[nodiscard]] Prediction predict(const Curve& curve) const override {
        if (question_.known == 0) return {mean_};
        const auto known = std::span(curve.values).first(question_.known);
        if (known.size() < fewest_values) return {known.back()};
        const auto [mean, deviation] = extrapolate(known, question_.target);
        // In units of the training curves' errors; floored, so that a curve without noise is not taken for
        // certain.
        return {known.back() + trust_ * (mean - known.back()), 0.5 + trust_ * deviation / unit_};
    }

  private:
    Question question_;
    double trust_, unit_, mean_;
};

}  // namespace

Extrapolation extrapolate(std::span<const double> values, std::size_t target) {
    // The first quarter is left out where there is enough: the families describe late training better.
    const std::size_t first = values.size() >= 4 * fewest_values ? values.size() / 4 : 0;
    const std::span<const double> used = values.subspan(first);
    const auto [low, high] = std::ranges::minmax_element(used);
    const double range = *high - *low;
    if (range == 0) return {used.back(), 0};
    const auto count = static_cast<double>(used.size());
    const double floor = 1e-8 * range * range * count;  // of the sum of squares: noise that is always there
    struct Member {
        double log_weight, value;
    };
    std::vector<Member> members;
    for (const Shapes& family : families) {
        for (int g = 0; g < grid; ++g) {
            const double b =
                family.low * std::pow(family.high / family.low, static_cast<double>(g) / (grid - 1));
            std::vector<double> x;
            for (std::size_t i = 0; i < used.size(); ++i)
                x.push_back(family.value(static_cast<double>(first + i + 1), b));
            const Line line = least_squares(x, used);
            const double value = line.intercept + line.slope * family.value(static_cast<double>(target), b);
            // A curve that moves on by more than it has moved is no extrapolation any more.
            const double bounded = std::clamp(value, *low - 2 * range, *high + 2 * range);
            // All have three parameters: the criterion differs by the likelihood alone.
            members.push_back({-0.5 * count * std::log((line.residual + floor) / count), bounded});
        }
    }
    double largest = -std::numeric_limits<double>::infinity();
    for (const Member& member : members) largest = std::max(largest, member.log_weight);
    double total = 0, mean = 0, square = 0;
    for (const Member& member : members) {
        const double weight = std::exp(member.log_weight - largest);
        total += weight;
        mean += weight * member.value;
    }
    mean /= total;
    for (const Member& member : members)
        square +=
            std::exp(member.log_weight - largest) * (member.value - mean) * (member.value - mean) / total;
    return {mean, std::sqrt(square)};
}

base::Result<std::unique_ptr<const CurveModel>> ParametricPredictor::fit(std::span<const Curve> training,
                                                                         const Question& question,
                                                                         std::uint64_t /*seed*/) const {
    double trust = 0, unit = 1;
    if (question.known >= fewest_values) {
        double xx = 0, xy = 0, square = 0;
        for (const Curve& curve : training) {
            const double last = curve.values[question.known - 1];
            const double x =
                extrapolate(std::span(curve.values).first(question.known), question.target).mean - last;
            const double y = curve.values[question.target - 1] - last;
            xx += x * x;
            xy += x * y;
        }
        trust = xx > 0 ? std::clamp(xy / xx, 0.0, 1.0) : 0;
        for (const Curve& curve : training) {
            const double last = curve.values[question.known - 1];
            const double x =
                extrapolate(std::span(curve.values).first(question.known), question.target).mean - last;
            const double error = curve.values[question.target - 1] - last - trust * x;
            square += error * error / static_cast<double>(training.size());
        }
        if (square > 0) unit = std::sqrt(square);
    }
    return std::unique_ptr<const CurveModel>(
        std::make_unique<Model>(question, trust, unit, mean_answer(training, question)));
}

}  // namespace quench::predictor::parametric
