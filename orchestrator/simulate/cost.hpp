// What things cost in a simulated study.
#pragma once

#include <cstddef>
#include <optional>

namespace quench::orchestrator::simulate {

struct Cost {
    std::size_t workers = 1;                       ///< each trains one trial at a time
    std::optional<double> seconds = std::nullopt;  ///< of a step; else what the landscape says; else 1
    /// Standard deviation of the logarithm of a trial's speed: 0.5 lets one in six trials take 1.65 times as
    /// long as the median, or longer.
    double spread = 0;
    double startup = 0;     ///< seconds until a process trains: of every attempt, promoted trials included
    double checkpoint = 0;  ///< seconds to write one, after every step
    double deaths_per_hour = 0;  ///< of each worker; its running step is lost
    double repair = 60;          ///< seconds until a dead worker is back
};

}  // namespace quench::orchestrator::simulate
