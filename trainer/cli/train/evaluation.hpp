// A model on events beside the rule-based baseline: the work of `mlpf-train evaluate`.
#pragma once

#include "trainer/event/generator.hpp"
#include "trainer/event/jets.hpp"
#include "trainer/metrics/metrics.hpp"
#include "trainer/mpi/session.hpp"
#include "trainer/training/model_file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace quench::trainer::cli {

struct EvaluationEvents {
    std::string file{};  ///< empty: generated events
    event::GeneratorOptions generator{};
    std::size_t events = 0;  ///< the first so many; 0: all of the file
};

/// Generated events that no training and no validation reaches (sources.cpp), so that a model is never
/// evaluated on what it has learnt.
inline constexpr std::uint64_t first_evaluation_event = std::uint64_t{1} << 41;

struct Evaluation {
    std::string source;  ///< what the events are
    metrics::Metrics metrics;
};

/// The model's candidates, and those of the baseline if the events have any, against the truth. Ranks share
/// the events; the result, which rank 0 alone has, does not depend on how many there are. Throws Refused.
std::optional<Evaluation> evaluate(const EvaluationEvents& events, const event::JetDefinition& jets,
                                   const training::Model& model, const mpi::Session& ranks);

}  // namespace quench::trainer::cli
