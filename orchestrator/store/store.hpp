// Where facts are kept. The contract that every store fulfils; tests/orchestrator/store runs one suite over
// all.
//
// - append is atomic and durable: when it returns success, the facts survive any kill of this process and a
//   power cut; when it fails, none of them is there.
// - facts of a study are loaded in the order in which they were appended.
// - one writer: a store opened for writing holds the database's lock until it is destroyed.
// Not thread-safe.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/fact.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace quench::orchestrator::store {

class Store {
  public:
    virtual ~Store() = default;

    /// All of one turn in one transaction. The first batch of a study begins with StudyCreated; a second
    /// StudyCreated of the same name is an error.
    virtual base::Result<> append(const std::string& study, std::span<const core::StampedFact> facts) = 0;

    /// Names in the order of creation.
    [[nodiscard]] virtual base::Result<std::vector<std::string>> studies() const = 0;

    /// Every fact of a study; an error when there is none of that name.
    [[nodiscard]] virtual base::Result<std::vector<core::StampedFact>> load(
        const std::string& study) const = 0;
};

}  // namespace quench::orchestrator::store
