#include "orchestrator/store/batch.hpp"

namespace quench::orchestrator::store {

base::Result<> check_batch(const std::string& study, StudyIs is, std::span<const core::StampedFact> facts) {
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const bool first = is == StudyIs::absent && i == 0;
        const auto* created = std::get_if<core::StudyCreated>(&facts[i].fact);
        if (created && !first) return base::Error("study '" + study + "' exists already");
        if (!created && first)
            return base::Error("study '" + study + "' does not exist (its first fact must create it)");
        if (created && created->study.name != study)
            return base::Error("study '" + study + "' cannot begin with the creation of '" +
                               created->study.name + "'");
    }
    return base::success();
}

base::Error no_such_study(const std::string& study) {
    return base::Error("there is no study '" + study + "'");
}

}  // namespace quench::orchestrator::store
