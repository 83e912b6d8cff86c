// Gaussian-process regression over encoded configurations.
#pragma once

#include "search/space/encoding.hpp"

#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace quench::search::sampler {

/// Logarithms: what is fitted has no bounds of its own.
struct Hyperparameters {
    Eigen::VectorXd log_lengths;  ///< one an axis, in lengths of the axis
    double log_noise = -10;       ///< variance of the noise over that of the process
};

/// A zero-mean process with a Matern 5/2 kernel, one length scale an axis (ARD). Two coordinates of a nominal
/// axis are at distance 0 or 1, and so are a missing and a given one. The variance of the process is
/// integrated to its most likely value in closed form, under a weak prior that it is 1.
///
/// Rasmussen and Williams, Gaussian processes for machine learning (2006), algorithm 2.1 and equation 5.9.
class Regression {
  public:
    /// Conditions on the data; n^3 / 6 multiplications for n points.
    Regression(const space::Encoding& encoding, std::vector<space::Point> points, Eigen::VectorXd values,
               const Hyperparameters& hyperparameters);

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

  private:
    [[nodiscard]] Eigen::VectorXd correlations(const space::Point& point) const;

    const space::Encoding* encoding_;
    std::vector<space::Point> points_;
    Eigen::VectorXd inverse_squares_;  ///< 1 / length^2, one an axis
    double noise_;
    double variance_ = 1;
    Eigen::MatrixXd factor_;   ///< lower Cholesky factor of the correlations with noise, in the upper left
    Eigen::VectorXd weights_;  ///< inverse(correlations) * values; of believed points 0
};

/// The most probable hyperparameters given data (MAP), by L-BFGS from `start`. Priors: log lengths are normal
/// about 1/2 log(axes) - 1.6 with deviation 1.73, the dimension-scaled prior of Hvarfner et al. (ICML 2024);
/// the log noise is normal about -10 with deviation 3. About 2 n^3 multiplications an iteration.
Hyperparameters fit(const space::Encoding& encoding, const std::vector<space::Point>& points,
                    const Eigen::VectorXd& values, const Hyperparameters& start, int iterations);

/// Where `fit` starts when nothing is known: the priors' centres.
Hyperparameters prior_centre(const space::Encoding& encoding);

/// Minus the log posterior density of the hyperparameters, (log lengths, log noise), up to a constant, and
/// its gradient; shown for tests.
class Posterior {
  public:
    Posterior(const space::Encoding& encoding, const std::vector<space::Point>& points,
              Eigen::VectorXd values);
    double operator()(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) const;

  private:
    Eigen::VectorXd values_;
    std::vector<Eigen::MatrixXd> squares_;  ///< squared distances, one matrix an axis
};

}  // namespace quench::search::sampler
