// A quadratic model of a function from scattered values.
#pragma once

#include <optional>
#include <span>

#include <Eigen/Core>

namespace quench::search::sampler {

/// Least squares over 1, x_i, x_i x_j; as lq-CMA-ES uses it (Hansen, "A global surrogate assisted CMA-ES",
/// GECCO 2019). Values that are good weigh more: the model need not be right where nobody goes.
class Quadratic {
  public:
    /// Coefficients for so many axes.
    static Eigen::Index terms(Eigen::Index axes) { return (axes + 1) * (axes + 2) / 2; }

    /// Points as columns, one value a point, the best first. None with fewer points than terms, or when
    /// everything is equal.
    static std::optional<Quadratic> fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& values);

    [[nodiscard]] double at(const Eigen::VectorXd& point) const;

    /// The minimum; none when the model is not convex.
    [[nodiscard]] std::optional<Eigen::VectorXd> minimum() const;

  private:
    double constant_ = 0;
    Eigen::VectorXd slope_;
    Eigen::MatrixXd curvature_;  ///< of 1/2 x^T curvature x
};

}  // namespace quench::search::sampler
