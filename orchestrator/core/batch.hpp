// What a turn of the coordinator amounts to: facts to commit first, then messages to send.
#pragma once

#include "orchestrator/core/input.hpp"
#include "orchestrator/core/state.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

struct Send {
    Peer peer;
    worker::protocol::FromCoordinator message;
};

/// Work for the compute thread: ask this copy of the sampler and answer with ProposalComputed.
struct AskJob {
    AskDue ask;
    std::uint64_t told = 0;
    std::unique_ptr<search::sampler::Sampler> sampler;
};

/// Several steps may fill one batch: one transaction, then all sends. A batch whose facts could not be
/// committed must not be sent; the coordinator that made it is then ahead of its journal and has to be thrown
/// away.
struct Batch {
    std::vector<StampedFact> facts;
    std::vector<Send> sends;
    std::optional<AskJob> ask;
    std::shared_ptr<const search::scheduler::Work> work;  ///< for the compute thread: answer with WorkDone
    std::vector<std::string> notes;  ///< for the log: what was dropped or refused, and why
};

}  // namespace quench::orchestrator::core
