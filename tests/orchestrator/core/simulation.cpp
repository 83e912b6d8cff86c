#include "tests/orchestrator/core/simulation.hpp"

#include "orchestrator/core/apply.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::core {

Simulation::Simulation(Study study, std::uint64_t seed, std::size_t workers, int slots, Weather weather)
    : study_(std::move(study)),
      seed_(seed),
      slots_(slots),
      weather_(weather),
      network_(seed, "network"),
      fate_(seed, "fate") {
    for (std::size_t i = 0; i < workers; ++i) seats_.push_back({fmt::format("w{}", i), nullptr});
}

bool Simulation::run(base::Duration limit) {
    coordinator_up();
    coordinator_ticks();
    for (std::size_t i = 0; i < seats_.size(); ++i) worker_up(i);
    const base::TimePoint end = now_ + limit;
    while (!events_.empty() && now_ < end) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.at;
        event.happen();
        if (coordinator_ && coordinator_->state().phase == StudyPhase::ended && coordinator_->done())
            return true;
    }
    return false;
}

void Simulation::later(double seconds, std::function<void()> happen) {
    const base::Duration delay(static_cast<std::int64_t>(seconds * 1e6));
    events_.push({now_ + delay, ++events_made_, std::move(happen)});
}

void Simulation::coordinator_up() {
    if (journal.empty()) {
        coordinator_ = std::make_unique<Coordinator>(State{}, Options{});
        turn(StudySubmitted{created_as(study_)});
    } else {
        auto state = replay(journal);
        if (!state) return complaints.push_back(state.error().text());
        coordinator_ = std::make_unique<Coordinator>(std::move(state).value(), Options{});
    }
    if (coordinator_) turn(Started{"head", 1, "test"});
}

void Simulation::coordinator_ticks() {
    if (coordinator_) turn(Tick{});
    later(1, [this] { coordinator_ticks(); });
}

void Simulation::turn(const Input& input) {
    Batch batch;
    coordinator_->step(input, now_, batch);
    const bool dies = fate_.uniform() < weather_.coordinator_crash;
    const bool before_commit = fate_.uniform() < 0.5;
    if (!dies || !before_commit) commit(batch);
    if (!dies) {
        // The compute thread takes its time, and dies with the coordinator.
        if (batch.work)
            later(5 * fate_.uniform(), [this, work = batch.work, life = lives_] {
                if (!coordinator_ || lives_ != life) return;
                work->run();
                turn(WorkDone{});
            });
        for (const Send& send : batch.sends) {
            const Send copy = send;
            travel([this, copy] { deliver(copy.peer, copy.message); });
        }
        return;
    }
    coordinator_.reset();
    ++lives_;
    later(1 + 20 * fate_.uniform(), [this] { coordinator_up(); });
}

void Simulation::commit(const Batch& batch) {
    for (const StampedFact& stamped : batch.facts) {
        if (const auto* reported = std::get_if<Reported>(&stamped.fact))
            reported_.emplace(reported->trial.value(), reported->attempt.value(), reported->step);
    }
    journal.insert(journal.end(), batch.facts.begin(), batch.facts.end());
}

void Simulation::worker_up(std::size_t i) {
    const std::string session = fmt::format("s{}", ++sessions_);
    seats_[i].worker = std::make_unique<FakeWorker>(seats_[i].name, session, slots_, checkpoints_);
    worker_ticks(i, session);
    worker_trains(i, session);
    if (weather_.worker_crashes_per_hour <= 0) return;
    later(3600 / weather_.worker_crashes_per_hour * fate_.exponential(), [this, i, session] {
        if (seats_[i].worker && seats_[i].worker->session() == session) worker_down(i, 3);
    });
}

void Simulation::worker_ticks(std::size_t i, const std::string& session) {
    if (!seats_[i].worker || seats_[i].worker->session() != session) return;
    seats_[i].worker->speak();
    collect(i);
    later(2, [this, i, session] { worker_ticks(i, session); });
}

