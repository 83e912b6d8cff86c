#include "search/sampler/gp/regression.hpp"

#include "search/sampler/gp/minimize.hpp"

#include <cmath>
#include <limits>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double jitter = 1e-9;       ///< on the diagonal, of the variance: keeps close points apart
constexpr double variance_prior = 4;  ///< worth so many observations of variance 1
constexpr double shortest = 0.01, longest = 100;  ///< lengths: below one, white noise; above, a polynomial

double squared_distance(const space::Axis& axis, double a, double b) {
    const bool missing = std::isnan(a), other_missing = std::isnan(b);
    if (missing || other_missing) return missing == other_missing ? 0 : 1;
    if (axis.relation == space::Relation::nominal) return a == b ? 0 : 1;
    return (a - b) * (a - b);
}

/// Matern 5/2 of a squared scaled distance.
double matern(double square) {
    const double a = std::sqrt(5 * square);
    return (1 + a + a * a / 3) * std::exp(-a);
}

/// Its derivative by the squared distance.
double matern_slope(double square) {
    const double a = std::sqrt(5 * square);
    return -5.0 / 6 * (1 + a) * std::exp(-a);
}

double log_length_centre(std::size_t axes) {
    return 0.5 * std::log(static_cast<double>(std::max<std::size_t>(axes, 1))) - 1.6;
}
constexpr double log_length_variance = 3;
constexpr double log_noise_centre = -10;
constexpr double log_noise_variance = 9;

}  // namespace

Regression::Regression(const space::Encoding& encoding, std::vector<space::Point> points, VectorXd values,
                       const Hyperparameters& hyperparameters)
    : encoding_(&encoding),
      points_(std::move(points)),
      inverse_squares_((-2 * hyperparameters.log_lengths).array().exp()),
      noise_(std::exp(hyperparameters.log_noise) + jitter) {
    const auto n = static_cast<Index>(points_.size());
    MatrixXd matrix(n, n);
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < i; ++j) {
            double square = 0;
            for (std::size_t axis = 0; axis < encoding.dimensions(); ++axis)
                square += inverse_squares_[static_cast<Index>(axis)] *
                          squared_distance(encoding.axes()[axis], points_[i][axis], points_[j][axis]);
            matrix(i, j) = matrix(j, i) = matern(square);
        }
        matrix(i, i) = 1 + noise_;
    }
    Eigen::LLT<MatrixXd> cholesky(matrix);
    for (double more = 10 * noise_; cholesky.info() != Eigen::Success; more *= 10) {
        matrix.diagonal().array() += more;  // ends: a dominant diagonal has a factor
        cholesky.compute(matrix);
    }
    factor_ = cholesky.matrixL();
    weights_ = cholesky.solve(values);
    variance_ = (values.dot(weights_) + variance_prior) / (static_cast<double>(n) + variance_prior);
}

VectorXd Regression::correlations(const space::Point& point) const {
    VectorXd k(static_cast<Index>(points_.size()));
    for (std::size_t i = 0; i < points_.size(); ++i) {
        double square = 0;
        for (std::size_t axis = 0; axis < point.size(); ++axis)
            square += inverse_squares_[static_cast<Index>(axis)] *
                      squared_distance(encoding_->axes()[axis], point[axis], points_[i][axis]);
        k[static_cast<Index>(i)] = matern(square);
    }
    return k;
}

void Regression::believe(const space::Point& point) {
    const VectorXd k = correlations(point);
    const Index n = k.size();
    const VectorXd row = factor_.triangularView<Eigen::Lower>().solve(k);
    factor_.conservativeResize(n + 1, n + 1);
    factor_.col(n).setZero();
    factor_.row(n).head(n) = row.transpose();
    factor_(n, n) = std::sqrt(std::max(1 + noise_ - row.squaredNorm(), noise_));
    weights_.conservativeResize(n + 1);
    weights_[n] = 0;
    points_.push_back(point);
}

Regression::Prediction Regression::at(const space::Point& point) const {
    const VectorXd k = correlations(point);
    const VectorXd half = factor_.triangularView<Eigen::Lower>().solve(k);
    const double share = std::max(1 - half.squaredNorm(), jitter);
    return {k.dot(weights_), std::sqrt(variance_ * share)};
}

