// Data-parallel training of MLPF: epochs over batches, one report and one checkpoint an epoch.
#pragma once

#include "base/result.hpp"
#include "trainer/contract/report_line.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/mpi/reduction.hpp"
#include "trainer/mpi/session.hpp"
#include "trainer/training/checkpoint.hpp"
#include "trainer/training/event_set.hpp"
#include "trainer/training/sources.hpp"
#include "trainer/training/trouble.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace quench::trainer::training {

/// What is to be trained on what. The same on every rank.
struct Task {
    mlpf::Hyperparameters hyper;
    std::uint64_t seed = 0;  ///< of first weights and shuffles
    DataOptions data;
    std::uint64_t from = 0;  ///< epochs whose reports are known to have arrived
    std::uint64_t to = 1;
    std::filesystem::path checkpoint_dir;  ///< empty: none is written or read
    std::size_t threads = 1;               ///< of each rank
};

/// How the training talks to the world.
struct Doors {
    std::function<void(const contract::Report&)> report;  ///< called on rank 0 alone
    std::function<bool()> stop_requested;                 ///< asked after each batch, on every rank
};

/// `reached`: trained to `to`. `stopped`: asked to stop, and the checkpoint is written. `diverged`: the loss
/// is no longer finite; it was reported as NaN, and the checkpoint is that of the last good epoch.
/// `out_of_memory`: on some rank; the checkpoint is that of before.
enum class Ending { reached, stopped, diverged, out_of_memory };

/// One training. Every rank makes one and calls run; all ranks return the same.
///
/// The global batch is `batch_size` events, however many ranks and threads there are: its events are shared
/// out among them by size, and the gradient is that of the mean over the whole batch. At a fixed number of
/// ranks and threads all numbers are reproducible bit for bit, also across checkpoints. Between others,
/// reported losses differ by rounding; the weights do not if ranks times threads is 1, 2 or 4, because a
/// batch always consists of four parts then, whose gradients are added pairwise, whoever computed them. (Adam
/// moves a weight by the learning rate however small its gradient is, so that rounding alone would soon show
/// in a deep network.)
///
/// A rank works on its events in chunks: small events stacked to some 256 rows, larger ones alone, so that
/// the working set stays in cache and memory does not grow with the batch. What goes wrong on one rank is
/// made known to all with the sums of every batch.
class Trainer {
  public:
    /// Throws std::runtime_error if the events cannot be had.
    Trainer(Task task, Doors doors, const mpi::Session& ranks);
    /// With events that are open already, those of the task's data.
    Trainer(Task task, Doors doors, const mpi::Session& ranks, const Sources& sources);

    /// Resumes from the checkpoint if there is one. Fails, on all ranks, if it cannot be read or written, or
    /// if anything is thrown on any.
    base::Result<Ending> run();

  private:
    // What one thread works with.
    struct Lane {
        Lane(const nn::Parameters<float>& parameters, std::size_t sums_at_once)
            : gradients(sums_at_once, nn::Gradients<float>(parameters)) {}

        /// The last sums of a pairwise addition that goes on: of the whole, its half, its quarter.
        std::vector<nn::Gradients<float>> gradients;
        mlpf::Network<float>::Cache cache;
        mlpf::Outputs<float> d_outputs;
        mlpf::LossSums sums;
    };
    enum class Step { done, stopped, diverged, out_of_memory, failed };

    base::Result<> resume();
    base::Result<> save();
    Step train_epoch();
    Step train_batch(std::span<const std::size_t> events);
    [[nodiscard]] std::vector<std::size_t> share_of(std::size_t lane, std::span<const std::size_t> events,
                                                    const EventSet& set) const;
    [[nodiscard]] std::size_t lane_number(std::size_t lane) const;
    [[nodiscard]] std::size_t parts_of_a_batch() const;
    void add_gradients(std::span<const std::size_t> events, const mlpf::LossSums& of_batch,
                       mlpf::LossSums& sums);
    void add_part(Lane& lane, nn::Gradients<float>& gradients, std::span<const std::size_t> events,
                  const mlpf::LossSums& of_batch, const std::function<void(nn::Index)>& final_from);
    void optimize();
    void validate(mlpf::LossSums& sums);
    Step agree(mlpf::LossSums& sums, Trouble trouble);
    void report(std::uint64_t epoch, const EpochMetrics& metrics, double events_per_s);

    Task task_;
    Doors doors_;
    const mpi::Session& ranks_;
    EventSet training_;
    EventSet validation_;
    nn::Parameters<float> parameters_;
    mlpf::Network<float> network_;
    std::vector<Lane> lanes_;
    mpi::Reduction reduction_;
    Trouble trouble_;   // the ranks'
    Checkpoint state_;  // but for the values, which are the parameters'
};

/// Every option that changes the numbers, as text; what a checkpoint belongs to.
std::string configuration_of(const Task& task, const Sources& sources);

}  // namespace quench::trainer::training
