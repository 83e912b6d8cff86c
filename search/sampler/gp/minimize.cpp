#include "search/sampler/gp/minimize.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace quench::search::sampler {
namespace {

using Eigen::VectorXd;

constexpr std::size_t memory = 8;        ///< pairs that model the curvature
constexpr int most_halvings = 20;        ///< 1e-6 of the first step: nothing is left to gain
constexpr double sufficient = 1e-4;      ///< Armijo's constant
constexpr double least_progress = 1e-9;  ///< of the value, relative

struct Pair {
    VectorXd step, change;
};

/// 1 where a variable can move against its gradient, 0 where a bound holds it.
VectorXd free_variables(const VectorXd& x, const VectorXd& gradient, const Box& box) {
    VectorXd free = VectorXd::Ones(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i)
        if ((x[i] <= box.low[i] && gradient[i] > 0) || (x[i] >= box.high[i] && gradient[i] < 0)) free[i] = 0;
    return free;
}

VectorXd direction(const VectorXd& gradient, const std::deque<Pair>& pairs, const VectorXd& free) {
    VectorXd q = gradient.cwiseProduct(free);
    std::vector<double> alphas(pairs.size());
    for (std::size_t i = pairs.size(); i-- > 0;) {
        alphas[i] = pairs[i].step.dot(q) / pairs[i].step.dot(pairs[i].change);
        q -= alphas[i] * pairs[i].change;
    }
    if (!pairs.empty()) q *= pairs.back().step.dot(pairs.back().change) / pairs.back().change.squaredNorm();
    for (std::size_t i = 0; i < pairs.size(); ++i)
        q += (alphas[i] - pairs[i].change.dot(q) / pairs[i].step.dot(pairs[i].change)) * pairs[i].step;
    return -q.cwiseProduct(free);
}

}  // namespace

Minimum minimize(const Differentiable& function, VectorXd start, const Box& box, int iterations) {
    VectorXd x = start.cwiseMax(box.low).cwiseMin(box.high);
    VectorXd gradient(x.size());
    double value = function(x, gradient);
    std::deque<Pair> pairs;
    for (int iteration = 0; iteration < iterations && std::isfinite(value); ++iteration) {
        const VectorXd free = free_variables(x, gradient, box);
        VectorXd towards = direction(gradient, pairs, free);
        if (!(towards.dot(gradient) < 0)) {  // the curvature is stale: steepest descent
            pairs.clear();
            towards = -gradient.cwiseProduct(free);
        }
        const double length = towards.norm();
        if (!(length > 0)) break;
        // Without curvature a first step of a tenth of the box: neither scale of the function is known.
        double scale = pairs.empty() ? std::min(1.0, 0.1 * (box.high - box.low).norm() / length) : 1.0;
        VectorXd next(x.size()), next_gradient(x.size());
        double next_value = value;
        bool accepted = false;
        for (int halving = 0; halving < most_halvings && !accepted; ++halving, scale *= 0.5) {
            next = (x + scale * towards).cwiseMax(box.low).cwiseMin(box.high);
            next_value = function(next, next_gradient);
            accepted = next_value <= value + sufficient * gradient.dot(next - x) && next_value < value;
        }
        if (!accepted) {
            if (pairs.empty()) break;
            pairs.clear();
            continue;
        }
        const Pair pair{next - x, next_gradient - gradient};
        if (pair.step.dot(pair.change) > 1e-12 * pair.change.squaredNorm()) {
            pairs.push_back(pair);
            if (pairs.size() > memory) pairs.pop_front();
        }
        const double progress = value - next_value;
        x = next;
        gradient = next_gradient;
        value = next_value;
        if (progress < least_progress * (1 + std::abs(value))) break;
    }
    return {x, value};
}

}  // namespace quench::search::sampler
