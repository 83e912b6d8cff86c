// A store in memory, for tests and simulation. Keeps the contract of store.hpp but for durability.
#pragma once

#include "orchestrator/store/store.hpp"

#include <map>

namespace quench::orchestrator::store {

class MemoryStore final : public Store {
  public:
    base::Result<> append(const std::string& study, std::span<const core::StampedFact> facts) override;
    [[nodiscard]] base::Result<std::vector<std::string>> studies() const override;
    [[nodiscard]] base::Result<std::vector<core::StampedFact>> load(const std::string& study) const override;

  private:
    std::vector<std::string> names_;
    std::map<std::string, std::vector<core::StampedFact>> facts_;
};

}  // namespace quench::orchestrator::store
