#include "orchestrator/simulate/virtual_study.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/best.hpp"
#include "orchestrator/core/decide.hpp"
#include "orchestrator/core/effects.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using base::Duration;
using base::TimePoint;
using core::Resource;

Duration duration_of(double seconds) {
    return Duration(std::llround(seconds * 1e6));
}

/// An attempt on a worker: training steps one after the other, a checkpoint after each.
struct Attempt {
    core::TrialId trial;
    core::AttemptId id;
    Resource from = 0;  ///< the checkpoint it began with
    Resource step = 0;  ///< the last one trained
    Resource to = 0;
    TimePoint began;
    TimePoint since;       ///< of the start-up or checkpoint that comes before the next step
    TimePoint ready;       ///< its end: the next step trains from here
    bool leaving = false;  ///< writes its last checkpoint and exits
};

struct Seat {
    std::string worker;
    std::string session;
    std::uint64_t sessions = 0;
    bool up = false;
    bool joined = false;  ///< as the coordinator sees it
    std::optional<Attempt> attempt;
    std::uint64_t token = 0;  ///< steps and exits that were arranged under an older one are off
};

enum class What { step, exit, death, missed, repaired, deadline };

struct Happening {
    TimePoint at;
    std::uint64_t number = 0;  ///< of two at one time the first arranged comes first
    What what = What::step;
    std::size_t seat = 0;
    std::uint64_t token = 0;  ///< a seat's token, for `missed` its session
    friend bool operator>(const Happening& a, const Happening& b) {
        return std::tie(a.at, a.number) > std::tie(b.at, b.number);
    }
};

/// Up to a step the curve of the parent; from there what the own one gains after that step.
void inherit(Curve& curve, const Curve& parent, Resource step) {
    const auto last = static_cast<std::size_t>(step) - 1;
    const double shift = parent.values[last] - curve.values[last];
    std::copy_n(parent.values.begin(), last + 1, curve.values.begin());
    for (std::size_t i = last + 1; i < curve.values.size(); ++i) curve.values[i] += shift;
}

class VirtualStudy {
  public:
    VirtualStudy(const core::Study& study, const Landscape& landscape, const Cost& cost)
        : study_(study), landscape_(landscape), cost_(cost), seats_(cost.workers) {}

    Run run();

  private:
    void arrange(What what, TimePoint at, std::size_t seat, std::uint64_t token) {
        happenings_.push({at, arranged_++, what, seat, token});
    }
    void happen(const Happening& happening);
    void record(core::Fact fact);
    void settle();
    void ask(const core::AskDue& due);

    // What a fact brings about.
    template <class AnyFact>
    void follow(const AnyFact&) {}
    void follow(const core::TrialProposed& fact);
    void follow(const core::AttemptStarted& fact);
    void follow(const core::Reported&);
    void follow(const core::VerdictGiven& fact);
    void follow(const core::StudyEnded&);

    void join(std::size_t seat);
    void miss(std::size_t seat);
    void die(std::size_t seat);
    void trained(std::size_t seat);
    void exited(std::size_t seat);
    void stop_if_due(std::size_t seat);
    void next_step(std::size_t seat);
    /// Charges the attempt's time since `since`: overhead up to `ready`, steps after it to `use`.
    void charge(const Attempt& attempt, Use use);
    [[nodiscard]] Duration step_time(core::TrialId trial, Resource step) const;
    [[nodiscard]] bool done() const {
        return state_.phase == core::StudyPhase::ended && state_.running.empty() && state_.to_end.empty();
    }
    [[nodiscard]] Run result();

    const core::Study& study_;
    const Landscape& landscape_;
    const Cost& cost_;
    core::State state_;
    TimePoint now_;
    std::vector<Seat> seats_;
    std::vector<Curve> curves_;          ///< [trials]
    std::vector<double> speeds_;         ///< [trials] factors of a step's time
    std::vector<Resource> checkpoints_;  ///< [trials] the step that is on disk
    std::map<std::string, std::size_t> seat_of_;
    std::priority_queue<Happening, std::vector<Happening>, std::greater<>> happenings_;
    std::uint64_t arranged_ = 0;
    WorkerTime time_;
    Headcount idle_;
    Headcount down_;
    // As it was when the last trial was proposed: what came after was not for want of trials.
    TimePoint last_proposal_;
    Duration idle_before_last_{};
    Duration down_before_last_{};
    std::vector<Improvement> improvements_;
    std::vector<Claim> claims_;
};

