// The tree-structured Parzen estimator: looks where good trials are dense and bad ones are not.
#pragma once

#include "search/sampler/model/history.hpp"
#include "search/sampler/sampler.hpp"
#include "search/sampler/tpe/mixture.hpp"

namespace quench::search::sampler {

/// TPE (Bergstra et al., NIPS 2011), multivariate, with the components that Watanabe ("Tree-structured Parzen
/// estimator: understanding its algorithm components", 2023) found to matter chosen by bench/search_quality.
///
/// The evidence is that of History: the best trials of the level make one density, all others the other;
/// trials that failed, diverged, were infeasible, were dropped below the level or are still running count
/// among the others, so that parallel workers keep apart and nobody goes back to where a study broke. With a
/// multi-fidelity scheduler this is BOHB's model; with several objectives the good trials are the first
/// fronts, the last of them thinned by hypervolume. Until `startup` trials have ended or reported, trial i
/// gets point i of a scrambled Sobol sequence.
class Tpe final : public Sampler {
  public:
    struct Options {
        std::uint64_t seed = 0;
        std::size_t startup = 10;     ///< trials before the first model
        std::size_t candidates = 24;  ///< drawn from the good density; the best of them is proposed
        double good_share = 0.07;     ///< of the trials
        std::size_t most_good = 25;
        double bandwidth = 0.15;           ///< of the widest kernels at 10 trials, in lengths of the axis
        double bandwidth_exponent = 0.35;  ///< it falls as trials^-exponent
        double fineness = 10;              ///< the narrowest are narrower by e^(fineness / (axes + 2))
        double good_uniform_weight = 0.3;  ///< of the uniform kernel among the good, in points
        double bad_uniform_weight = 1;
        /// Of a failed, diverged or infeasible trial, in points: with 1, half of the proposals at the border
        /// of a forbidden region still fall into it.
        double broken_weight = 3;
        double pending_weight = 0.3;  ///< of a running one: some of them will be good
    };

    Tpe(const space::Space& space, const Options& options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    History history_;
    Options options_;
};

}  // namespace quench::search::sampler
