// Evolution: a population that learns the shape of its valley.
#pragma once

#include "search/sampler/cmaes/evolution.hpp"
#include "search/sampler/cmaes/quadratic.hpp"
#include "search/sampler/sampler.hpp"
#include "search/space/encoding.hpp"

#include <deque>
#include <map>
#include <optional>

namespace quench::search::sampler {

/// CMA-ES with restarts, asynchronous: each trial is drawn from the distribution of the moment, and whenever
/// a population of results is together, whatever their age, the distribution moves on; nobody waits for a
/// generation. A population has at least as many trials as ran when it began. When a search has converged it
/// starts again elsewhere with twice the population (IPOP; Auger and Hansen, CEC 2005).
///
/// Discrete ordered axes are drawn wide enough that neighbours stay possible; choices without order have
/// probabilities of their own that follow the better half of each population and keep a margin (after CatCMA,
/// Hamano et al., GECCO 2024); inactive parameters learn nothing. A result is the value where a trial first
/// halted or ended: one of more resource is better than one of less, failed, diverged and infeasible ones are
/// last. The first `startup` trials are points of a scrambled Sobol sequence; the best of them is where the
/// search starts.
///
/// Where all axes are numbers, a quadratic model of the results near the distribution (Quadratic) chooses the
/// best of a few draws, and each population tries the model's minimum.
///
/// An ask costs n^2 for n parameters, a generation n^3 and, up to 20 axes, n^4 times 150, however long the
/// study.
class Cmaes final : public Sampler {
  public:
    struct Options {
        std::uint64_t seed = 0;
        std::size_t startup = 10;
        std::size_t draws = 3;  ///< of which the model chooses one
        std::size_t most_modelled =
            300;                 ///< results that the model is made of: enough for 20 axes, some 10 ms
        double deviation = 0.2;  ///< of the first distribution, in lengths of the axes
    };

    Cmaes(const space::Space& space, const Options& options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    struct Running {
        space::Point point;  ///< NaN where inactive
        std::size_t search;  ///< the restart that it was drawn in
        Resource reach = 0;
        double value = 0;
    };
    struct Result {
        TrialId trial;
        space::Point point;
        bool broken;
        Resource reach;
        double value;
        [[nodiscard]] bool better_than(const Result& other) const;
    };

    void finish(TrialId trial, bool broken);
    void next_generation();
    void learn_choices();
    void make_model();
    void watch_progress(const Result& best, const Result& worst);
    void start_search(const space::Point& from);
    [[nodiscard]] Eigen::VectorXd numbers(const Result& result) const;
    [[nodiscard]] space::Configuration draw(TrialId trial) const;

    space::Encoding encoding_;
    Options options_;
    std::vector<std::size_t> numeric_, nominal_;  ///< axes
    Eigen::VectorXd least_;                       ///< deviation of a numeric axis in draws

    std::map<std::uint64_t, Running> running_;
    std::vector<Result> results_;  ///< of the population that is being gathered
    std::size_t population_;       ///< its size
    std::size_t search_ = 0;       ///< 0: the startup; then 1, 2, ...
    std::size_t base_population_;  ///< of this search
    std::optional<Evolution> evolution_;
    std::vector<std::vector<double>> probabilities_;  ///< one list a nominal axis
    std::optional<Result> best_;                      ///< of this search
    std::deque<Result> archive_;                      ///< the newest of this search, of the largest resource
    std::optional<Quadratic> model_;                  ///< over whitened points
    std::optional<Eigen::VectorXd> promised_;         ///< its minimum, in the unit cube
    std::size_t stale_ = 0;                           ///< generations without progress
};

}  // namespace quench::search::sampler
