// The predictions of a model for many events, shared among ranks.
#pragma once

#include "trainer/data/source.hpp"
#include "trainer/mpi/session.hpp"
#include "trainer/training/prediction.hpp"

#include <cstddef>
#include <functional>

namespace quench::trainer::cli {

/// Predicts events 0 .. `count` - 1 of `source`, each alone. On rank 0 `take` gets them in their order,
/// whatever the number of ranks; what it throws ends all ranks. Shows progress on stderr. Throws Refused,
/// also when asked to stop.
void predict_events(const training::Model& model, const data::EventSource& source, std::size_t count,
                    const mpi::Session& ranks,
                    const std::function<void(event::Event, training::Prediction)>& take);

}  // namespace quench::trainer::cli
