// Facts as they stand in the journal: a kind ("trial_proposed") and a JSON body.
//
// Fields are only ever added, with a default for their absence; a change of meaning is a new kind.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/fact.hpp"

#include <string>
#include <string_view>

namespace quench::orchestrator::store {

struct EncodedFact {
    std::string kind;
    std::string
        body;  ///< JSON; NaN and infinities as the strings "nan", "inf", "-inf"; floats at full precision
};

EncodedFact encode(const core::Fact& fact);

/// Never throws: a journal can be damaged or come from another version. StudyCreated is read from its text
/// again.
base::Result<core::Fact> decode(std::string_view kind, std::string_view body);

}  // namespace quench::orchestrator::store
