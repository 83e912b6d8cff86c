// What the coordinator makes of each message. Everything here comes from another process: what does not fit
// is dropped and noted, never trusted.
#include "orchestrator/core/coordinator.hpp"

#include <fmt/format.h>

namespace quench::orchestrator::core {

namespace protocol = worker::protocol;

void Coordinator::handle(const Received& input) {
    if (!state_.created) return;
    const bool may_be_new = std::holds_alternative<protocol::Hello>(input.message) ||
                            std::holds_alternative<protocol::Request>(input.message);
    Contact* contact = presence_.by_peer(input.peer);
    if (contact == nullptr && !may_be_new) {
        out_->sends.push_back({input.peer, protocol::Introduce{}});
        return;
    }
    if (contact != nullptr) contact->heard = now_;
    std::visit([&](const auto& message) { on(input.peer, message); }, input.message);
    if (const auto session = presence_.sessions.find(input.peer); session != presence_.sessions.end())
        touched_.insert(session->second);
}

void Coordinator::on(const Peer& peer, const protocol::Hello& hello) {
    const auto refuse = [&](const std::string& reason) {
        note(fmt::format("worker {} on {} is refused: {}", hello.worker, hello.host, reason));
        out_->sends.push_back({peer, protocol::Refused{reason}});
    };
    if (hello.version != protocol::version) {
        return refuse(fmt::format(
            "it speaks protocol {} (build {}), this coordinator {} (build {}); start both from the "
            "same build",
            hello.version, hello.build, protocol::version, options_.build));
    }
    const int ranks = state_.study().trial.ranks;
    if (hello.slots < ranks) {
        return refuse(
            fmt::format("it has {} slots and a trial of this study needs {} ranks; start it with --slots {}",
                        hello.slots, ranks, ranks));
    }
    if (hello.slots > options_.slots_of_a_worker) {
        return refuse(fmt::format("it has {} slots and a worker may have {}; start several", hello.slots,
                                  options_.slots_of_a_worker));
    }
    if (hello.worker.empty() || hello.session.empty()) return refuse("it has no name or no session");
    if (state_.phase == StudyPhase::ended && state_.running.empty()) {
        out_->sends.push_back({peer, protocol::Dismiss{"the study has ended"}});
        return;
    }
    const auto known = state_.workers.find(hello.worker);
    if (known != state_.workers.end() && known->second.session != hello.session) {
        const auto old = presence_.contacts.find(known->second.session);
        if (old != presence_.contacts.end() && old->second.peer != peer) {
            out_->sends.push_back(
                {old->second.peer, protocol::Refused{"another worker joined under this name"}});
        }
        lose(hello.worker, "a new session of it joined");
    }
    if (!state_.workers.contains(hello.worker)) {
        for (const auto& [name, other] : state_.workers) {
            if (other.session == hello.session)
                return refuse(fmt::format("its session is worker {}'s; a worker has its own", name));
        }
        if (state_.workers.size() >= options_.workers) {
            return refuse(fmt::format("there are {} workers already", options_.workers));
        }
        record(WorkerJoined{hello.worker, hello.session, hello.host, hello.pid, hello.slots});
    }
    presence_.forget(hello.session);
    if (Contact* other = presence_.by_peer(peer)) presence_.forget(presence_.sessions.at(other->peer));
    presence_.sessions[peer] = hello.session;
    presence_.contacts[hello.session] = {.worker = hello.worker,
                                         .peer = peer,
                                         .heard = now_,
                                         .held = {hello.held.begin(), hello.held.end()},
                                         .told = {},
                                         .dismissed = std::nullopt};
    out_->sends.push_back({peer, protocol::Welcome{.version = protocol::version,
                                                   .build = options_.build,
                                                   .heartbeat = options_.heartbeat,
                                                   .lease = options_.lease}});
}

void Coordinator::on(const Peer& peer, const protocol::Heartbeat& heartbeat) {
    Contact& contact = *presence_.by_peer(peer);
    contact.held = {heartbeat.held.begin(), heartbeat.held.end()};
    std::erase_if(contact.told, [&](const auto& told) { return now_ - told.second.at > options_.lease; });
    out_->sends.push_back({peer, protocol::Ack{}});
}

const Trial* Coordinator::running_trial(const Peer& peer, const protocol::AttemptKey& key) {
    if (key.study != state_.study().name || key.trial >= state_.trials.size()) return nullptr;
    const Trial& trial = state_.trials[key.trial];
    const auto* running = std::get_if<Running>(&trial.phase);
    const auto session = presence_.sessions.find(peer);
    if (running == nullptr || running->attempt != AttemptId(key.attempt) ||
        session == presence_.sessions.end() || running->session != session->second) {
        return nullptr;
    }
    return &trial;
}

void Coordinator::on(const Peer& peer, const protocol::Report& report) {
    out_->sends.push_back({peer, protocol::Ack{{report.seq}}});
    const Trial* trial = running_trial(peer, report.key);
    if (trial == nullptr) {
        return note(fmt::format("report of step {} dropped: trial {} does not run as attempt {} there",
                                report.step, report.key.trial, report.key.attempt));
    }
    if (report.step <= trial->reached || report.step > std::get<Running>(trial->phase).to)
        return;                     // a repeat
    if (trial->diverged()) return;  // it goes on until its Stop arrives
    presence_.by_peer(peer)->held.insert(report.key);
    record(Reported{trial->id, AttemptId(report.key.attempt), report.step, report.metrics});
    if (auto verdict = divergence_due(state_, state_.trial(trial->id))) record(*verdict);
}

void Coordinator::on(const Peer& peer, const protocol::AttemptEnded& ended) {
    out_->sends.push_back({peer, protocol::Ack{{ended.seq}}});
    const Trial* trial = running_trial(peer, ended.key);
    if (trial == nullptr) {
        return note(fmt::format("end of attempt {} of trial {} dropped: it does not run there",
                                ended.key.attempt, ended.key.trial));
    }
    AttemptEnded fact{.trial = trial->id,
                      .attempt = AttemptId(ended.key.attempt),
                      .outcome = ended.outcome,
                      .detail = ended.detail,
                      .exit_status = ended.exit_status,
                      .seconds = ended.seconds};
    const bool ours_to_say = fact.outcome == Outcome::lost || fact.outcome == Outcome::diverged;
    if (trial->diverged()) {
        fact.outcome = Outcome::diverged;
    } else if (ours_to_say) {
        fact.outcome = Outcome::crashed;  // neither has a budget: it would be started for ever
    } else if (fact.outcome == Outcome::reached && trial->reached < std::get<Running>(trial->phase).to) {
        fact.outcome = Outcome::crashed;
        fact.detail = fmt::format("its report of step {} never came; {}", std::get<Running>(trial->phase).to,
                                  ended.detail);
    }
    Contact& contact = *presence_.by_peer(peer);
    contact.held.erase(ended.key);
    contact.told.erase(ended.key);
    record(std::move(fact));
}

void Coordinator::on(const Peer& peer, const protocol::Goodbye& goodbye) {
    const std::string session = presence_.sessions.at(peer);
    const std::string worker = presence_.contacts.at(session).worker;
    const auto known = state_.workers.find(worker);
    if (known != state_.workers.end() && known->second.session == session) {
        lose(worker, "it left: " + goodbye.reason);
    } else {
        presence_.forget(session);
    }
}

void Coordinator::on(const Peer& peer, const protocol::Request& request) {
    const auto reply = [&](bool ok, std::string text) {
        out_->sends.push_back({peer, protocol::Reply{request.id, ok, std::move(text)}});
    };
    const std::string& name = state_.study().name;
    if (request.version != protocol::version) {
        return reply(false,
                     fmt::format("the coordinator is of another build ({}); use its own", options_.build));
    }
    if (!request.study.empty() && request.study != name) {
        return reply(false, fmt::format("this coordinator runs study '{}', not '{}'", name, request.study));
    }
    if (state_.phase == StudyPhase::ended)
        return reply(false, fmt::format("study '{}' has ended: {}", name, state_.ending->reason));
    const bool paused = state_.phase == StudyPhase::paused;
    if (request.verb == "pause") {
        if (!paused) record(StudyPaused{"asked for by a user"});
        return reply(true, fmt::format("study '{}' {}", name,
                                       paused ? "is paused already"
                                              : "is paused; running trials checkpoint and stop"));
    }
    if (request.verb == "resume") {
        if (paused) record(StudyResumed{});
        return reply(true, fmt::format("study '{}' {}", name, paused ? "goes on" : "is running already"));
    }
    if (request.verb == "cancel") {
        record(StudyEnded{StudyEnding::cancelled, "cancelled by a user"});
        return reply(true, fmt::format("study '{}' is cancelled", name));
    }
    reply(false, fmt::format("'{}' is not a request (pause, resume and cancel are)", request.verb));
}

}  // namespace quench::orchestrator::core
