// What has been proposed, and what could be proposed in the place of a repetition.
#pragma once

#include "search/space/configuration.hpp"
#include "search/trial_id.hpp"

#include <cstdint>
#include <memory>

namespace quench::search::sampler {

/// What takes the place of a repetition.
enum class Instead {
    any,       ///< something new from anywhere: for samplers that are uniform
    neighbour  ///< one that differs in one parameter, as little as possible, if there is one: for models
};

class Proposals {
  public:
    virtual ~Proposals() = default;

    /// Nothing changes where it is none of the space.
    virtual void insert(const space::Configuration& configuration) = 0;
    /// Of one of the space.
    [[nodiscard]] virtual bool contains(const space::Configuration& configuration) const = 0;
    /// Nothing new is left.
    [[nodiscard]] virtual bool exhausted() const = 0;
    /// Something new; what was repeated where none is found. The same for the same arguments.
    [[nodiscard]] virtual space::Configuration replacement(const space::Configuration& repeated,
                                                           TrialId trial) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Proposals> clone() const = 0;

  protected:
    Proposals() = default;
    Proposals(const Proposals&) = default;
    Proposals& operator=(const Proposals&) = default;
};

}  // namespace quench::search::sampler
