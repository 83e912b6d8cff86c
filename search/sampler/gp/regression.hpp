// Gaussian-process regression over encoded configurations.
#pragma once

#include "search/sampler/gp/outcome.hpp"
#include "search/space/encoding.hpp"

#include <cmath>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace quench::search::sampler {

/// What the process is like; fitted to the data.
struct Hyperparameters {
    Eigen::VectorXd log_lengths;           ///< of the joint part: one an axis, in lengths of the axis
    Eigen::VectorXd log_additive_lengths;  ///< of the additive part
    Eigen::VectorXd bends;                 ///< of the axes: input_warp.hpp
    double share_logit = 0;  ///< log(s / (1 - s)) for the additive part's share s of the variance
    double log_noise = -10;  ///< variance of the noise over that of the process
    double power = 1;        ///< of Outcome::warped

    /// All in one, in this order.
    [[nodiscard]] Eigen::VectorXd packed() const;
    static Hyperparameters unpacked(const Eigen::VectorXd& all);
};

/// A zero-mean process over bent axes (input_warp.hpp; nominal ones have no bend) with the kernel (1 - s)
/// M(x, y) + s / d sum_i M_i(x_i, y_i): Matern 5/2 with one length scale an axis (ARD) for what the axes do
/// together, and a Matern 5/2 on each axis for what it does by itself (Duvenaud et al., Additive Gaussian
/// processes, NIPS 2011). The second needs far fewer trials in many dimensions; how much of it there is is
/// fitted. Two coordinates of a nominal axis are at distance 0 or 1, and so are a missing and a given one.
/// The variance of the process is integrated to its most likely value in closed form, under a weak prior that
/// it is 1.
///
/// Rasmussen and Williams, Gaussian processes for machine learning (2006), algorithm 2.1 and equation 5.9.
class Regression {
  public:
    /// Conditions on the data; n^3 / 6 multiplications for n points.
    Regression(const space::Encoding& encoding, const std::vector<space::Point>& points,
               const Eigen::VectorXd& values, const Hyperparameters& hyperparameters);

    /// Adds points whose values are not known yet: as if the mean had been observed there. Certainty grows,
    /// the mean stays (kriging believer; Ginsbourger et al., 2010). n^2 / 2 a point.
    void believe(const space::Point& point);

    struct Prediction {
        double mean = 0;
        double deviation = 0;  ///< of the function itself, without noise
    };
    [[nodiscard]] Prediction at(const space::Point& point) const;
    /// With the gradients over the coordinates; 0 on nominal and inactive axes.
    Prediction at(const space::Point& point, Eigen::VectorXd& mean_gradient,
                  Eigen::VectorXd& deviation_gradient) const;

    /// Of an observation about the function.
    [[nodiscard]] double noise_deviation() const { return std::sqrt(noise_ * variance_); }

  private:
    /// As the process sees it.
    [[nodiscard]] space::Point bent(space::Point point) const;
    /// |point - points| on an axis, one a point; of a bent coordinate.
    [[nodiscard]] Eigen::ArrayXd distances(std::size_t axis, double coordinate) const;
    /// Of a bent point.
    [[nodiscard]] Eigen::VectorXd correlations(const space::Point& point) const;

    const space::Encoding* encoding_;
    Eigen::VectorXd bends_;
    Eigen::MatrixXd points_;                    ///< (point, axis), bent, NaN where inactive
    Eigen::VectorXd scales_, additive_scales_;  ///< sqrt(5) / length, one an axis
    double share_;                              ///< of each axis in the additive part, s / d
    double joint_;                              ///< 1 - s
    double noise_;
    double variance_ = 1;
    Eigen::MatrixXd factor_;   ///< lower Cholesky factor of the correlations with noise
    Eigen::VectorXd weights_;  ///< inverse(correlations) * values; of believed points 0
};

/// The most probable hyperparameters given data (MAP), by L-BFGS from `start`. Priors: the log lengths
/// of a part have in common a normal part about 1/2 log(axes) - 1.6 (the centre that Hvarfner et al., ICML
/// 2024, scale with the dimensions; the additive ones as those of one axis) with deviation 1; what each has
/// of its own follows Student's t with 3 degrees of freedom and scale 0.25. Lengths that are free to differ
/// fit what is not there; but a few axes may be quite unlike the others, or of no matter. Bends follow
/// Student's t as well, about 0 with scale 0.25. The log noise is normal about -10 with deviation 3, the
/// share's logit about 0 with 2, the power about 0.5 with 0.5. About n^3 multiplications and d n^2 / 2
/// exponentials an iteration.
Hyperparameters fit(const space::Encoding& encoding, const std::vector<space::Point>& points,
                    const Outcome& outcome, const Hyperparameters& start, int iterations);

/// Where `fit` starts when nothing is known: the priors' centres.
Hyperparameters prior_centre(const space::Encoding& encoding);

/// Minus the log posterior density of the packed hyperparameters, up to a constant, and its gradient; shown
/// for tests.
class Posterior {
  public:
    Posterior(const space::Encoding& encoding, const std::vector<space::Point>& points, Outcome outcome);
    double operator()(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) const;

  private:
    /// The data as the process sees them.
    struct Bent {
        Eigen::ArrayXXd points, by_bend;        ///< (point, axis), and their derivatives
        std::vector<Eigen::ArrayXd> distances;  ///< one an axis, of pairs i > j

        [[nodiscard]] const Eigen::ArrayXd& on(Eigen::Index axis) const {
            return distances[static_cast<std::size_t>(axis)];
        }
    };
    [[nodiscard]] Bent bent(const Eigen::VectorXd& bends) const;
    /// The derivative by an axis' bend of what has these by the distances on it.
    [[nodiscard]] double by_bend(const Bent& seen, Eigen::Index axis,
                                 const Eigen::ArrayXd& by_distance) const;

    Outcome outcome_;
    Eigen::Index points_;
    Eigen::ArrayXXd coordinates_;  ///< (point, axis) of ordered axes, NaN where inactive; else 0
    Eigen::ArrayXXd apart_;        ///< (pair i > j, axis): distances that no bend changes, else 0
    Eigen::VectorXd centre_;       ///< of the priors
    Eigen::Vector3d variance_;     ///< of those that are not of lengths
};

}  // namespace quench::search::sampler
