// A density over a space: one kernel an observed point, and one that is uniform.
#pragma once

#include "base/random.hpp"
#include "search/space/encoding.hpp"

#include <span>
#include <vector>

namespace quench::search::sampler {

/// The Parzen estimator of TPE (Bergstra et al., NIPS 2011) in its multivariate form: a kernel is the product
/// of one density an axis, so that axes that matter only together are learned together.
///
/// Continuous axes, and ordered ones of many values, have Gaussians truncated to [0, 1]; ordered axes of few
/// values have Gaussian weights at the cells' centres; nominal ones have the kernel of Aitchison and Aitken
/// (Biometrika 63, 1976). On an axis that is inactive in a kernel's point the kernel is uniform: a choice is
/// judged by the trials that made it, also when its parameters are new, and no decomposition of the space is
/// needed.
class Mixture {
  public:
    struct Options {
        double bandwidth = 0.1;     ///< of Gaussians, in lengths of the axis
        double uniform_weight = 1;  ///< of the uniform kernel, in units of one point's mean weight
    };

    /// `points` are encoded (NaN where inactive); `weights`, one a point, are positive. The encoding must
    /// live as long as the mixture.
    Mixture(const space::Encoding& encoding, std::span<const space::Point> points,
            std::span<const double> weights, const Options& options);

    /// Logarithm of the density at an encoded point, over its active axes; discrete axes count probability.
    [[nodiscard]] double log_density(const space::Point& point) const;

    /// A draw on all axes, also on those that the space then finds inactive. Each axis is drawn from a kernel
    /// of its own: points are recombined, as in an evolutionary search, and the density says which of the
    /// combinations hold together.
    [[nodiscard]] space::Point draw_recombined(base::Rng& rng) const;

  private:
    struct Kernels {         ///< those of one axis
        bool table = false;  ///< few cells: `log_probability` instead of a Gaussian
        std::size_t cells = 0;
        double bandwidth = 1;           ///< of Gaussians
        std::vector<double> centres;    ///< one a point; 0.5 where inactive
        std::vector<double> active;     ///< 1 or 0, one a point
        std::vector<double> log_norm;   ///< of Gaussians, one a point; 0 where inactive
        std::vector<std::size_t> cell;  ///< one a point
        std::vector<double>
            log_probability;  ///< [cell of the kernel][cell of the argument]; the last row is uniform
    };

    void make_gaussians(Kernels& kernels) const;
    void make_table(Kernels& kernels, std::size_t axis) const;
    [[nodiscard]] double draw_axis(const Kernels& kernels, std::size_t axis, base::Rng& rng) const;

    const space::Encoding* encoding_;
    Options options_;
    std::vector<double> weights_;      ///< normalised; the last is the uniform kernel's
    std::vector<double> log_weights_;  ///< theirs
    std::vector<Kernels> axes_;
};

}  // namespace quench::search::sampler
