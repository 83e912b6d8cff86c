// Bayesian optimization with a Gaussian process.
#pragma once

#include "search/sampler/model/history.hpp"
#include "search/sampler/sampler.hpp"

namespace quench::search::sampler {

/// Proposes where log expected improvement is largest under a process of Matern 5/2 kernels, joint and
/// additive (regression.hpp), over bent axes (input_warp.hpp) and warped values (outcome.hpp), all fitted by
/// maximum a posteriori. Running trials are conditioned upon as if they gave what the process expects;
/// failed, diverged and infeasible ones count as bad values, trials dropped below the level of evidence as
/// what they would have come to if they had moved like the others. Until `startup` trials are known, trial i
/// gets point i of a scrambled Sobol sequence.
///
/// With `cost_aware` it is expected improvement per second of a step, as a second process predicts it from
/// the trials that were timed; `startup` of them at least.
///
/// The acquisition is searched from Sobol points and from around the best trials, by gradients on the axes
/// that have them, then value by value on the others. A pure function of seed, trial and events. The cost is
/// bounded: of more than `most_fitted` trials a share is used to fit, of more than `most_points` a share to
/// predict, the best always among them.
class Gp final : public Sampler {
  public:
    struct Options {
        std::uint64_t seed = 0;
        bool cost_aware = false;
        std::size_t startup = 10;
        std::size_t most_fitted = 80;     ///< a fit costs 2 n^3 an iteration
        std::size_t most_points = 250;    ///< a prediction costs n^2
        std::size_t most_timed = 100;     ///< trials that the process over seconds knows, the newest
        std::size_t most_believed = 150;  ///< running trials that are conditioned upon, the newest
        int fit_iterations = 30;
        std::size_t candidates = 256;  ///< looked at before the best are improved
        std::size_t climbs = 5;        ///< candidates that are improved
        int climb_iterations = 25;
    };

    Gp(const space::Space& space, const Options& options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::heavy; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    History history_;
    Options options_;
};

}  // namespace quench::search::sampler
