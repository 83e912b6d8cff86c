#include "search/sampler/cmaes/evolution.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_redraws = 20;       ///< for a point inside the cube; then it is taken to the walls
constexpr double largest_step = 1;     ///< of the cube: beyond it draws are uniform as good as
constexpr double least_width = 1e-11;  ///< of the cube: coordinates are told apart down to 1e-15

/// The constants of a population (the tutorial's table 1).
struct Rates {
    VectorXd weights;  ///< one a point, the worse half negative
    double effective;  ///< number of points that the positive weights amount to
    double shape_path, step_path, rank_one, rank_many, damping;

    Rates(Index population, Index axes) {
        const auto n = static_cast<double>(axes);
        weights.resize(population);
        for (Index i = 0; i < population; ++i)
            weights[i] =
                std::log(0.5 * (static_cast<double>(population) + 1)) - std::log(static_cast<double>(i) + 1);
        const VectorXd good = weights.cwiseMax(0), bad = weights.cwiseMin(0);
        effective = good.sum() * good.sum() / good.squaredNorm();
        const double bad_effective = bad.squaredNorm() > 0 ? bad.sum() * bad.sum() / bad.squaredNorm() : 0;
        shape_path = (4 + effective / n) / (n + 4 + 2 * effective / n);
        step_path = (effective + 2) / (n + effective + 5);
        rank_one = 2 / ((n + 1.3) * (n + 1.3) + effective);
        rank_many = std::min(1 - rank_one,
                             2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective));
        damping = 1 + 2 * std::max(0.0, std::sqrt((effective - 1) / (n + 1)) - 1) + step_path;
        double most_bad = 1 + 2 * bad_effective / (effective + 2);
        if (rank_many > 0)
            most_bad =
                std::min({most_bad, 1 + rank_one / rank_many, (1 - rank_one - rank_many) / (n * rank_many)});
        weights = good / good.sum();
        if (bad.sum() < 0) weights -= most_bad * bad / bad.sum();
    }
};

bool inside(const VectorXd& x) {
    return (x.array() >= 0).all() && (x.array() <= 1).all();
}

}  // namespace

std::size_t Evolution::usual_population(Index axes) {
    return 4 + static_cast<std::size_t>(3 * std::log(std::max<double>(1, static_cast<double>(axes))));
}

Evolution::Evolution(VectorXd mean, double deviation)
    : mean_(std::move(mean)),
      step_(deviation),
      covariance_(MatrixXd::Identity(mean_.size(), mean_.size())),
      basis_(covariance_),
      lengths_(VectorXd::Ones(mean_.size())),
      shape_path_(VectorXd::Zero(mean_.size())),
      step_path_(shape_path_) {}

double Evolution::deviation(Index axis) const {
    return step_ * std::sqrt(covariance_(axis, axis));
}

VectorXd Evolution::whitened(const VectorXd& point) const {
    return (basis_.transpose() * (point - mean_)).cwiseQuotient(lengths_) / step_;
}

VectorXd Evolution::coloured(const VectorXd& whitened) const {
    return mean_ + step_ * (basis_ * lengths_.cwiseProduct(whitened));
}

VectorXd Evolution::draw(const VectorXd& least, base::Rng& rng) const {
    VectorXd widening(mean_.size());
    for (Index axis = 0; axis < mean_.size(); ++axis)
        widening[axis] = std::max(1.0, least[axis] / deviation(axis));
    VectorXd x;
    for (int attempt = 0; attempt < most_redraws; ++attempt) {
        VectorXd z(mean_.size());
        for (double& component : z) component = rng.normal();
        x = mean_ + widening.cwiseProduct((coloured(z) - mean_));
        if (inside(x)) break;
    }
    return x.cwiseMax(0).cwiseMin(1);
}

void Evolution::update(std::span<const VectorXd> best_first) {
    const Index n = mean_.size();
    const auto population = static_cast<Index>(best_first.size());
    if (n == 0) return;
    const Rates rates(population, n);
    const auto axes = static_cast<double>(n);
    const double usual_length = std::sqrt(axes) * (1 - 1 / (4 * axes) + 1 / (21 * axes * axes));
    const double longest = std::sqrt(axes) + 2 * axes / (axes + 2);

    MatrixXd steps(n, population);
    VectorXd squares(population);  // lengths of the steps as the distribution sees them
    for (Index i = 0; i < population; ++i) {
        VectorXd step = (best_first[static_cast<std::size_t>(i)] - mean_) / step_;
        const double length = whitened(best_first[static_cast<std::size_t>(i)]).norm();
        if (length > longest) step *= longest / length;
        squares[i] = std::pow(std::min(length, longest), 2);
        steps.col(i) = step;
    }
    const VectorXd towards = steps * rates.weights.cwiseMax(0);
    mean_ = (mean_ + step_ * towards).cwiseMax(0).cwiseMin(1);

    const VectorXd round = basis_ * (basis_.transpose() * towards).cwiseQuotient(lengths_);
    step_path_ = (1 - rates.step_path) * step_path_ +
                 std::sqrt(rates.step_path * (2 - rates.step_path) * rates.effective) * round;
    const double stretch = step_path_.norm() / usual_length;
    ++generation_;
    const double settled = std::sqrt(1 - std::pow(1 - rates.step_path, 2 * generation_));
    const bool moderate = stretch / settled < 1.4 + 2 / (axes + 1);
    shape_path_ *= 1 - rates.shape_path;
    if (moderate)
        shape_path_ += std::sqrt(rates.shape_path * (2 - rates.shape_path) * rates.effective) * towards;

    VectorXd weights = rates.weights;
    for (Index i = 0; i < population; ++i)
        if (weights[i] < 0) weights[i] *= axes / std::max(squares[i], 1e-12);
    const double lost = moderate ? 0 : rates.rank_one * rates.shape_path * (2 - rates.shape_path);
    covariance_ = (1 + lost - rates.rank_one - rates.rank_many * rates.weights.sum()) * covariance_ +
                  rates.rank_one * shape_path_ * shape_path_.transpose() +
                  rates.rank_many * steps * weights.asDiagonal() * steps.transpose();
    step_ = std::min(largest_step,
                     step_ * std::exp(std::min(1.0, rates.step_path / rates.damping * (stretch - 1))));
    decompose();
}

void Evolution::decompose() {
    covariance_ = 0.5 * (covariance_ + covariance_.transpose()).eval();
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solved(covariance_);
    basis_ = solved.eigenvectors();
    // Rounding, or shortened steps with negative weights, can leave an eigenvalue that is not positive.
    const double largest = std::max(solved.eigenvalues().maxCoeff(), 1e-300);
    const VectorXd positive = solved.eigenvalues().cwiseMax(1e-15 * largest);
    lengths_ = positive.cwiseSqrt();
    covariance_ = basis_ * positive.asDiagonal() * basis_.transpose();
}

bool Evolution::degenerate() const {
    return mean_.size() > 0 &&
           (step_ * lengths_.maxCoeff() < least_width || lengths_.maxCoeff() > 1e7 * lengths_.minCoeff());
}

}  // namespace quench::search::sampler
