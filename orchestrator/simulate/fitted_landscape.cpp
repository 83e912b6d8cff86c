#include "orchestrator/simulate/fitted_landscape.hpp"

#include "base/random.hpp"
#include "orchestrator/simulate/normal_scores.hpp"
#include "orchestrator/study/report.hpp"
#include "predictor/measures.hpp"
#include "search/sampler/gp/minimize.hpp"
#include "search/sampler/gp/regression.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using search::sampler::Hyperparameters;
using search::sampler::Regression;
using search::space::Encoding;
using search::space::Point;

constexpr Index most_components = 4;
constexpr double enough_variance = 0.95;
constexpr int iterations = 40;

Index index(std::size_t i) {
    return static_cast<Index>(i);
}

/// The most probable hyperparameters for values of mean 0 and variance 1, which need no warp.
Hyperparameters fitted(const Encoding& encoding, const std::vector<Point>& points, const VectorXd& values) {
    Hyperparameters start = search::sampler::prior_centre(encoding);
    start.log_noise = -2;
    start.power = 1;
    const VectorXd from = start.packed();
    search::sampler::Box box{VectorXd::Constant(from.size(), std::log(0.01)),
                             VectorXd::Constant(from.size(), std::log(100.0))};
    box.low.tail(3) << -8, -20, 1;
    box.high.tail(3) << 8, 3, 1;
    const search::sampler::Posterior posterior(encoding, points,
                                               search::sampler::Outcome({values.begin(), values.end()}));
    const auto best = search::sampler::minimize(
        [&](const VectorXd& x, VectorXd& gradient) { return posterior(x, gradient); }, from, box, iterations);
    return Hyperparameters::unpacked(best.x);
}

/// Rows of one configuration are of one part: they would tell of each other.
std::vector<std::size_t> parts_of(const std::vector<Point>& points, std::size_t parts,
                                  std::size_t& configurations) {
    const auto key = [](Point point) {
        for (double& x : point)
            if (std::isnan(x)) x = -2;
        return point;
    };
    std::map<Point, std::size_t> numbers;
    for (const Point& point : points) numbers.emplace(key(point), numbers.size());
    configurations = numbers.size();
    std::vector<std::size_t> order(numbers.size());
    std::iota(order.begin(), order.end(), 0);
    base::Rng(0, "parts of a fitted table").shuffle(order);
    std::vector<std::size_t> part;
    for (const Point& point : points) part.push_back(order[numbers.at(key(point))] % parts);
    return part;
}

std::span<const double> values_of(const VectorXd& vector) {
    return {vector.data(), static_cast<std::size_t>(vector.size())};
}

}  // namespace

struct FittedLandscape::Model {
    struct Component {
        Regression process;  ///< of the component's coefficient, of mean 0 and variance 1
        VectorXd loading;    ///< [steps] scores that a coefficient of 1 adds
    };
    Encoding encoding;
    double sign = 1;                  ///< -1 where the objective is maximised
    std::vector<NormalScores> steps;  ///< of the minimised values
    std::vector<Component> components;
    MatrixXd rest;  ///< (row, step) scores beyond the components
};

FittedLandscape::FittedLandscape() = default;
FittedLandscape::~FittedLandscape() = default;

