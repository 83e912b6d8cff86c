// The two things that `mlpf-train predict` does.
#pragma once

#include "trainer/cli/train/options.hpp"
#include "trainer/mpi/session.hpp"
#include "trainer/training/model_file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace quench::trainer::cli {

struct PredictOptions {
    std::string file{}, out{};
    std::string checkpoint_dir{};
    Settings settings{};
    std::vector<std::size_t> sizes{};
    double pileup = 200;  ///< of the events that are cut to a size, at most
    bool force = false;   ///< replace a file of that name
    Output output = Output::table;
};

/// Writes `file` anew, as `out`, with the model's candidates in place of those that it had; prints the time
/// per event against its size. Ranks share the events; the file is the same bytes however many there are.
/// Throws Refused.
void predict_file(const PredictOptions& options, const training::Model& model, const mpi::Session& ranks);

/// Time and memory of one forward pass on generated events of these sizes, printed as a table. Throws
/// Refused.
void measure_sizes(const PredictOptions& options, const training::Model& model);

}  // namespace quench::trainer::cli
