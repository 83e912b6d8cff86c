// Local minimisation of a smooth function in a box.
#pragma once

#include <functional>

#include <Eigen/Core>

namespace quench::search::sampler {

/// Returns the value at x and writes the gradient. May return +infinity where it cannot be computed.
using Differentiable = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>;

struct Box {
    Eigen::VectorXd low, high;
};

struct Minimum {
    Eigen::VectorXd x;
    double value = 0;
};

/// Projected L-BFGS: directions by the two-loop recursion (Nocedal and Wright, Numerical optimization,
/// algorithm 7.4) among the variables that are not held at a bound, steps projected onto the box and
/// shortened until Armijo's condition holds. Never leaves the box, never returns more than the value at the
/// start; ends after `iterations` or when a step improves by less than 1e-9 relative.
Minimum minimize(const Differentiable& function, Eigen::VectorXd start, const Box& box, int iterations);

}  // namespace quench::search::sampler
