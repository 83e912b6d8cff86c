#include "bench/search_quality/study.hpp"

#include "base/quantile.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <stdexcept>

namespace quench::bench {

using namespace search;

namespace {

/// Of the processor, so that other work on the machine does not count.
double seconds_since(std::clock_t before) {
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return base::quantile(values, 0.5);
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

double ask_time(const Problem& problem, sampler::Sampler& sampler, const Timing& timing) {
    base::Rng rng(1, "trials before the asks are timed");
    std::vector<double> seconds;
    std::vector<double> point(problem.space.dimensions());
    for (std::size_t i = 0; i < timing.finished + timing.asks; ++i) {
        if (i >= timing.finished) {
            const auto before = std::clock();
            (void)sampler.ask(TrialId(i), 1);
            seconds.push_back(seconds_since(before));
        }
        for (double& coordinate : point) coordinate = rng.uniform();
        const auto configuration = problem.space.decode(point);
        sampler.tell(Proposed{TrialId(i), configuration, 0, 1});
        Reported reported{TrialId(i), 1, problem.regret(configuration)};
        if (timing.objectives > 1) {
            for (double& coordinate : point) coordinate = 1 - coordinate;
            reported.others = {problem.regret(problem.space.decode(point))};
        }
        sampler.tell(reported);
        sampler.tell(Ended{TrialId(i), Ending::completed});
    }
    return median(std::move(seconds));
}

JobTime job_time(scheduler::Scheduler& scheduler, const space::Space& space, Resource max,
                 const Timing& timing) {
    constexpr int calls = 100;
    base::Rng rng(1, "values of trials before jobs are timed");
    std::vector<double> seconds;
    std::uint64_t started = 0;
    std::vector<double> point(space.dimensions());
    const auto train = [&](TrialId trial, Resource to) {
        scheduler.tell(Reported{trial, to, rng.normal() / static_cast<double>(to)});
        scheduler.tell(Released{trial});
    };
    const auto judged = [&](const scheduler::Judgement& judgement) {
        scheduler.tell(Judged{judgement.trial, judgement.step, judgement.verdict, judgement.to,
                              judgement.forecast, judgement.evidence});
        if (judgement.verdict == Verdict::proceed) train(judgement.trial, judgement.to);
        if (judgement.verdict == Verdict::stop)
            scheduler.tell(
                Ended{judgement.trial, judgement.step == max ? Ending::completed : Ending::stopped});
    };
    for (std::size_t late = 0; late < timing.asks;) {
        const scheduler::Job job = scheduler.next_job();
        if (std::holds_alternative<scheduler::Finished>(job)) break;
        const auto before = std::clock();
        for (int i = 0; i < calls; ++i) (void)scheduler.next_job();
        seconds.push_back(seconds_since(before) / calls);
        if (started >= timing.finished) ++late;
        if (const auto* start = std::get_if<scheduler::Start>(&job)) {
            const TrialId trial(started++);
            for (double& coordinate : point) coordinate = rng.uniform();
            Proposed proposed{trial, space.decode(point), start->bracket, start->to};
            if (start->child) {
                proposed.configuration = start->child->configuration;
                proposed.parent = start->child->parent;
            }
            scheduler.tell(proposed);
            train(trial, start->to);
        } else if (const auto* promote = std::get_if<scheduler::Promote>(&job)) {
            judged(promote->judgement);
        } else {
            throw std::runtime_error("the scheduler waits although nothing is under way");
        }
        for (auto due = scheduler.judgements_due(); !due.empty(); due = scheduler.judgements_due())
            for (const auto& judgement : due) judged(judgement);
    }
    if (seconds.size() > timing.asks)
        seconds.erase(seconds.begin(), seconds.end() - static_cast<std::ptrdiff_t>(timing.asks));
    return {median(std::move(seconds)), std::min<std::size_t>(timing.finished, started)};
}

}  // namespace quench::bench
