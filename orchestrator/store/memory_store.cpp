#include "orchestrator/store/memory_store.hpp"

#include "orchestrator/store/batch.hpp"

namespace quench::orchestrator::store {

base::Result<> MemoryStore::append(const std::string& study, std::span<const core::StampedFact> facts) {
    const auto found = facts_.find(study);
    const StudyIs is = found == facts_.end() ? StudyIs::absent : StudyIs::present;
    if (auto checked = check_batch(study, is, facts); !checked) return checked;
    if (facts.empty()) return base::success();
    if (is == StudyIs::absent) names_.push_back(study);
    auto& journal = facts_[study];
    journal.insert(journal.end(), facts.begin(), facts.end());
    return base::success();
}

base::Result<std::vector<std::string>> MemoryStore::studies() const {
    return names_;
}

base::Result<std::vector<core::StampedFact>> MemoryStore::load(const std::string& study) const {
    const auto found = facts_.find(study);
    if (found == facts_.end()) return no_such_study(study);
    return found->second;
}

}  // namespace quench::orchestrator::store
