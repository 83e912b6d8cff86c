// The normal distribution of an evolution strategy, and how results change it.
#pragma once

#include "base/random.hpp"

#include <span>
#include <vector>

#include <Eigen/Core>

namespace quench::search::sampler {

/// CMA-ES with active update (Hansen, "The CMA evolution strategy: a tutorial", arXiv 1604.00772, figure 6).
/// Points lie in the unit cube. Steps that the distribution would not have made itself (of an older one, of a
/// user) are shortened to a likely length before they count (Hansen, "Injecting external solutions into
/// CMA-ES", 2011), so that results may come late and in any order. A pure function of its calls.
class Evolution {
  public:
    /// Starts round a point; `deviation` is that of each axis.
    Evolution(Eigen::VectorXd mean, double deviation);

    /// A draw inside the unit cube. Axes narrower than `least` are widened to it, so that the values of a
    /// discrete axis never die out.
    [[nodiscard]] Eigen::VectorXd draw(const Eigen::VectorXd& least, base::Rng& rng) const;

    /// A point as the distribution sees it: independent normal coordinates of variance 1.
    [[nodiscard]] Eigen::VectorXd whitened(const Eigen::VectorXd& point) const;
    /// The way back.
    [[nodiscard]] Eigen::VectorXd coloured(const Eigen::VectorXd& whitened) const;

    /// Deviation of an axis.
    [[nodiscard]] double deviation(Eigen::Index axis) const;
    [[nodiscard]] const Eigen::VectorXd& mean() const { return mean_; }

    /// Goes on to the next generation; the points are sorted, the best first, two or more.
    void update(std::span<const Eigen::VectorXd> best_first);

    /// Nothing can be gained by going on: no axis can still be told from a point, or one is longer than
    /// another by 10^7.
    [[nodiscard]] bool degenerate() const;

    /// 4 + 3 log(axes), as the tutorial has it.
    static std::size_t usual_population(Eigen::Index axes);

  private:
    void decompose();

    Eigen::VectorXd mean_;
    double step_;                 ///< overall standard deviation, sigma
    Eigen::MatrixXd covariance_;  ///< of steps in units of `step_`
    Eigen::MatrixXd basis_;       ///< its eigenvectors
    Eigen::VectorXd lengths_;     ///< roots of its eigenvalues
    Eigen::VectorXd shape_path_, step_path_;
    int generation_ = 0;
};

}  // namespace quench::search::sampler