base::Result<std::unique_ptr<FittedLandscape>> FittedLandscape::make(std::shared_ptr<const Table> table,
                                                                     const core::Study& study) {
    auto rows = TableLandscape::make(std::move(table), study);
    if (!rows) return rows.error();
    std::unique_ptr<FittedLandscape> made(new FittedLandscape());
    made->rows_ = std::move(rows).value();
    auto model = std::make_unique<Model>();
    model->encoding = Encoding(study.space);
    model->sign = study.objective.direction == core::Direction::maximize ? -1 : 1;
    const std::size_t n = made->rows_->rows();
    const std::size_t steps = n == 0 ? 0 : made->rows_->values_of(0).size();

    MatrixXd scores(index(n), index(steps));
    for (std::size_t step = 0; step < steps; ++step) {
        std::vector<double> values;
        for (std::size_t row = 0; row < n; ++row)
            values.push_back(model->sign * made->rows_->values_of(row)[step]);
        model->steps.emplace_back(values);
        scores.col(index(step)) = Eigen::Map<const VectorXd>(model->steps.back().scores().data(), index(n));
    }
    std::vector<std::size_t> chosen(n);
    std::iota(chosen.begin(), chosen.end(), 0);
    base::Rng(0, "rows of a fitted table").shuffle(chosen);
    chosen.resize(std::min(n, most_rows));
    std::sort(chosen.begin(), chosen.end());
    std::vector<Point> points;
    MatrixXd shown(index(chosen.size()), index(steps));
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        points.push_back(made->rows_->point_of(chosen[i], model->encoding));
        shown.row(index(i)) = scores.row(index(chosen[i]));
    }
    constexpr std::size_t parts = 10;
    Validation& validation = made->validation_;
    const std::vector<std::size_t> part = parts_of(points, parts, validation.configurations);
    validation.rows = points.size();
    if (validation.configurations < fewest_configurations)
        return base::Error(study::to_text(
            {fmt::format("the table has {} configurations of this space", validation.configurations),
             fmt::format("a model needs {}", fewest_configurations), "let the nearest row answer"}));

    // Scores of a step have mean 0, up to ties, so the components go through the origin.
    const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(shown * shown.transpose());
    const double all = eigen.eigenvalues().sum();
    VectorXd foretold = VectorXd::Zero(shown.rows());
    model->rest = scores;
    double explained = 0;
    for (Index k = 0; k < std::min(most_components, shown.rows()) && explained < enough_variance * all; ++k) {
        const Index at = shown.rows() - 1 - k;
        const double size = eigen.eigenvalues()[at];
        if (size <= 1e-9 * all) break;
        explained += size;
        const VectorXd coefficients =
            eigen.eigenvectors().col(at) * std::sqrt(static_cast<double>(shown.rows()));
        const VectorXd loading = shown.transpose() * coefficients / static_cast<double>(shown.rows());
        const Hyperparameters hyperparameters = fitted(model->encoding, points, coefficients);
        model->rest -= scores * loading / loading.squaredNorm() * loading.transpose();
        model->components.push_back(
            {Regression(model->encoding, points, coefficients, hyperparameters), loading});
        for (std::size_t left_out = 0; left_out < parts; ++left_out) {
            std::vector<Point> others;
            std::vector<double> theirs;
            for (std::size_t i = 0; i < points.size(); ++i)
                if (part[i] != left_out) {
                    others.push_back(points[i]);
                    theirs.push_back(coefficients[index(i)]);
                }
            const Regression process(model->encoding, others,
                                     Eigen::Map<const VectorXd>(theirs.data(), index(theirs.size())),
                                     hyperparameters);
            for (std::size_t i = 0; i < points.size(); ++i)
                if (part[i] == left_out)
                    foretold[index(i)] += process.at(points[i]).mean * loading[loading.size() - 1];
        }
    }
    const VectorXd last = shown.col(shown.cols() - 1);
    validation.r_squared = predictor::r2(values_of(last), values_of(foretold));
    validation.rank_correlation = predictor::rank_correlation(values_of(last), values_of(foretold));
    made->model_ = std::move(model);
    return made;
}

Curve FittedLandscape::curve(const search::space::Configuration& configuration, std::uint64_t seed,
                             search::TrialId trial) const {
    const auto [rows, distance] = rows_->nearest(configuration);
    base::Rng rng(seed, "row of a table", trial.value());
    const std::size_t row = rows[rng.below(rows.size())];
    Curve curve = rows_->curve_of(row, distance);
    if (distance == 0) return curve;
    const Point point = rows_->point_of(configuration, model_->encoding);
    base::Rng noise(seed, "noise of a fitted table", trial.value());
    VectorXd scores = model_->rest.row(index(row));
    for (const Model::Component& component : model_->components) {
        const double coefficient =
            component.process.at(point).mean + component.process.noise_deviation() * noise.normal();
        scores += coefficient * component.loading;
    }
    for (std::size_t step = 0; step < curve.values.size(); ++step)
        curve.values[step] = model_->sign * model_->steps[step].value(scores[index(step)]);
    return curve;
}

}  // namespace quench::orchestrator::simulate
