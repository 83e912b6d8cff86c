#include "search/sampler/gp/regression.hpp"

#include "search/sampler/gp/input_warp.hpp"
#include "search/sampler/gp/minimize.hpp"

#include <cmath>
#include <limits>

namespace quench::search::sampler {
namespace {

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double jitter = 1e-9;       ///< on the diagonal, of the variance: keeps close points apart
constexpr double variance_prior = 4;  ///< worth so many observations of variance 1
constexpr double own_scale = 0.25, freedom = 3, common_deviation = 1;  ///< of log lengths a priori
constexpr double shortest = 0.01, longest = 100;  ///< lengths: below one, white noise; above, a polynomial
const double root_five = std::sqrt(5.0);

constexpr double bend_scale = 0.25, bend_freedom = 3;  ///< a priori
constexpr double most_bent = 8;

/// What no bend changes: between a missing and a given coordinate, and on nominal axes.
double distance_apart(const space::Axis& axis, double a, double b) {
    const bool missing = std::isnan(a), other_missing = std::isnan(b);
    if (missing || other_missing) return missing == other_missing ? 0 : 1;
    return axis.relation == space::Relation::nominal && a != b ? 1 : 0;
}

/// Matern 5/2 of a distance times sqrt(5) over the length.
ArrayXd matern(const ArrayXd& a) {
    return (1 + a + a.square() / 3) * (-a).exp();
}

/// Minus its derivative by `a`, divided by `a`.
ArrayXd matern_fall(const ArrayXd& a) {
    return (1 + a) * (-a).exp() / 3;
}

double logistic(double t) {
    return 1 / (1 + std::exp(-t));
}

/// Minus the log density of log lengths less their centre, up to a constant: a common part, normal with
/// `common_deviation`, and each axis' own, Student's t. Adds the gradient.
double prior_of_lengths(const Eigen::Ref<const VectorXd>& away, Eigen::Ref<VectorXd> gradient) {
    if (away.size() == 0) return 0;
    constexpr double unit = freedom * own_scale * own_scale;
    const auto axes = static_cast<double>(away.size());
    const double mean = away.mean(), variance = common_deviation * common_deviation;
    const ArrayXd own = away.array() - mean;
    const ArrayXd slope = (freedom + 1) * own / (unit + own.square());
    gradient.array() += slope - slope.mean() + mean / (axes * variance);
    return 0.5 * ((freedom + 1) * (own.square() / unit).log1p().sum() + mean * mean / variance);
}

/// The same of bends.
double prior_of_bends(const Eigen::Ref<const VectorXd>& bends, Eigen::Ref<VectorXd> gradient) {
    constexpr double unit = bend_freedom * bend_scale * bend_scale;
    gradient.array() += (bend_freedom + 1) * bends.array() / (unit + bends.array().square());
    return 0.5 * (bend_freedom + 1) * (bends.array().square() / unit).log1p().sum();
}

double log_length_centre(std::size_t axes) {
    return 0.5 * std::log(static_cast<double>(std::max<std::size_t>(axes, 1))) - 1.6;
}

}  // namespace

VectorXd Hyperparameters::packed() const {
    VectorXd all(log_lengths.size() + log_additive_lengths.size() + bends.size() + 3);
    all << log_lengths, log_additive_lengths, bends, share_logit, log_noise, power;
    return all;
}

Hyperparameters Hyperparameters::unpacked(const VectorXd& all) {
    const Index axes = (all.size() - 3) / 3;
    return {all.head(axes), all.segment(axes, axes), all.segment(2 * axes, axes),
            all[3 * axes],  all[3 * axes + 1],       all[3 * axes + 2]};
}

Regression::Regression(const space::Encoding& encoding, const std::vector<space::Point>& points,
                       const VectorXd& values, const Hyperparameters& hyperparameters)
    : encoding_(&encoding),
      bends_(hyperparameters.bends),
      points_(static_cast<Index>(points.size()), static_cast<Index>(encoding.dimensions())),
      scales_(root_five * (-hyperparameters.log_lengths).array().exp()),
      additive_scales_(root_five * (-hyperparameters.log_additive_lengths).array().exp()),
      share_(logistic(hyperparameters.share_logit) / static_cast<double>(std::max<Index>(points_.cols(), 1))),
      joint_(1 - logistic(hyperparameters.share_logit)),
      noise_(std::exp(hyperparameters.log_noise) + jitter) {
    const Index n = points_.rows();
    std::vector<space::Point> bent_points;
    for (const space::Point& point : points) bent_points.push_back(bent(point));
    for (Index i = 0; i < n; ++i)
        points_.row(i) =
            Eigen::Map<const VectorXd>(bent_points[static_cast<std::size_t>(i)].data(), points_.cols());
    MatrixXd matrix(n, n);
    for (Index i = 0; i < n; ++i) matrix.col(i) = correlations(bent_points[static_cast<std::size_t>(i)]);
    matrix.diagonal().array() = 1 + noise_;
    Eigen::LLT<MatrixXd> cholesky(matrix);
    for (double more = 10 * noise_; cholesky.info() != Eigen::Success; more *= 10) {
        matrix.diagonal().array() += more;  // ends: a dominant diagonal has a factor
        cholesky.compute(matrix);
    }
    factor_ = cholesky.matrixL();
    weights_ = cholesky.solve(values);
    variance_ = (values.dot(weights_) + variance_prior) / (static_cast<double>(n) + variance_prior);
}

space::Point Regression::bent(space::Point point) const {
    for (std::size_t axis = 0; axis < point.size(); ++axis)
        if (!std::isnan(point[axis]) && encoding_->axes()[axis].relation != space::Relation::nominal)
            point[axis] = input_warp(point[axis], bends_[static_cast<Index>(axis)]).value;
    return point;
}

ArrayXd Regression::distances(std::size_t axis, double coordinate) const {
    const auto column = points_.col(static_cast<Index>(axis)).array();
    if (std::isnan(coordinate)) return column.isNaN().select(ArrayXd::Zero(column.size()), 1.0);
    if (encoding_->axes()[axis].relation == space::Relation::nominal)
        return (column == coordinate).select(ArrayXd::Zero(column.size()), 1.0);
    return column.isNaN().select(1.0, (column - coordinate).abs());
}

VectorXd Regression::correlations(const space::Point& point) const {
    ArrayXd squares = ArrayXd::Zero(points_.rows()), sum = squares;
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
        const ArrayXd away = distances(axis, point[axis]);
        squares += (scales_[static_cast<Index>(axis)] * away).square();
        sum += matern(additive_scales_[static_cast<Index>(axis)] * away);
    }
    return joint_ * matern(squares.sqrt()) + share_ * sum;
}

