// NSGA-II: an evolutionary search for the trade-offs of several objectives.
#pragma once

#include "search/sampler/model/history.hpp"
#include "search/sampler/sampler.hpp"

namespace quench::search::sampler {

/// NSGA-II (Deb et al., IEEE Trans. Evol. Comp. 6, 2002), asynchronous: parents are the `population` best
/// trials of the moment, by fronts and in a front by loneliness; each proposal is a child of two of them,
/// chosen by tournaments, by simulated binary crossover and polynomial mutation on the unit cube. Choices
/// without order are taken from either parent, or drawn anew. Until `population` trials are known, trial i
/// gets point i of a scrambled Sobol sequence. With one objective it is a plain genetic search.
class Nsga2 final : public Sampler {
  public:
    /// A small population and wide steps, for some hundred trials: on ZDT1 of 5 parameters the usual 15 and
    /// 20 for the indices command less after 200 trials than random search does.
    struct Options {
        std::uint64_t seed = 0;
        std::size_t population = 20;
        double crossover_share = 0.9;  ///< of the children; others are mutated copies
        double crossover_index = 2;    ///< larger: children nearer to their parents
        double mutation_index = 5;
    };

    Nsga2(const space::Space& space, const Options& options);

    void tell(const Event& event) override { history_.tell(event); }
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override { return std::make_unique<Nsga2>(*this); }

  private:
    [[nodiscard]] space::Point child(const std::vector<const space::Point*>& parents, TrialId trial) const;

    History history_;
    Options options_;
};

}  // namespace quench::search::sampler
