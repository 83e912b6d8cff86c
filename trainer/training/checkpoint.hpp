// All that a training needs to go on as if it had never stopped.
//
// The file, in the byte order of little-endian machines:
//   "QMLPFCK2" | length of the rest (u64) | configuration (u64 length, text) | epoch, batch (u64) |
//   loss sums of the epoch in progress (7 f64) | history (u64 count; train_loss, val_loss, accuracy f64 each)
//   | optimizer steps (u64) | values, first, second moments, means and scales of standardization (u64 count,
//   f32 each) | FNV-1a of all before (u64)
#pragma once

#include "base/result.hpp"
#include "trainer/mlpf/encoding.hpp"
#include "trainer/mlpf/loss.hpp"
#include "trainer/nn/optimizer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quench::trainer::training {

/// What is reported of an epoch, less its speed, which a resumed run need not repeat.
struct EpochMetrics {
    double train_loss = 0;
    double val_loss = 0;
    double accuracy = 0;
};

struct Checkpoint {
    std::string configuration;          ///< every option that changes the numbers, as text
    std::uint64_t epoch = 0;            ///< epochs completed
    std::uint64_t batch = 0;            ///< batches completed of the epoch in progress
    mlpf::LossSums sums;                ///< of those batches
    std::vector<EpochMetrics> history;  ///< of the epochs completed
    nn::OptimizerState<float> optimizer;
    std::vector<float> values;
    mlpf::Standardization<float> standardization;  ///< empty without
};

/// The file in a checkpoint's folder.
inline constexpr const char* checkpoint_name = "mlpf.checkpoint";

std::string to_bytes(const Checkpoint& checkpoint);

/// Reads a checkpoint of any run. A file that is truncated, damaged or of something else is an Error that
/// says which; so are values and moments of different numbers.
base::Result<Checkpoint> checkpoint_from_bytes(std::string_view bytes);

/// Reads a checkpoint of a run with this configuration and number of parameters. A file that is truncated,
/// damaged, of something else or of another training is an Error that says which.
base::Result<Checkpoint> checkpoint_from_bytes(std::string_view bytes, const std::string& configuration,
                                               std::size_t parameters);

}  // namespace quench::trainer::training