Run VirtualStudy::run() {
    record(core::StudyCreated{.study = study_, .text = "", .study_dir = "", .workdir = "", .trials_dir = ""});
    for (std::size_t i = 0; i < seats_.size(); ++i) {
        seats_[i].worker = fmt::format("w{:05}", i);
        seat_of_[seats_[i].worker] = i;
        join(i);
    }
    if (study_.stop.wall) arrange(What::deadline, now_ + *study_.stop.wall, 0, 0);
    settle();
    while (!done()) {
        QUENCH_CHECK(!happenings_.empty(), "a simulated study waits for nothing");
        const Happening next = happenings_.top();
        happenings_.pop();
        now_ = next.at;
        happen(next);
    }
    return result();
}

void VirtualStudy::happen(const Happening& happening) {
    const std::size_t seat = happening.seat;
    switch (happening.what) {
        case What::step:
            if (happening.token != seats_[seat].token) return;
            return trained(seat);
        case What::exit:
            if (happening.token != seats_[seat].token) return;
            exited(seat);
            break;
        case What::death:
            die(seat);
            break;
        case What::missed:
            if (happening.token != seats_[seat].sessions || !seats_[seat].joined) return;
            miss(seat);
            break;
        case What::repaired:
            if (seats_[seat].joined) miss(seat);
            down_.change(-1, now_);
            join(seat);
            break;
        case What::deadline:
            break;
    }
    settle();
}

void VirtualStudy::record(core::Fact fact) {
    const core::StampedFact stamped{now_, std::move(fact)};
    const auto applied = core::apply(state_, stamped);
    QUENCH_CHECK(applied.ok(), applied.ok() ? "" : applied.error().text());
    std::visit([this](const auto& any) { follow(any); }, stamped.fact);
}

void VirtualStudy::settle() {
    const core::Circumstances world{.now = now_, .present = [](const std::string&) { return true; }};
    for (;;) {
        auto due = core::decisions_due(state_, world);
        if (const auto* asked = std::get_if<core::AskDue>(&due)) {
            ask(*asked);
            continue;
        }
        if (const auto* work = std::get_if<core::WorkDue>(&due)) {
            work->work->run();
            continue;
        }
        auto& facts = std::get<std::vector<core::Fact>>(due);
        if (facts.empty()) return;
        for (core::Fact& fact : facts) record(std::move(fact));
    }
}

/// Models are fitted in no time here.
void VirtualStudy::ask(const core::AskDue& due) {
    auto asked = state_.sampler->ask(due.first, 1);
    if (asked.empty()) return record(core::space_exhausted(state_));
    record(core::TrialProposed{.trial = due.first,
                               .params = std::move(asked.front()),
                               .bracket = due.bracket,
                               .to = due.to,
                               .told = state_.told});
}

void VirtualStudy::follow(const core::TrialProposed& fact) {
    const std::uint64_t seed = study_.sampler.seed;
    Curve curve = landscape_.curve(fact.params, seed, fact.trial);
    if (fact.parent) inherit(curve, curves_[fact.parent->trial.value()], fact.parent->step);
    curves_.push_back(std::move(curve));
    base::Rng rng(seed, "simulated speed", fact.trial.value());
    speeds_.push_back(cost_.spread > 0 ? std::exp(cost_.spread * rng.normal()) : 1);
    checkpoints_.push_back(fact.parent ? fact.parent->step : 0);
    last_proposal_ = now_;
    idle_before_last_ = idle_.sum(now_);
    down_before_last_ = down_.sum(now_);
}

void VirtualStudy::follow(const core::AttemptStarted& fact) {
    const std::size_t index = seat_of_.at(fact.worker);
    Seat& seat = seats_[index];
    if (!seat.up) return;  // nobody is there to hear it; its lease will end
    idle_.change(-1, now_);
    seat.attempt = Attempt{.trial = fact.trial,
                           .id = fact.attempt,
                           .from = checkpoints_[fact.trial.value()],
                           .step = checkpoints_[fact.trial.value()],
                           .to = fact.to,
                           .began = now_,
                           .since = now_,
                           .ready = now_ + duration_of(cost_.startup)};
    next_step(index);
}

