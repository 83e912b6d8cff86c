#include "bench/search_quality/study.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace quench::bench {

using namespace search;

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
            const auto before = std::chrono::steady_clock::now();
            const auto asked = sampler.ask(TrialId(next), 1);
            outcome.ask_seconds +=
                std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
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

}  // namespace quench::bench