void Regression::believe(const space::Point& straight) {
    const space::Point point = bent(straight);
    const VectorXd k = correlations(point);
    const Index n = k.size();
    const VectorXd row = factor_.triangularView<Eigen::Lower>().solve(k);
    factor_.conservativeResize(n + 1, n + 1);
    factor_.col(n).setZero();
    factor_.row(n).head(n) = row.transpose();
    factor_(n, n) = std::sqrt(std::max(1 + noise_ - row.squaredNorm(), noise_));
    weights_.conservativeResize(n + 1);
    weights_[n] = 0;
    points_.conservativeResize(n + 1, points_.cols());
    points_.row(n) = Eigen::Map<const VectorXd>(point.data(), points_.cols());
}

Regression::Prediction Regression::at(const space::Point& point) const {
    const VectorXd k = correlations(bent(point));
    const VectorXd half = factor_.triangularView<Eigen::Lower>().solve(k);
    const double left = std::max(1 - half.squaredNorm(), jitter);
    return {k.dot(weights_), std::sqrt(variance_ * left)};
}

Regression::Prediction Regression::at(const space::Point& straight, VectorXd& mean_gradient,
                                      VectorXd& deviation_gradient) const {
    const space::Point point = bent(straight);
    const VectorXd k = correlations(point);
    const VectorXd half = factor_.triangularView<Eigen::Lower>().solve(k);
    const VectorXd whole = factor_.triangularView<Eigen::Lower>().transpose().solve(half);
    const double left = std::max(1 - half.squaredNorm(), jitter);
    const double deviation = std::sqrt(variance_ * left);
    ArrayXd squares = ArrayXd::Zero(points_.rows());
    for (std::size_t axis = 0; axis < point.size(); ++axis)
        squares += (scales_[static_cast<Index>(axis)] * distances(axis, point[axis])).square();
    const ArrayXd fall = joint_ * matern_fall(squares.sqrt());
    mean_gradient = VectorXd::Zero(points_.cols());
    deviation_gradient = VectorXd::Zero(points_.cols());
    for (Index axis = 0; axis < points_.cols(); ++axis) {
        const auto a = static_cast<std::size_t>(axis);
        if (std::isnan(point[a]) || encoding_->axes()[a].relation == space::Relation::nominal) continue;
        const ArrayXd away = point[a] - points_.col(axis).array();
        const ArrayXd own = share_ * matern_fall(additive_scales_[axis] * away.abs());
        const double stretch = input_warp(straight[a], bends_[axis]).by_x;
        const VectorXd change = away.isNaN().select(
            0.0, -stretch * away *
                     (fall * std::pow(scales_[axis], 2) + own * std::pow(additive_scales_[axis], 2)));
        mean_gradient[axis] = weights_.dot(change);
        deviation_gradient[axis] = -whole.dot(change) * variance_ / deviation;
    }
    return {k.dot(weights_), deviation};
}