void VirtualStudy::follow(const core::Reported&) {
    const auto& best = state_.best_seen;
    if (!best || (!improvements_.empty() && improvements_.back().value == *best)) return;
    improvements_.push_back({state_.spent, static_cast<double>(now_.us) * 1e-6, *best});
}

void VirtualStudy::follow(const core::VerdictGiven& fact) {
    if (fact.evidence && fact.evidence->chance)
        claims_.push_back({.trial = fact.trial,
                           .target = fact.evidence->target,
                           .chance = *fact.evidence->chance,
                           .stopped = fact.verdict == search::Verdict::stop});
    const auto* running = std::get_if<core::Running>(&state_.trial(fact.trial).phase);
    if (running != nullptr) stop_if_due(seat_of_.at(running->worker));
}

void VirtualStudy::follow(const core::StudyEnded&) {
    for (std::size_t i = 0; i < seats_.size(); ++i) stop_if_due(i);
}

void VirtualStudy::join(std::size_t index) {
    Seat& seat = seats_[index];
    seat.session = fmt::format("{}.{}", seat.worker, ++seat.sessions);
    seat.up = true;
    seat.joined = true;
    idle_.change(1, now_);
    record(core::WorkerJoined{.worker = seat.worker,
                              .session = seat.session,
                              .host = "virtual",
                              .pid = 1,
                              .slots = study_.trial.ranks});
    if (cost_.deaths_per_hour <= 0) return;
    base::Rng rng(study_.sampler.seed, "simulated death",
                  (static_cast<std::uint64_t>(index) << 32) + seat.sessions);
    arrange(What::death, now_ + duration_of(3600 / cost_.deaths_per_hour * rng.exponential()), index, 0);
}

void VirtualStudy::die(std::size_t index) {
    Seat& seat = seats_[index];
    if (seat.attempt) {
        charge(*seat.attempt, Use::repeated);
        Attempt& attempt = *seat.attempt;
        // A step counts once its checkpoint is written.
        const bool written = attempt.step > attempt.from && now_ >= attempt.ready;
        if (written) checkpoints_[attempt.trial.value()] = attempt.step;
        seat.attempt.reset();
        ++seat.token;
    } else {
        idle_.change(-1, now_);
    }
    down_.change(1, now_);
    seat.up = false;
    const Duration repair = duration_of(cost_.repair);
    arrange(What::missed, now_ + core::Options{}.lease, index, seat.sessions);
    arrange(What::repaired, now_ + repair, index, 0);
}

/// The coordinator notices that the worker is gone, by its silence or because it comes back.
void VirtualStudy::miss(std::size_t index) {
    Seat& seat = seats_[index];
    const std::set<core::TrialId> running = state_.workers.at(seat.worker).running;
    for (const core::TrialId id : running) {
        const auto& attempt = std::get<core::Running>(state_.trial(id).phase);
        record(core::AttemptEnded{.trial = id,
                                  .attempt = attempt.attempt,
                                  .outcome = core::Outcome::lost,
                                  .detail = "the worker died",
                                  .exit_status = std::nullopt,
                                  .seconds = base::seconds(now_ - attempt.since)});
    }
    record(core::WorkerLost{seat.worker, seat.session, "it died"});
    seat.joined = false;
}

void VirtualStudy::next_step(std::size_t index) {
    const Attempt& attempt = *seats_[index].attempt;
    arrange(What::step, attempt.ready + step_time(attempt.trial, attempt.step + 1), index,
            ++seats_[index].token);
}

void VirtualStudy::trained(std::size_t index) {
    Seat& seat = seats_[index];
    const core::TrialId id = seat.attempt->trial;
    const core::AttemptId number = seat.attempt->id;
    if (seat.attempt->step > seat.attempt->from) checkpoints_[id.value()] = seat.attempt->step;
    const Resource step = seat.attempt->step + 1;
    const bool is_new = step > state_.trial(id).reached;
    charge(*seat.attempt, is_new ? Use::training : Use::repeated);
    seat.attempt->step = step;
    seat.attempt->since = now_;
    seat.attempt->ready = now_ + duration_of(cost_.checkpoint);
    if (is_new) {
        const double value = curves_[id.value()].values[static_cast<std::size_t>(step - 1)];
        record(core::Reported{id, number, step, {{study_.objective.metric, value}}});
        if (const auto verdict = core::divergence_due(state_, state_.trial(id))) record(*verdict);
        settle();
    }
    if (seat.attempt->leaving) return;
    if (step < seat.attempt->to) return next_step(index);
    seat.attempt->leaving = true;
    arrange(What::exit, seat.attempt->ready, index, ++seat.token);
}

