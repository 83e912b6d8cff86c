// Facts for the tests of stores: one of every kind, random ones, and whole studies.
#pragma once

#include "base/random.hpp"
#include "orchestrator/core/fact.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::store {

/// A study file as JSON, which is YAML: lr (log float), layers (int), model (categorical of mixed types),
/// bin_size (only with model gnn).
std::string study_text(const std::string& name, core::Direction direction = core::Direction::minimize);

core::StudyCreated created(const std::string& name, core::Direction direction = core::Direction::minimize);

/// One fact of every kind, in the order of the variant.
std::vector<core::Fact> one_of_each();

/// Any fact with any content, awkward doubles and texts included.
core::Fact random_fact(base::Rng& rng);

/// Facts that a coordinator could write: created, a worker, `trials` trials that end in every way.
std::vector<core::StampedFact> story(const std::string& name, std::uint64_t trials, std::uint64_t seed,
                                     core::Direction direction = core::Direction::minimize);

/// kind and body of each fact with its time: equal texts are equal facts.
std::vector<std::string> texts_of(const std::vector<core::StampedFact>& facts);

}  // namespace quench::orchestrator::store
