#include "bench/search_quality/study.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>

namespace quench::bench {

using namespace search;

namespace {

/// Of the processor, so that other work on the machine does not count.
double seconds_since(std::clock_t before) {
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

}  // namespace

Outcome run_study(const Problem& problem, sampler::Sampler& sampler, std::size_t evaluations,
                  std::size_t workers, std::uint64_t seed) {
    base::Rng ends(seed, "which trial ends next");
    base::Rng noise(seed, "noise");
    std::vector<std::pair<TrialId, double>> running;
    Outcome outcome;
    double best = std::numeric_limits<double>::infinity();
    std::uint64_t next = 0;
    while (outcome.best.size() < evaluations) {
        while (running.size() < workers && next < evaluations) {
            const auto before = std::clock();
            const auto asked = sampler.ask(TrialId(next), 1);
            outcome.ask_seconds += seconds_since(before);
            if (asked.empty()) break;
            sampler.tell(Proposed{TrialId(next), asked[0], 0, 1});
            running.emplace_back(TrialId(next++), problem.regret(asked[0]));
        }
        if (running.empty()) break;  // the space is exhausted
        const std::size_t which = ends.below(running.size());
        const auto [trial, regret] = running[which];
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
        const double told = regret + (problem.noise > 0 ? problem.noise * noise.normal() : 0);
        if (std::isfinite(told)) {
            sampler.tell(Reported{trial, 1, told});
            sampler.tell(Ended{trial, Ending::completed});
        } else {
            sampler.tell(Ended{trial, Ending::diverged});
        }
        best = std::min(best, regret);
        outcome.best.push_back(best);
    }
    return outcome;
}

double ask_time(const Problem& problem, sampler::Sampler& sampler, std::size_t finished, std::size_t asks) {
    base::Rng rng(1, "trials before the asks are timed");
    std::vector<double> seconds;
    std::vector<double> point(problem.space.dimensions());
    for (std::size_t i = 0; i < finished + asks; ++i) {
        if (i >= finished) {
            const auto before = std::clock();
            (void)sampler.ask(TrialId(i), 1);
            seconds.push_back(seconds_since(before));
        }
        for (double& coordinate : point) coordinate = rng.uniform();
        const auto configuration = problem.space.decode(point);
        sampler.tell(Proposed{TrialId(i), configuration, 0, 1});
        sampler.tell(Reported{TrialId(i), 1, problem.regret(configuration)});
        sampler.tell(Ended{TrialId(i), Ending::completed});
    }
    const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    return *middle;
}

}  // namespace quench::bench
