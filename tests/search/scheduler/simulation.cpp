#include "tests/search/scheduler/simulation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace quench::search::scheduler {

Simulation::Simulation(Scheduler& scheduler, SimulationOptions options)
    : scheduler_(scheduler),
      options_(std::move(options)),
      rng_(options_.seed, "simulated study"),
      free_(options_.workers) {}

void Simulation::run() {
    if (options_.trials == 0) {
        proposals_ended_ = true;
        tell(ProposalsEnded{});
        drain();
    }
    dispatch();
    while (!happenings_.empty()) {
        const Happening next = happenings_.top();
        happenings_.pop();
        now_ = next.at;
        next.leaves ? leave(next.trial) : end_attempt(next.trial);
        drain();
        dispatch();
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_TRUE(finished_) << "nothing is under way, yet the scheduler waits";
    EXPECT_TRUE(go_on_.empty());
    EXPECT_TRUE(scheduler_.judgements_due().empty());
    for (std::size_t i = 0; i < states_.size(); ++i) EXPECT_TRUE(states_[i].over) << "trial " << i;
}

void Simulation::tell(const Event& event) {
    if (options_.keep_events) events.push_back(event);
    scheduler_.tell(event);
    if (options_.after_event) options_.after_event(event);
}

void Simulation::drain() {
    for (auto due = scheduler_.judgements_due(); !due.empty(); due = scheduler_.judgements_due())
        for (const Judgement& judgement : due) carry_out(judgement);
}

void Simulation::check(const Judgement& judgement) {
    ASSERT_LT(judgement.trial.value(), states_.size());
    const Trial& trial = states_[judgement.trial.value()];
    ASSERT_FALSE(trial.over) << "a judgement for an ended trial: " << text_of(judgement);
    EXPECT_FALSE(judgement.reason.empty());
    EXPECT_EQ(judgement.step, trial.reported);
    if (judgement.verdict == Verdict::proceed) {
        ASSERT_GT(judgement.to, trial.trained) << text_of(judgement);
        ASSERT_LE(judgement.to, options_.max) << text_of(judgement);
    }
}

void Simulation::carry_out(const Judgement& judgement) {
    check(judgement);
    Trial& trial = states_[judgement.trial.value()];
    tell(Judged{judgement.trial, judgement.step, judgement.verdict, judgement.to, judgement.forecast,
                judgement.evidence});
    if (judgement.verdict == Verdict::proceed) {
        trial.to = judgement.to;
        go_on_.push_back(judgement.trial);
    } else if (judgement.verdict == Verdict::stop) {
        trial.over = true;
        ++stopped;
        tell(Ended{judgement.trial, judgement.step == options_.max ? Ending::completed : Ending::stopped});
    }
}

void Simulation::dispatch() {
    while (free_ > 0) {
        const auto ready = std::find_if(go_on_.begin(), go_on_.end(),
                                        [&](TrialId id) { return !states_[id.value()].on_worker; });
        if (ready != go_on_.end()) {
            const TrialId id = *ready;
            go_on_.erase(ready);
            begin(id);
            continue;
        }
        const Job job = scheduler_.next_job();
        if (const auto* start = std::get_if<Start>(&job)) {
            ASSERT_FALSE(proposals_ended_) << "a start after proposals ended";
            propose(*start);
        } else if (const auto* promote = std::get_if<Promote>(&job)) {
            ASSERT_EQ(promote->judgement.verdict, Verdict::proceed);
            ASSERT_FALSE(states_[promote->judgement.trial.value()].on_worker) << "promoted too early";
            carry_out(promote->judgement);
            drain();
        } else if (const auto* wait = std::get_if<Wait>(&job)) {
            EXPECT_TRUE(free_ < options_.workers || !go_on_.empty())
                << "nothing to wait for: " << wait->reason;
            if (!proposals_ended_) ++waits_before_proposals_ended;
            return;
        } else {
            finished_ = true;
            return;
        }
    }
}

void Simulation::propose(const Start& start) {
    const TrialId id(trials++);
    ASSERT_GE(start.to, 1);
    ASSERT_LE(start.to, options_.max);
    states_.push_back({.bracket = start.bracket,
                       .trained = 0,
                       .reported = 0,
                       .to = start.to,
                       .over = false,
                       .on_worker = false,
                       .parent = std::nullopt});
    if (start.child) {
        const Parent& parent = start.child->parent;
        ASSERT_LT(parent.trial.value(), id.value());
        const Trial& copied = states_[parent.trial.value()];
        ASSERT_FALSE(copied.on_worker || copied.over) << "its checkpoint does not stand still";
        ASSERT_EQ(copied.trained, copied.to) << "it is under way";
        ASSERT_EQ(copied.trained, parent.step);
        ASSERT_GT(start.to, parent.step);
        ++children;
        states_.back().trained = states_.back().reported = parent.step;
        states_.back().parent = parent.trial;
        copied_.insert(parent.trial);
        tell(Proposed{id, start.child->configuration, start.bracket, start.to, parent});
    } else {
        tell(Proposed{id, {}, start.bracket, start.to});
    }
    begin(id);
    if (trials == options_.trials) {
        proposals_ended_ = true;
        tell(ProposalsEnded{});
    }
    drain();
}

void Simulation::begin(TrialId id) {
    ASSERT_FALSE(copied_.contains(id)) << "it goes on before its child has copied its checkpoint";
    Trial& trial = states_[id.value()];
    trial.on_worker = true;
    --free_;
    ++attempts;
    const double speed = options_.random_times ? 0.2 + 2 * rng_.uniform() : 1;
    schedule(speed * static_cast<double>(trial.to - trial.trained), id, false);
}

void Simulation::end_attempt(TrialId id) {
    Trial& trial = states_[id.value()];
    const double fate = rng_.uniform();
    if (fate < options_.failure_rate) {
        if (rng_.below(2) == 0) tell(Released{id});
        constexpr Ending endings[] = {Ending::failed, Ending::diverged, Ending::infeasible};
        trial.over = true;
        let_parent_go(trial);
        ++failed;
        tell(Ended{id, endings[rng_.below(3)]});
        trial.on_worker = false;
        ++free_;
        return;
    }
    const Resource stride = std::max<Resource>(1, (trial.to - trial.trained) / options_.most_reports);
    for (Resource step = trial.trained + stride; step < trial.to; step += stride) {
        if (rng_.below(2) == 0) continue;
        report(id, step);
        drain();
        if (states_[id.value()].over) return leave(id);
    }
    if (fate > 1 - options_.loss_rate) {
        if (rng_.below(2) == 0) tell(Released{id});
        trial.on_worker = false;
        ++free_;
        go_on_.push_back(id);
        return;
    }
    spent += trial.to - trial.trained;
    trial.trained = trial.to;
    ++arrivals[{trial.bracket, trial.to}];
    report(id, trial.to);
    schedule(options_.random_times ? 0.5 * rng_.uniform() : 0, id, true);
}

/// What an attempt repeats of one that was lost is told again.
void Simulation::report(TrialId id, Resource step) {
    Trial& trial = states_[id.value()];
    trial.reported = std::max(trial.reported, step);
    let_parent_go(trial);
    tell(Reported{id, step, objective(id, step)});
}

void Simulation::let_parent_go(Trial& child) {
    if (!child.parent) return;
    copied_.erase(copied_.find(*child.parent));
    child.parent.reset();
}

void Simulation::leave(TrialId id) {
    states_[id.value()].on_worker = false;
    ++free_;
    tell(Released{id});
}

void Simulation::schedule(double after, TrialId id, bool leaves) {
    happenings_.push({now_ + after, order_++, id, leaves});
}

double Simulation::objective(TrialId id, Resource step) const {
    base::Rng rng(options_.seed, "objective", id.value());
    const double limit = rng.uniform();
    // Rounded, so that ties happen.
    return std::round(50 * (limit + (0.5 + rng.uniform()) / static_cast<double>(step))) / 50;
}

std::string text_of(const Judgement& j) {
    return fmt::format("trial {} at {} verdict {} to {} ({}) forecast {} threshold {}", j.trial.value(),
                       j.step, static_cast<int>(j.verdict), j.to, j.reason, j.forecast.value_or(-1),
                       j.threshold.value_or(-1));
}

namespace {
struct JobText {
    std::string operator()(const Start& s) const {
        std::string text = fmt::format("start {} to {}", s.bracket, s.to);
        if (!s.child) return text;
        text += fmt::format(" from {} at {}", s.child->parent.trial.value(), s.child->parent.step);
        for (const auto& [name, value] : s.child->configuration)
            text += " " + name + "=" + space::to_text(value);
        return text;
    }
    std::string operator()(const Promote& p) const { return "promote " + text_of(p.judgement); }
    std::string operator()(const Wait& w) const { return "wait " + w.reason; }
    std::string operator()(const Finished& f) const { return "finished " + f.reason; }
};
}  // namespace

std::string answers(const Scheduler& scheduler) {
    std::string text = std::visit(JobText{}, scheduler.next_job()) + "\n";
    for (const Judgement& judgement : scheduler.judgements_due()) text += text_of(judgement) + "\n";
    for (const Rung& r : scheduler.rungs())
        text += fmt::format("rung {} {} {} {} {} {} {}\n", r.bracket, r.at, r.running, r.arrived, r.promoted,
                            r.planned.value_or(0), r.best.value_or(-1));
    return text + std::to_string(scheduler.planned_resource().value_or(-1));
}

}  // namespace quench::search::scheduler
