// A study as its file describes it, checked and with every default filled in.
#pragma once

#include "base/time.hpp"
#include "search/catalogue.hpp"
#include "search/space/space.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

enum class Direction { minimize, maximize };

struct Objective {
    std::string metric;
    Direction direction = Direction::minimize;
    friend bool operator==(const Objective&, const Objective&) = default;
};

/// The study whose trials the sampler learns from before the first proposal.
struct WarmStart {
    std::string study;
    std::string db = "";  ///< "": the database of this study; else a file, from the study file's folder
    friend bool operator==(const WarmStart&, const WarmStart&) = default;
};

/// The study ends at the first of these; trials that run then are stopped.
struct StopRules {
    std::optional<std::uint64_t> trials;       ///< propose no more than this; what was proposed is finished
    std::optional<search::Resource> resource;  ///< spent over all trials, repeated steps not counted twice
    std::optional<base::Duration> wall;        ///< time under a coordinator (`hours`), pauses not counted
    std::optional<double> value;               ///< a trial reported this objective or better
    std::optional<double> failure_rate;        ///< share of failed among ended trials, from ten on
    friend bool operator==(const StopRules&, const StopRules&) = default;
};

/// auto: mpirun for two ranks and more, the bare command for one.
enum class Mpi { automatic, none, mpirun, srun };

struct TrialProgram {
    std::vector<std::string> command;
    int ranks = 1;
    Mpi mpi = Mpi::automatic;
    int retries = 2;                        ///< runs after a crash or a time-out, each counted for itself
    std::optional<base::Duration> timeout;  ///< of one attempt
    std::optional<base::Duration> stall;    ///< of one attempt without a report
    base::Duration grace = std::chrono::seconds(30);  ///< between SIGTERM and SIGKILL
    friend bool operator==(const TrialProgram&, const TrialProgram&) = default;
};

struct Study {
    std::string name;
    Objective objective;
    std::vector<Objective> others;  ///< further objectives; `objective` is the first
    search::space::Space space;
    search::SamplerOptions sampler;
    std::optional<WarmStart> warm_start;
    search::SchedulerOptions fidelity;
    StopRules stop;
    TrialProgram trial;
    friend bool operator==(const Study&, const Study&) = default;

    /// The first and the others.
    [[nodiscard]] std::vector<Objective> objectives() const {
        std::vector<Objective> all{objective};
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }
};

}  // namespace quench::orchestrator::core
