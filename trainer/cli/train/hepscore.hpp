// The result.json of the HEPscore workload of MLPF (hep-workloads-gpu): its fields and their arithmetic, as
// in the benchmark logger and the inference timer of jpata/particleflow v1.6.
//
// Times are in seconds, throughputs in events a second without regard to padding. Means leave the first epoch
// or run out, in which other programs build their graphs. A device is a thread of a rank.
#pragma once

#include <cstddef>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::trainer::cli {

struct TrainingTimes {
    std::vector<double> epochs{};  ///< validation included; two at least
    double start = 0, stop = 0;    ///< since 1970
    std::size_t ranks = 1;
    std::size_t devices = 1;           ///< threads of all ranks
    std::size_t train_set_size = 0;    ///< events
    std::size_t batch_per_device = 1;  ///< events
};

/// {"wl-scores": {...}, "wl-stats": {...}}, scores with 2 decimals. `horovod_enabled` says whether there are
/// several ranks: MPI stands in Horovod's place.
nlohmann::ordered_json hepscore_of(const TrainingTimes& times);

struct InferenceTimes {
    std::vector<double> runs{};  ///< over all events; two at least
    std::size_t devices = 1;     ///< ranks, which share the batches
    std::size_t batch_size = 1;  ///< events of one pass
    std::size_t events = 0;
};

/// One entry of {"results": [...]}; 4 decimals, and total_inference_time without the first run, as published.
nlohmann::ordered_json hepscore_of(const InferenceTimes& times);

}  // namespace quench::trainer::cli
