#include "search/sampler/cmaes/quadratic.hpp"

#include <cmath>

#include <Eigen/Cholesky>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double ridge = 1e-9;      ///< of the normal equations' diagonal
constexpr double most_weight = 20;  ///< of the best point beside the worst, as lq-CMA-ES has it

void write_terms(const Eigen::Ref<const VectorXd>& x, Eigen::Ref<VectorXd> row) {
    Index at = 0;
    row[at++] = 1;
    for (Index i = 0; i < x.size(); ++i) row[at++] = x[i];
    for (Index i = 0; i < x.size(); ++i)
        for (Index j = 0; j <= i; ++j) row[at++] = x[i] * x[j];
}

}  // namespace

std::optional<Quadratic> Quadratic::fit(const MatrixXd& points, const VectorXd& values) {
    const Index axes = points.rows(), count = points.cols(), unknown = terms(axes);
    if (count < unknown) return std::nullopt;
    const double scale = values[count - 1] - values[0];
    if (!(scale > 0) || !std::isfinite(scale)) return std::nullopt;
    MatrixXd rows(unknown, count);
    VectorXd targets(count);
    for (Index i = 0; i < count; ++i) {
        const double weight =
            std::sqrt(1 + (most_weight - 1) * (1 - static_cast<double>(i) / static_cast<double>(count)));
        write_terms(points.col(i), rows.col(i));
        rows.col(i) *= weight;
        targets[i] = weight * (values[i] - values[0]) / scale;
    }
    MatrixXd normal = rows * rows.transpose();
    normal.diagonal() *= 1 + ridge;
    const Eigen::LDLT<MatrixXd> solver(normal);
    const VectorXd solution = solver.solve(rows * targets);
    if (!solution.allFinite()) return std::nullopt;
    Quadratic model;
    model.constant_ = solution[0];
    model.slope_ = solution.segment(1, axes);
    model.curvature_.resize(axes, axes);
    Index at = 1 + axes;
    for (Index i = 0; i < axes; ++i)
        for (Index j = 0; j <= i; ++j, ++at)
            model.curvature_(i, j) = model.curvature_(j, i) = (i == j ? 2 : 1) * solution[at];
    return model;
}

double Quadratic::at(const VectorXd& point) const {
    return constant_ + slope_.dot(point) + 0.5 * point.dot(curvature_ * point);
}

std::optional<VectorXd> Quadratic::minimum() const {
    const Eigen::LLT<MatrixXd> cholesky(curvature_);
    if (cholesky.info() != Eigen::Success) return std::nullopt;
    VectorXd found = cholesky.solve(-slope_);
    if (!found.allFinite()) return std::nullopt;
    return found;
}

}  // namespace quench::search::sampler
