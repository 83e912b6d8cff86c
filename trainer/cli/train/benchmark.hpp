// The two things that `mlpf-train benchmark` times.
//
// The published training benchmark (2021) is 1100 events for training and 100 for validation at a pile-up of
// 200, 10 epochs, batches of 5 a device, preset delphes_bench. The defaults keep preset and batches and take
// a tenth of the events at a pile-up of 40, a fifth of the elements, for 4 epochs: minutes of one core in
// place of hours.
#pragma once

#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/time_plot.hpp"
#include "trainer/mpi/session.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::trainer::cli {

struct BenchmarkOptions {
    EventOptions events{.generated = 110, .generated_validation = 10};
    Settings settings{};
    std::filesystem::path out{};  ///< folder of result.json and the picture
    std::uint64_t epochs = 4;
    std::uint64_t seed = 0;
    std::size_t threads = 1;  ///< of training, of each rank
    bool inference = false;
    std::string checkpoint_dir{};                   ///< of inference; empty: an untrained model
    std::size_t runs = 4;                           ///< of inference, over all events
    std::vector<std::size_t> batch_sizes = {1, 4};  ///< of inference
};

/// The settings over the benchmark's own.
nlohmann::json benchmark_params(const BenchmarkOptions& options);

/// Trains and writes the results. `batch_size` is of one device here, a thread of a rank, as in the published
/// benchmark: more of them take larger steps. Throws Refused.
void benchmark_training(const BenchmarkOptions& options, const mpi::Session& ranks);

/// Passes events through a model, `runs` times for each batch size, and writes the results. Throws Refused.
void benchmark_inference(const BenchmarkOptions& options, const mpi::Session& ranks);

/// Beside the fields of HEPscore, under the name "quench": what is needed to repeat the run.
nlohmann::ordered_json run_description(const BenchmarkOptions& options, const std::string& data,
                                       const std::string& hyperparameters);

/// result.json and the picture, by rank 0, each whole or not at all. Throws Refused, on all ranks.
void write_results(const BenchmarkOptions& options, const nlohmann::ordered_json& result,
                   const TimePlot& plot, const mpi::Session& ranks);

}  // namespace quench::trainer::cli
