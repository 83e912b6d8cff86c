// What the coordinator is told: everything that can happen to it.
#pragma once

#include "orchestrator/core/decide.hpp"
#include "worker/protocol/message.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace quench::orchestrator::core {

/// Where a message came from and an answer goes to: the transport's own name for a connection.
using Peer = std::string;

/// A new study is wanted.
struct StudySubmitted {
    StudyCreated study;
    std::vector<TrialLearned> learned = {};  ///< of its warm start
};

/// This coordinator takes the study up, new or from a journal.
struct Started {
    std::string host;
    std::int64_t pid = 0;
    std::string build;
};

struct Received {
    Peer peer;
    worker::protocol::ToCoordinator message;
};

/// The sampler was asked on the compute thread.
struct ProposalComputed {
    AskDue ask;
    std::uint64_t told = 0;
    std::vector<search::space::Configuration> configurations;  ///< empty: the space is exhausted
};

/// The compute thread has done the work that verdicts wait for.
struct WorkDone {};

/// Time passed. Leases, resends and the wall-clock rule are looked at here.
struct Tick {};

/// This coordinator should end, the study should not: attempts are stopped and go on at the next resume.
struct ShutdownAsked {
    std::string reason;
};

/// No worker of the journal will come back: a command closes the study without them.
struct WorkersAbandoned {
    std::string reason;
};

using Input = std::variant<StudySubmitted, Started, Received, ProposalComputed, WorkDone, Tick, ShutdownAsked,
                           WorkersAbandoned>;

}  // namespace quench::orchestrator::core
