#include "orchestrator/core/coordinator.hpp"

#include "base/contract.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/effects.hpp"

#include <algorithm>
#include <concepts>

#include <fmt/format.h>

namespace quench::orchestrator::core {

Coordinator::Coordinator(State state, Options options)
    : state_(std::move(state)), options_(std::move(options)) {}

void Coordinator::step(const Input& input, base::TimePoint now, Batch& out) {
    now_ = now;
    out_ = &out;
    touched_.clear();
    everyone_ = !std::holds_alternative<Received>(input);
    std::visit([&](const auto& any) { handle(any); }, input);
    if (state_.created) {
        settle();
        send_due();
    }
    out_ = nullptr;
}

bool Coordinator::done() const {
    if (!state_.created || !state_.running.empty()) return false;
    return (state_.phase == StudyPhase::ended && state_.to_end.empty()) ||
           state_.phase == StudyPhase::paused || presence_.shutdown.has_value();
}

void Coordinator::handle(const StudySubmitted& input) {
    QUENCH_CHECK(!state_.created, "a coordinator has one study");
    record(input.study);
    for (const TrialLearned& learned : input.learned) record(learned);
}

void Coordinator::handle(const Started& input) {
    presence_.started = now_;
    presence_.last_tick = now_;
    record(CoordinatorStarted{input.host, input.pid, input.build});
}

void Coordinator::handle(const ProposalComputed& input) {
    if (!presence_.computing) return;
    // Taken only where it would be asked for now: the study may have moved on while the sampler thought. Work
    // that has become due meanwhile comes after it.
    const auto due = decisions_due(state_, circumstances());
    presence_.computing = false;
    const auto* ask = std::get_if<AskDue>(&due);
    if (ask == nullptr || *ask != input.ask) return;
    if (input.configurations.empty()) return record(space_exhausted(state_));
    record(TrialProposed{.trial = ask->first,
                         .params = input.configurations.front(),
                         .bracket = ask->bracket,
                         .to = ask->to,
                         .told = input.told});
}

void Coordinator::handle(const WorkDone&) {
    presence_.computing = false;
}

void Coordinator::handle(const Tick&) {
    // If we were not scheduled ourselves for half a lease (a suspended process, a stalled file system), the
    // silence is ours: heartbeats wait in our own queue.
    if (now_ - presence_.last_tick > options_.lease / 2) {
        presence_.started = now_;
        for (auto& [session, contact] : presence_.contacts) contact.heard = now_;
    }
    presence_.last_tick = now_;
    std::vector<std::string> silent;
    for (const auto& [name, worker] : state_.workers) {
        if (now_ - presence_.heard(worker.session) > options_.lease) silent.push_back(name);
    }
    for (const std::string& name : silent) {
        lose(name,
             "no sign of life for " + base::to_text(now_ - presence_.heard(state_.workers.at(name).session)));
    }
}

void Coordinator::handle(const ShutdownAsked& input) {
    if (!presence_.shutdown) presence_.shutdown = input.reason;
}

void Coordinator::handle(const WorkersAbandoned& input) {
    while (!state_.workers.empty()) lose(state_.workers.begin()->first, input.reason);
}

void Coordinator::record(Fact fact) {
    StampedFact stamped{now_, std::move(fact)};
    std::visit([&](const auto& any) { touch(any); }, stamped.fact);
    const auto applied = apply(state_, stamped);
    QUENCH_CHECK(applied.ok(), applied.ok() ? "" : applied.error().text());
    out_->facts.push_back(std::move(stamped));
}

template <class AnyFact>
void Coordinator::touch(const AnyFact& fact) {
    if constexpr (std::same_as<AnyFact, AttemptStarted>) {
        touched_.insert(fact.session);
    } else if constexpr (std::same_as<AnyFact, AttemptEnded> || std::same_as<AnyFact, VerdictGiven>) {
        if (const auto* running = std::get_if<Running>(&state_.trial(fact.trial).phase))
            touched_.insert(running->session);
        // The last to end may be what the others were waiting for.
        if (std::same_as<AnyFact, AttemptEnded> && state_.running.size() == 1) everyone_ = true;
    } else if constexpr (std::same_as<AnyFact, StudyPaused> || std::same_as<AnyFact, StudyResumed> ||
                         std::same_as<AnyFact, StudyEnded>) {
        everyone_ = true;
    }
}

void Coordinator::lose(std::string worker, const std::string& reason) {
    const std::string session = state_.workers.at(worker).session;
    const std::set<TrialId> running = state_.workers.at(worker).running;
    for (const TrialId id : running) {
        const auto& attempt = std::get<Running>(state_.trial(id).phase);
        record(AttemptEnded{.trial = id,
                            .attempt = attempt.attempt,
                            .outcome = Outcome::lost,
                            .detail = fmt::format("worker {} was lost: {}", worker, reason),
                            .exit_status = std::nullopt,
                            .seconds = base::seconds(std::max(base::Duration(0), now_ - attempt.since))});
    }
    record(WorkerLost{worker, session, reason});
    presence_.forget(session);
}

Circumstances Coordinator::circumstances() const {
    return {.now = now_,
            .present =
                [this](const std::string& session) {
                    const auto contact = presence_.contacts.find(session);
                    return contact != presence_.contacts.end() && !contact->second.dismissed;
                },
            .dispatch = !presence_.shutdown,
            .computing = presence_.computing};
}

void Coordinator::settle() {
    for (;;) {
        auto due = decisions_due(state_, circumstances());
        if (const auto* ask = std::get_if<AskDue>(&due)) {
            if (!presence_.computing) out_->ask = AskJob{*ask, state_.told, state_.sampler->clone()};
            presence_.computing = true;
            return;
        }
        if (auto* work = std::get_if<WorkDue>(&due)) {
            out_->work = std::move(work->work);
            presence_.computing = true;
            continue;
        }
        auto& facts = std::get<std::vector<Fact>>(due);
        if (facts.empty()) return;
        for (Fact& fact : facts) record(std::move(fact));
    }
}

void Coordinator::send_due() {
    if (everyone_)
        for (const auto& [session, contact] : presence_.contacts) touched_.insert(session);
    for (const std::string& session : touched_) send_due_to(session);
}

void Coordinator::send_due_to(const std::string& session) {
    for (Send& send : effects_due(session, state_, presence_, options_, now_)) {
        Contact* contact = presence_.by_peer(send.peer);
        if (const auto* start = std::get_if<worker::protocol::Start>(&send.message))
            contact->told[start->key] = {Order::Kind::start, now_};
        if (const auto* stop = std::get_if<worker::protocol::Stop>(&send.message))
            contact->told[stop->key] = {Order::Kind::stop, now_};
        if (std::holds_alternative<worker::protocol::Dismiss>(send.message)) contact->dismissed = now_;
        out_->sends.push_back(std::move(send));
    }
}

void Coordinator::note(std::string text) {
    out_->notes.push_back(std::move(text));
}

}  // namespace quench::orchestrator::core
