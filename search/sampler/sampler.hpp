// The sampler interface: proposes configurations.
#pragma once

#include "search/event.hpp"
#include "search/space/configuration.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace quench::search::sampler {

/// What one ask costs: decides where it runs.
enum class Cost {
    immediate,  ///< microseconds: asked inside the coordinator's turn
    heavy       ///< a model is fitted: asked on the compute thread, over a clone
};

/// Ask/tell. Everything it knows came through `tell`; `ask` is const and answers the same when asked again.
/// Not thread-safe; a clone shares nothing with its original.
class Sampler {
  public:
    virtual ~Sampler() = default;

    virtual void tell(const Event& event) = 0;

    /// Configurations for the trials numbered first, first + 1, ..., at most `count` of them: what single
    /// questions would give, each proposal told before the next question. `first` follows the trials told.
    /// Fewer, or none, when the space is exhausted. Random numbers are keyed by the trial's number.
    [[nodiscard]] virtual std::vector<space::Configuration> ask(TrialId first, std::size_t count) const = 0;

    [[nodiscard]] virtual Cost cost() const = 0;
    [[nodiscard]] virtual std::unique_ptr<Sampler> clone() const = 0;
};

}  // namespace quench::search::sampler
