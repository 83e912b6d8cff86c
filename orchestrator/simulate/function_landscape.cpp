#include "orchestrator/simulate/function_landscape.hpp"

#include "base/random.hpp"
#include "orchestrator/core/decide.hpp"
#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/report.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using std::numbers::pi;
using Point = std::vector<double>;

constexpr search::Resource most_steps = 1'000'000;  ///< a curve is kept whole: 8 MB

double sphere(const Point& x) {
    double sum = 0;
    for (const double v : x) sum += v * v;
    return sum;
}
double rosenbrock(const Point& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double valley = x[i + 1] - x[i] * x[i];
        sum += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
    }
    return sum;
}
double rastrigin(const Point& x) {
    double sum = 0;
    for (const double v : x) sum += v * v - 10 * std::cos(2 * pi * v) + 10;
    return sum;
}
double ackley(const Point& x) {
    const auto n = static_cast<double>(x.size());
    double cosines = 0;
    for (const double v : x) cosines += std::cos(2 * pi * v);
    return 20 - 20 * std::exp(-0.2 * std::sqrt(sphere(x) / n)) + std::numbers::e - std::exp(cosines / n);
}
/// Branin's on [0, 1]^2: x1 from -5 to 10, x2 from 0 to 15; its minimum is 5 / (4 pi).
double branin(const Point& u) {
    const double x = 15 * u[0] - 5;
    const double y = 15 * u[1];
    const double bent = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
    const double minimum = 5 / (4 * pi);
    return bent * bent + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10 - minimum;
}
/// Hartmann's in six variables (Dixon and Szego, 1978); its minimum is -3.32236801141551.
double hartmann6(const Point& x) {
    constexpr double height[4] = {1, 1.2, 3, 3.2};
    constexpr double width[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                    {.05, 10, 17, .1, 8, 14},
                                    {3, 3.5, 1.7, 10, 17, 8},
                                    {17, 8, .05, 10, .1, 14}};
    constexpr double centre[4][6] = {{.1312, .1696, .5569, .0124, .8283, .5886},
                                     {.2329, .4135, .8307, .3736, .1004, .9991},
                                     {.2348, .1451, .3522, .2883, .3047, .6650},
                                     {.4047, .8828, .8732, .5743, .1091, .0381}};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double distance = 0;
        for (int j = 0; j < 6; ++j) distance += width[i][j] * (x[j] - centre[i][j]) * (x[j] - centre[i][j]);
        sum += height[i] * std::exp(-distance);
    }
    return 3.32236801141551 - sum;
}

constexpr std::array functions{
    FunctionLandscape::Function{"sphere", 0, -5, 5, 8, sphere},
    FunctionLandscape::Function{"rosenbrock", 0, -2, 2, 400, rosenbrock},
    FunctionLandscape::Function{"rastrigin", 0, -5.12, 5.12, 18, rastrigin},
    FunctionLandscape::Function{"ackley", 0, -5, 5, 2, ackley},
    FunctionLandscape::Function{"branin", 2, 0, 1, 27, branin},
    FunctionLandscape::Function{"hartmann6", 6, 0, 1, 0.5, hartmann6},
};

}  // namespace

std::vector<std::string> FunctionLandscape::names() {
    std::vector<std::string> all;
    for (const Function& function : functions) all.emplace_back(function.name);
    return all;
}

base::Result<std::unique_ptr<FunctionLandscape>> FunctionLandscape::make(const std::string& name,
                                                                         const core::Study& study,
                                                                         double noise) {
    const auto refuse = [](const study::Complaint& why) { return base::Error(study::to_text(why)); };
    const Function* function = nullptr;
    for (const Function& one : functions)
        if (name == one.name) function = &one;
    if (function == nullptr)
        return refuse({"there is no function " + study::quoted(name),
                       "a landscape is one of a few test functions", study::suggestion(name, names())});
    const std::size_t dimensions = study.space.dimensions();
    if (function->dimensions != 0 && dimensions != function->dimensions)
        return refuse({fmt::format("the study's space has {} parameters", dimensions),
                       fmt::format("{} is a function of {}", name, function->dimensions),
                       "choose another function or space"});
    if (study.fidelity.max > most_steps)
        return refuse({fmt::format("the study's fidelity.max is {}", study.fidelity.max),
                       fmt::format("curves of functions have up to {} steps", most_steps),
                       "count in a larger unit"});
    return std::unique_ptr<FunctionLandscape>(new FunctionLandscape(*function, study, noise));
}

FunctionLandscape::FunctionLandscape(const Function& function, const core::Study& study, double noise)
    : function_(function),
      space_(study.space),
      direction_(study.objective.direction),
      steps_(static_cast<std::size_t>(study.fidelity.max)),
      noise_(noise) {}

Curve FunctionLandscape::curve(const search::space::Configuration& configuration, std::uint64_t seed,
                               search::TrialId trial) const {
    std::vector<double> x = space_.encode(configuration);
    for (double& v : x) v = function_.low + v * (function_.high - function_.low);
    const double height = function_.value(x);
    const double scale = function_.scale * (function_.dimensions == 0 ? static_cast<double>(x.size()) : 1);
    base::Rng rng(seed, "curve of a function", trial.value());
    const double slope = 0.4 + 0.8 * rng.uniform();
    const double floor = std::pow(static_cast<double>(steps_), -slope);
    Curve curve;
    curve.values.reserve(steps_);
    for (std::size_t step = 1; step <= steps_; ++step) {
        const double above = scale * (std::pow(static_cast<double>(step), -slope) - floor);
        const double value = height + above + noise_ * scale * rng.normal();
        curve.values.push_back(core::minimised(direction_, value));
    }
    return curve;
}

}  // namespace quench::orchestrator::simulate