void Simulation::worker_trains(std::size_t i, const std::string& session) {
    if (!seats_[i].worker || seats_[i].worker->session() != session) return;
    FakeWorker& worker = *seats_[i].worker;
    for (std::size_t p = worker.programs().size(); p-- > 0;) {
        const Program& program = worker.programs()[p];
        if (fate_.uniform() < weather_.program_crash) {
            worker.end(p, Outcome::crashed);
        } else {
            worker.advance(p, loss(program.key.trial, program.at + 1));
        }
    }
    collect(i);
    later(0.9, [this, i, session] { worker_trains(i, session); });
}

void Simulation::worker_down(std::size_t i, double seconds) {
    seats_[i].worker.reset();
    later(seconds, [this, i] { worker_up(i); });
}

void Simulation::collect(std::size_t i) {
    FakeWorker& worker = *seats_[i].worker;
    for (const auto& message : worker.outbox) {
        travel([this, peer = worker.session(), message] {
            if (coordinator_) turn(Received{peer, message});
        });
    }
    worker.outbox.clear();
    if (worker.gone()) worker_down(i, 5);
}

void Simulation::deliver(const Peer& peer, const worker::protocol::FromCoordinator& message) {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
        if (!seats_[i].worker || seats_[i].worker->session() != peer) continue;
        if (const auto* ack = std::get_if<protocol::Ack>(&message)) look_at_acks(*seats_[i].worker, *ack);
        if (const auto* start = std::get_if<protocol::Start>(&message)) look_at_start(*start);
        seats_[i].worker->hear(message);
        return collect(i);
    }
}

void Simulation::travel(const std::function<void()>& arrive) {
    const int copies = network_.uniform() < weather_.lost       ? 0
                       : network_.uniform() < weather_.repeated ? 2
                                                                : 1;
    for (int i = 0; i < copies; ++i) {
        const double scale = network_.uniform() < weather_.long_delays ? 100 : 1;
        later(weather_.delay_s * scale * network_.exponential(), arrive);
    }
}

/// A report that is acknowledged is in the journal, or the journal knows more than it says.
void Simulation::look_at_acks(const FakeWorker& worker, const protocol::Ack& ack) {
    for (const std::uint64_t seq : ack.seqs) {
        const auto* message = worker.unacknowledged(seq);
        const auto* report = message == nullptr ? nullptr : std::get_if<protocol::Report>(message);
        if (report == nullptr || reported_.contains({report->key.trial, report->key.attempt, report->step}))
            continue;
        const auto state = replay(journal);
        const Trial& trial = state->trial(TrialId(report->key.trial));
        const auto* running = std::get_if<Running>(&trial.phase);
        const bool over = running == nullptr || running->attempt.value() != report->key.attempt;
        if (!over && trial.reached < report->step)
            complaints.push_back(
                fmt::format("a report of trial {} step {} was acknowledged and is not in the journal",
                            report->key.trial, report->step));
    }
}

void Simulation::look_at_start(const protocol::Start& start) {
    const auto own = checkpoints_.find(start.key.trial);
    if (start.parent_folder && own == checkpoints_.end()) {
        // It is copied now: it must be the one of that step. A Start that comes late may be of a trial that
        // has ended.
        const auto state = replay(journal);
        if (checkpoints_[parent_of(start)] != start.from &&
            !std::holds_alternative<Ended>(state->trial(TrialId(start.key.trial)).phase))
            complaints.push_back(
                fmt::format("trial {} is to go on from {}, where its parent's checkpoint is not",
                            start.key.trial, start.from));
    } else if (start.from > (own == checkpoints_.end() ? 0 : own->second)) {
        complaints.push_back(
            fmt::format("trial {} is to go on from {}, beyond its checkpoint", start.key.trial, start.from));
    }
}

double Simulation::loss(std::uint64_t trial, Resource step) const {
    base::Rng rng(seed_, "loss", trial);
    const double end = rng.uniform();
    return end + (0.5 + rng.uniform()) / static_cast<double>(step);
}

}  // namespace quench::orchestrator::core
