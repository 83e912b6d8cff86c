// A study with one worker and curves that a test gives.
#pragma once

#include "base/random.hpp"
#include "search/scheduler/scheduler.hpp"

#include <cmath>
#include <deque>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace quench::search::scheduler {

/// One worker; trial i shows `value(i, step)` after each step. Returns the resource spent; `at_max` collects
/// the values of those that were trained to the maximum, `on_verdict` sees every judgement.
/// A scheduler that promotes only when a worker is free needs Simulation.
template <class Value>
Resource train(
    Scheduler& scheduler, Resource max, const Value& value, std::vector<double>& at_max,
    const std::function<void(const Judgement&)>& on_verdict = [](const Judgement&) {}) {
    struct Running {
        TrialId trial;
        Resource to = 0;
    };
    std::vector<Resource> reached;
    std::vector<bool> over;
    std::deque<Running> queue;
    Resource spent = 0;
    const auto drain = [&] {
        for (auto due = scheduler.judgements_due(); !due.empty(); due = scheduler.judgements_due())
            for (const Judgement& j : due) {
                on_verdict(j);
                scheduler.tell(Judged{j.trial, j.step, j.verdict, j.to, j.forecast, j.evidence});
                if (j.verdict == Verdict::proceed) queue.push_back({j.trial, j.to});
                if (j.verdict == Verdict::stop) over[j.trial.value()] = true;
                if (j.verdict == Verdict::stop)
                    scheduler.tell(Ended{j.trial, j.step == max ? Ending::completed : Ending::stopped});
            }
    };
    for (;;) {
        if (queue.empty()) {
            const Job job = scheduler.next_job();
            const auto* start = std::get_if<Start>(&job);
            if (start == nullptr) {
                EXPECT_TRUE(std::holds_alternative<Finished>(job));
                return spent;
            }
            const TrialId id(reached.size());
            reached.push_back(0);
            over.push_back(false);
            scheduler.tell(Proposed{id, {}, start->bracket, start->to});
            queue.push_back({id, start->to});
        }
        const Running next = queue.front();
        queue.pop_front();
        Resource& step = reached[next.trial.value()];
        while (step < next.to && !over[next.trial.value()]) {
            ++spent;
            ++step;
            if (step == max) at_max.push_back(value(next.trial.value(), step));
            scheduler.tell(Reported{next.trial, step, value(next.trial.value(), step)});
            drain();
        }
    }
}

inline double power_law(std::uint64_t trial, Resource step) {
    base::Rng rng(9, "power law", trial);
    const double floor = rng.uniform();
    return floor + 0.5 * std::pow(static_cast<double>(step), -0.3 - rng.uniform());
}

}  // namespace quench::search::scheduler