Posterior::Posterior(const space::Encoding& encoding, const std::vector<space::Point>& points,
                     Outcome outcome)
    : outcome_(std::move(outcome)),
      points_(static_cast<Index>(points.size())),
      coordinates_(ArrayXXd::Zero(points_, static_cast<Index>(encoding.dimensions()))),
      apart_(points_ * (points_ - 1) / 2, static_cast<Index>(encoding.dimensions())),
      centre_(prior_centre(encoding).packed()),
      variance_{{4, 9, 0.25}} {
    for (std::size_t axis = 0; axis < encoding.dimensions(); ++axis) {
        const auto a = static_cast<Index>(axis);
        Index pair = 0;
        for (std::size_t j = 0; j < points.size(); ++j) {
            if (encoding.axes()[axis].relation != space::Relation::nominal)
                coordinates_(static_cast<Index>(j), a) = points[j][axis];
            for (std::size_t i = j + 1; i < points.size(); ++i)
                apart_(pair++, a) = distance_apart(encoding.axes()[axis], points[i][axis], points[j][axis]);
        }
    }
}

Posterior::Bent Posterior::bent(const VectorXd& bends) const {
    Bent all{ArrayXXd(points_, coordinates_.cols()), ArrayXXd(points_, coordinates_.cols()), {}};
    for (Index axis = 0; axis < coordinates_.cols(); ++axis) {
        ArrayXd& on_axis = all.distances.emplace_back(apart_.col(axis));
        for (Index i = 0; i < points_; ++i) {
            const InputWarp warp = input_warp(coordinates_(i, axis), bends[axis]);
            all.points(i, axis) = warp.value;
            all.by_bend(i, axis) = std::isnan(warp.by_bend) ? 0 : warp.by_bend;  // no coordinate, no slope
        }
        const bool some_missing = coordinates_.col(axis).isNaN().any();
        Index pair = 0;
        for (Index j = 0; j + 1 < points_; ++j) {
            const Index others = points_ - 1 - j;
            const auto away = all.points.col(axis).tail(others) - all.points(j, axis);
            auto distances = on_axis.segment(pair, others);
            if (some_missing)
                distances += away.isNaN().select(0.0, away.abs());
            else
                distances += away.abs();
            pair += others;
        }
    }
    return all;
}

double Posterior::by_bend(const Bent& seen, Index axis, const ArrayXd& by_distance) const {
    ArrayXd by_point = ArrayXd::Zero(points_);
    Index pair = 0;
    for (Index j = 0; j + 1 < points_; ++j) {
        const Index others = points_ - 1 - j;
        const auto away = seen.points.col(axis).tail(others) - seen.points(j, axis);
        const ArrayXd pull = away.isNaN().select(0.0, by_distance.segment(pair, others) * away.sign());
        by_point.tail(others) += pull;
        by_point[j] -= pull.sum();
        pair += others;
    }
    return (by_point * seen.by_bend.col(axis)).sum();
}