Regression::Prediction Regression::at(const space::Point& point, VectorXd& mean_gradient,
                                      VectorXd& deviation_gradient) const {
    const auto axes = static_cast<Index>(point.size());
    const auto n = static_cast<Index>(points_.size());
    VectorXd k(n), slope(n);
    for (Index i = 0; i < n; ++i) {
        double square = 0;
        for (std::size_t axis = 0; axis < point.size(); ++axis)
            square += inverse_squares_[static_cast<Index>(axis)] *
                      squared_distance(encoding_->axes()[axis], point[axis], points_[i][axis]);
        k[i] = matern(square);
        slope[i] = matern_slope(square);
    }
    const VectorXd half = factor_.triangularView<Eigen::Lower>().solve(k);
    const VectorXd whole = factor_.triangularView<Eigen::Lower>().transpose().solve(half);
    const double share = std::max(1 - half.squaredNorm(), jitter);
    const double deviation = std::sqrt(variance_ * share);
    mean_gradient = VectorXd::Zero(axes);
    deviation_gradient = VectorXd::Zero(axes);
    for (Index axis = 0; axis < axes; ++axis) {
        const auto a = static_cast<std::size_t>(axis);
        if (std::isnan(point[a]) || encoding_->axes()[a].relation == space::Relation::nominal) continue;
        for (Index i = 0; i < n; ++i) {
            const double away = point[a] - points_[static_cast<std::size_t>(i)][a];
            if (std::isnan(away)) continue;
            const double change = 2 * slope[i] * inverse_squares_[axis] * away;
            mean_gradient[axis] += weights_[i] * change;
            deviation_gradient[axis] -= whole[i] * change;
        }
    }
    deviation_gradient *= variance_ / deviation;
    return {k.dot(weights_), deviation};
}

Posterior::Posterior(const space::Encoding& encoding, const std::vector<space::Point>& points,
                     VectorXd values)
    : values_(std::move(values)) {
    const auto n = static_cast<Index>(points.size());
    for (std::size_t axis = 0; axis < encoding.dimensions(); ++axis) {
        MatrixXd squares = MatrixXd::Zero(n, n);
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < i; ++j)
                squares(i, j) = squares(j, i) =
                    squared_distance(encoding.axes()[axis], points[i][axis], points[j][axis]);
        squares_.push_back(std::move(squares));
    }
}

double Posterior::operator()(const VectorXd& parameters, VectorXd& gradient) const {
    const Index n = values_.size();
    const auto axes = static_cast<Index>(squares_.size());
    MatrixXd matrix = MatrixXd::Zero(n, n);
    for (Index axis = 0; axis < axes; ++axis) matrix += std::exp(-2 * parameters[axis]) * squares_[axis];
    MatrixXd slope(n, n);
    for (Index j = 0; j < n; ++j)
        for (Index i = 0; i < n; ++i) {
            const double a = std::sqrt(5 * matrix(i, j));
            const double fall = std::exp(-a);
            slope(i, j) = -5.0 / 6 * (1 + a) * fall;
            matrix(i, j) = (1 + a + a * a / 3) * fall;
        }
    const double noise = std::exp(parameters[axes]);
    matrix.diagonal().array() += noise + jitter;
    const Eigen::LLT<MatrixXd> cholesky(matrix);
    if (cholesky.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const VectorXd weights = cholesky.solve(values_);
    const double count = static_cast<double>(n) + variance_prior;
    const double variance = (values_.dot(weights) + variance_prior) / count;
    const MatrixXd factor = cholesky.matrixL();
    double value = 0.5 * count * std::log(variance) + factor.diagonal().array().log().sum();

    // d value = 1/2 tr((inverse - weights weights^T / variance) d matrix)
    MatrixXd pull = cholesky.solve(MatrixXd::Identity(n, n));
    pull -= weights * weights.transpose() / variance;
    gradient.resize(axes + 1);
    gradient[axes] = 0.5 * noise * pull.trace();
    pull = pull.cwiseProduct(slope);
    const double centre = log_length_centre(squares_.size());
    for (Index axis = 0; axis < axes; ++axis) {
        const double from_centre = parameters[axis] - centre;
        gradient[axis] = -std::exp(-2 * parameters[axis]) * pull.cwiseProduct(squares_[axis]).sum() +
                         from_centre / log_length_variance;
        value += 0.5 * from_centre * from_centre / log_length_variance;
    }
    const double from_centre = parameters[axes] - log_noise_centre;
    gradient[axes] += from_centre / log_noise_variance;
    return value + 0.5 * from_centre * from_centre / log_noise_variance;
}

Hyperparameters prior_centre(const space::Encoding& encoding) {
    const auto axes = static_cast<Index>(encoding.dimensions());
    return {VectorXd::Constant(axes, log_length_centre(encoding.dimensions())), log_noise_centre};
}

Hyperparameters fit(const space::Encoding& encoding, const std::vector<space::Point>& points,
                    const VectorXd& values, const Hyperparameters& start, int iterations) {
    const auto axes = static_cast<Index>(encoding.dimensions());
    VectorXd from(axes + 1);
    from << start.log_lengths, start.log_noise;
    Box box{VectorXd::Constant(axes + 1, std::log(shortest)),
            VectorXd::Constant(axes + 1, std::log(longest))};
    box.low[axes] = -20;
    box.high[axes] = 1;
    const Posterior posterior(encoding, points, values);
    const Minimum best =
        minimize([&](const VectorXd& x, VectorXd& g) { return posterior(x, g); }, from, box, iterations);
    return {best.x.head(axes), best.x[axes]};
}

}  // namespace quench::search::sampler