/// SIGTERM: the step that is being trained is given up.
void VirtualStudy::stop_if_due(std::size_t index) {
    Seat& seat = seats_[index];
    if (!seat.attempt || seat.attempt->leaving) return;
    Attempt& attempt = *seat.attempt;
    if (!core::stop_due(state_, core::Presence{}, state_.trial(attempt.trial))) return;
    charge(attempt, Use::repeated);
    attempt.leaving = true;
    attempt.since = now_;
    attempt.ready = now_ + std::min(duration_of(cost_.checkpoint), study_.trial.grace);
    arrange(What::exit, attempt.ready, index, ++seat.token);
}

void VirtualStudy::exited(std::size_t index) {
    Seat& seat = seats_[index];
    const Attempt attempt = *seat.attempt;
    charge(attempt, Use::repeated);
    checkpoints_[attempt.trial.value()] = std::max(checkpoints_[attempt.trial.value()], attempt.step);
    seat.attempt.reset();
    idle_.change(1, now_);
    const core::Trial& trial = state_.trial(attempt.trial);
    const auto outcome = trial.diverged()              ? core::Outcome::diverged
                         : trial.reached >= attempt.to ? core::Outcome::reached
                                                       : core::Outcome::stopped;
    record(core::AttemptEnded{.trial = attempt.trial,
                              .attempt = attempt.id,
                              .outcome = outcome,
                              .detail = "",
                              .exit_status = 0,
                              .seconds = base::seconds(now_ - attempt.began)});
}

void VirtualStudy::charge(const Attempt& attempt, Use use) {
    const Use overhead = attempt.step > attempt.from || attempt.leaving ? Use::saving : Use::starting;
    const TimePoint ready = std::min(attempt.ready, now_);
    time_.add(overhead, ready - attempt.since);
    time_.add(use, now_ - ready);
}

Duration VirtualStudy::step_time(core::TrialId trial, Resource step) const {
    const Curve& curve = curves_[trial.value()];
    double seconds = 1;
    if (cost_.seconds)
        seconds = *cost_.seconds;
    else if (!curve.seconds.empty())
        seconds = curve.seconds[static_cast<std::size_t>(step - 1)];
    return duration_of(seconds * speeds_[trial.value()]);
}

Run VirtualStudy::result() {
    time_.add(Use::waiting, idle_before_last_);
    time_.add(Use::last_trials, idle_.sum(now_) - idle_before_last_);
    time_.add(Use::down, down_.sum(now_));
    Run run;
    run.seed = study_.sampler.seed;
    if (const auto best = core::best_of(state_)) {
        run.best = best->value;
        run.provisional = best->provisional;
        run.trained_out = trained_out(state_, curves_, best->trial);
        run.regret = regret(state_, curves_, best->trial);
    }
    run.resource = state_.spent;
    run.trials = state_.trials.size();
    for (const core::Trial& trial : state_.trials) {
        const auto* ended = std::get_if<core::Ended>(&trial.phase);
        if (ended != nullptr && ended->how == search::Ending::completed) ++run.completed;
    }
    run.seconds = static_cast<double>(now_.us) * 1e-6;
    run.time = time_;
    const double alive = static_cast<double>(seats_.size()) * static_cast<double>(last_proposal_.us) * 1e-6 -
                         base::seconds(down_before_last_);
    run.idle_before_last = alive > 0 ? base::seconds(idle_before_last_) / alive : 0;
    const Dropped dropped = wrongly_dropped(state_, curves_);
    run.wrongly_dropped = dropped.share;
    run.wrongly_dropped_trials = dropped.trials;
    run.calibration = calibration(state_, curves_, claims_);
    double distance = 0;
    for (const Curve& curve : curves_) {
        distance += curve.distance;
        if (curve.distance > 0) ++run.off_grid;
    }
    if (!curves_.empty()) run.distance = distance / static_cast<double>(curves_.size());
    run.improvements = std::move(improvements_);
    run.ending = ending_text(state_);
    return run;
}

}  // namespace

Run simulate(const core::Study& study, const Landscape& landscape, const Cost& cost) {
    return VirtualStudy(study, landscape, cost).run();
}

}  // namespace quench::orchestrator::simulate