double Posterior::operator()(const VectorXd& parameters, VectorXd& gradient) const {
    const auto hyperparameters = Hyperparameters::unpacked(parameters);
    const Index n = points_, axes = coordinates_.cols();
    const double share = logistic(hyperparameters.share_logit);
    const double each = share / static_cast<double>(std::max<Index>(axes, 1));
    const ArrayXd inverse_squares = 5 * (-2 * hyperparameters.log_lengths).array().exp();
    const ArrayXd additive_scales = root_five * (-hyperparameters.log_additive_lengths).array().exp();

    const Bent seen = bent(hyperparameters.bends);
    ArrayXd squares = ArrayXd::Zero(apart_.rows());
    for (Index axis = 0; axis < axes; ++axis) squares += inverse_squares[axis] * seen.on(axis).square();
    const ArrayXd a = squares.sqrt();
    const ArrayXd exponential = (-a).exp();
    const ArrayXd joint = (1 + a + a.square() / 3) * exponential;
    const ArrayXd fall = (1 - share) * (1 + a) * exponential / 3;
    // Minus the derivative of an axis' kernel by its distance.
    std::vector<ArrayXd> own_fall;
    ArrayXd additive = ArrayXd::Zero(apart_.rows());
    for (Index axis = 0; axis < axes; ++axis) {
        const ArrayXd b = additive_scales[axis] * seen.on(axis);
        const ArrayXd tail = (-b).exp();
        additive += (1 + b + b.square() / 3) * tail;
        own_fall.emplace_back(each * additive_scales[axis] * b * (1 + b) / 3 * tail);
    }

    MatrixXd matrix(n, n);
    Index pair = 0;
    for (Index j = 0; j < n; ++j)
        for (Index i = j + 1; i < n; ++i, ++pair)
            matrix(i, j) = (1 - share) * joint[pair] + each * additive[pair];  // the lower triangle is read
    const double noise = std::exp(hyperparameters.log_noise);
    matrix.diagonal().setConstant(1 + noise + jitter);
    const Eigen::LLT<MatrixXd> cholesky(matrix);
    if (cholesky.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const auto warped = outcome_.warped(hyperparameters.power);
    const VectorXd weights = cholesky.solve(warped.values);
    const double count = static_cast<double>(n) + variance_prior;
    const double variance = (warped.values.dot(weights) + variance_prior) / count;
    double value = 0.5 * count * std::log(variance) + cholesky.matrixLLT().diagonal().array().log().sum() -
                   warped.log_slope;

    // d value = 1/2 tr((inverse - weights weights^T / variance) d matrix); each pair is there twice.
    MatrixXd pull = cholesky.solve(MatrixXd::Identity(n, n));
    pull -= weights * weights.transpose() / variance;
    ArrayXd pairs(apart_.rows());
    pair = 0;
    for (Index j = 0; j < n; ++j)
        for (Index i = j + 1; i < n; ++i) pairs[pair++] = pull(i, j);
    gradient.resize(parameters.size());
    const ArrayXd weighted_fall = pairs * fall;
    for (Index axis = 0; axis < axes; ++axis) {
        const ArrayXd joint_pull = inverse_squares[axis] * weighted_fall * seen.on(axis);
        const ArrayXd own_pull = pairs * own_fall[static_cast<std::size_t>(axis)];
        gradient[axis] = (joint_pull * seen.on(axis)).sum();
        gradient[axes + axis] = (own_pull * seen.on(axis)).sum();
        gradient[2 * axes + axis] = by_bend(seen, axis, -joint_pull - own_pull);
    }
    gradient[3 * axes] = share * (1 - share) *
                         (pairs * (additive / static_cast<double>(std::max<Index>(axes, 1)) - joint)).sum();
    gradient[3 * axes + 1] = 0.5 * noise * pull.trace();
    constexpr double h = 1e-4;  // the warp is smooth in its power: 1e-8 relative
    const auto up = outcome_.warped(hyperparameters.power + h);
    const auto down = outcome_.warped(hyperparameters.power - h);
    gradient[3 * axes + 2] =
        (weights.dot(up.values - down.values) / variance - (up.log_slope - down.log_slope)) / (2 * h);

    const VectorXd away = parameters - centre_;
    value += prior_of_lengths(away.head(axes), gradient.head(axes));
    value += prior_of_lengths(away.segment(axes, axes), gradient.segment(axes, axes));
    value += prior_of_bends(away.segment(2 * axes, axes), gradient.segment(2 * axes, axes));
    gradient.tail(3) += away.tail(3).cwiseQuotient(variance_);
    return value + 0.5 * away.tail(3).cwiseAbs2().cwiseQuotient(variance_).sum();
}

Hyperparameters prior_centre(const space::Encoding& encoding) {
    const auto axes = static_cast<Index>(encoding.dimensions());
    return {VectorXd::Constant(axes, log_length_centre(encoding.dimensions())),
            VectorXd::Constant(axes, log_length_centre(1) + 1),
            VectorXd::Zero(axes),
            0,
            -10,
            0.5};
}

Hyperparameters fit(const space::Encoding& encoding, const std::vector<space::Point>& points,
                    const Outcome& outcome, const Hyperparameters& start, int iterations) {
    const VectorXd from = start.packed();
    Box box{VectorXd::Constant(from.size(), std::log(shortest)),
            VectorXd::Constant(from.size(), std::log(longest))};
    const auto axes = static_cast<Index>(encoding.dimensions());
    box.low.segment(2 * axes, axes).setConstant(-most_bent);
    box.high.segment(2 * axes, axes).setConstant(most_bent);
    box.low.tail(3) << -8, -20, -1;
    box.high.tail(3) << 8, 1, 1.5;
    const Posterior posterior(encoding, points, outcome);
    const Minimum best =
        minimize([&](const VectorXd& x, VectorXd& g) { return posterior(x, g); }, from, box, iterations);
    return Hyperparameters::unpacked(best.x);
}

}  // namespace quench::search::sampler
