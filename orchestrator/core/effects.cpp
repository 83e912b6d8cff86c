#include "orchestrator/core/effects.hpp"

#include "base/random.hpp"
#include "search/space/configuration.hpp"

#include <nlohmann/json.hpp>

namespace quench::orchestrator::core {
namespace {

namespace protocol = worker::protocol;

protocol::AttemptKey key_of(const State& state, TrialId trial, AttemptId attempt) {
    return {state.study().name, trial.value(), attempt.value()};
}

protocol::Launcher launcher_of(const TrialProgram& program) {
    switch (program.mpi) {
        case Mpi::none:
            return protocol::Launcher::none;
        case Mpi::mpirun:
            return protocol::Launcher::mpirun;
        case Mpi::srun:
            return protocol::Launcher::srun;
        case Mpi::automatic:
            break;
    }
    return program.ranks > 1 ? protocol::Launcher::mpirun : protocol::Launcher::none;
}

std::vector<std::string> with_study_dir(std::vector<std::string> command, const std::string& study_dir) {
    const std::string placeholder = "{study_dir}";
    for (std::string& word : command) {
        for (auto at = word.find(placeholder); at != std::string::npos;
             at = word.find(placeholder, at + study_dir.size())) {
            word.replace(at, placeholder.size(), study_dir);
        }
    }
    return command;
}

protocol::Start start_message(const State& state, const Trial& trial, const Running& running,
                              base::TimePoint now) {
    const Study& study = state.study();
    protocol::Start start;
    start.key = key_of(state, trial.id, running.attempt);
    start.params = search::space::to_json(trial.params).dump();
    start.from = trial.reached;
    start.to = running.to;
    start.unit = study.fidelity.unit;
    // 32 bits: NumPy's and PyTorch's seeds take no more.
    start.seed = base::Rng(study.sampler.seed, "trial seed", trial.id.value()).bits() >> 32;
    start.ranks = running.ranks;
    start.launcher = launcher_of(study.trial);
    start.command = with_study_dir(study.trial.command, state.created->study_dir);
    start.workdir = state.created->workdir;
    start.folder = state.created->trials_dir + "/" + std::to_string(trial.id.value());
    // Once it has reported it has its own copy, and the parent goes on and changes its own.
    if (trial.parent && trial.reached == trial.parent->step)
        start.parent_folder = state.created->trials_dir + "/" + std::to_string(trial.parent->trial.value());
    start.timeout = study.trial.timeout;
    start.stall = study.trial.stall;
    start.grace = study.trial.grace;
    if (study.stop.wall) {
        const auto active = state.active + (now > state.last_at ? now - state.last_at : base::Duration(0));
        start.time_left = std::max(base::Duration(0), *study.stop.wall - active);
    }
    return start;
}

/// A time after `now` is not recent: the clock was set back, and nothing should wait for it to catch up.
bool within(base::TimePoint then, base::Duration span, base::TimePoint now) {
    return then <= now && now - then < span;
}

/// Not too soon after the same order; another order is never too soon.
bool recently(const Contact& contact, Order::Kind kind, const protocol::AttemptKey& key,
              const Options& options, base::TimePoint now) {
    const auto told = contact.told.find(key);
    return told != contact.told.end() && told->second.kind == kind &&
           within(told->second.at, options.resend, now);
}

}  // namespace

std::optional<std::string> stop_due(const State& state, const Presence& presence, const Trial& trial) {
    const Running& running = std::get<Running>(trial.phase);
    if (trial.diverged()) return trial.verdict ? trial.verdict->reason : "diverged";
    // At its target it writes its last checkpoint and exits by itself, which may be the winner's: only a user
    // who wants an end now interrupts that, so that a program that hangs there holds nobody up for ever.
    const bool leaving = trial.reached >= running.to;
    if (!leaving && trial.verdict && trial.verdict->verdict == search::Verdict::stop)
        return trial.verdict->reason;
    const bool ended = state.phase == StudyPhase::ended;
    if (ended && (!leaving || state.ending->how == StudyEnding::cancelled))
        return "the study ended: " + state.ending->reason;
    if (state.phase == StudyPhase::paused) return "the study is paused";
    if (presence.shutdown) return *presence.shutdown;
    return std::nullopt;
}

std::vector<Send> effects_due(const std::string& session, const State& state, const Presence& presence,
                              const Options& options, base::TimePoint now) {
    std::vector<Send> sends;
    const auto found = presence.contacts.find(session);
    if (found == presence.contacts.end()) return sends;
    const Contact& contact = found->second;
    std::set<protocol::AttemptKey> wanted;
    const auto worker = state.workers.find(contact.worker);
    const bool joined = worker != state.workers.end() && worker->second.session == session;
    for (const TrialId id : joined ? worker->second.running : std::set<TrialId>()) {
        const Trial& trial = state.trial(id);
        const Running& running = std::get<Running>(trial.phase);
        const auto key = key_of(state, id, running.attempt);
        wanted.insert(key);
        const auto reason = stop_due(state, presence, trial);
        const auto kind = reason ? Order::Kind::stop : Order::Kind::start;
        if (recently(contact, kind, key, options, now)) continue;
        if (reason) {
            sends.push_back({contact.peer, protocol::Stop{key, *reason}});
        } else if (!contact.held.contains(key)) {
            sends.push_back({contact.peer, start_message(state, trial, running, now)});
        }
    }
    for (const auto& key : contact.held) {
        if (wanted.contains(key) || recently(contact, Order::Kind::stop, key, options, now)) continue;
        sends.push_back({contact.peer, protocol::Stop{key, "this attempt was given up"}});
    }
    const bool over = (state.phase == StudyPhase::ended || presence.shutdown) && state.running.empty();
    if (over && (!contact.dismissed || !within(*contact.dismissed, options.resend, now))) {
        const std::string reason = presence.shutdown ? *presence.shutdown : "the study has ended";
        sends.push_back({contact.peer, protocol::Dismiss{reason}});
    }
    return sends;
}

}  // namespace quench::orchestrator::core
