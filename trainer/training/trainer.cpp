#include "trainer/training/trainer.hpp"

#include "base/random.hpp"
#include "trainer/contract/quench_trial.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace quench::trainer::training {
namespace {

constexpr std::uint64_t first_validation_event = std::uint64_t{1} << 40;  // no training set reaches it
constexpr mlpf::Index feature_columns = 12;
constexpr const char* checkpoint_name = "mlpf.checkpoint";

// The events of places first .. last-1 that fall to this rank, dealt in turn.
std::vector<std::size_t> dealt(std::span<const std::size_t> events, const mpi::Session& ranks) {
    std::vector<std::size_t> mine;
    for (auto i = static_cast<std::size_t>(ranks.rank()); i < events.size(); i += ranks.size())
        mine.push_back(events[i]);
    return mine;
}

// What rank 0 says of a file, for all ranks: an empty text is success.
base::Result<> as_result(const mpi::Session& ranks, std::string problem) {
    ranks.broadcast(problem);
    if (problem.empty()) return base::success();
    return base::Error(problem);
}

}  // namespace

std::string configuration_of(const Task& task) {
    return fmt::format("{} events={} validation_events={} pileup={} data_seed={} seed={}",
                       mlpf::to_text(task.hyper), task.events, task.validation_events, task.generator.pileup,
                       task.generator.seed, task.seed);
}

Trainer::Trainer(Task task, Doors doors, const mpi::Session& ranks)
    : task_(std::move(task)),
      doors_(std::move(doors)),
      ranks_(ranks),
      training_(task_.generator, 0, task_.events),
      validation_(task_.generator, first_validation_event, task_.validation_events),
      parameters_(task_.seed),
      network_(parameters_, task_.hyper, feature_columns),
      gradients_(parameters_) {
    state_.configuration = configuration_of(task_);
    state_.optimizer = nn::make_optimizer_state<float>(task_.hyper.optimizer, parameters_.size());
}

base::Result<> Trainer::resume() {
    if (task_.checkpoint_dir.empty()) return base::success();
    const std::filesystem::path path = task_.checkpoint_dir / checkpoint_name;
    std::string bytes, problem;
    if (ranks_.is_root() && std::filesystem::exists(path)) {
        std::ifstream in(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
        if (!in.good() && !in.eof()) problem = "cannot read it";
        if (bytes.empty()) problem = "it cannot be read, or is empty";
    }
    if (auto read = as_result(ranks_, problem); !read) return read.error().in(path.string());
    ranks_.broadcast(bytes);
    if (bytes.empty()) return base::success();

    auto read = checkpoint_from_bytes(bytes, state_.configuration, parameters_.size());
    if (!read) return read.error().in(path.string());
    state_ = std::move(read).value();
    std::ranges::copy(state_.values, parameters_.values().begin());
    return base::success();
}

base::Result<> Trainer::save() {
    if (task_.checkpoint_dir.empty()) return base::success();
    std::string problem;
    if (ranks_.is_root()) {
        state_.values.assign(parameters_.values().begin(), parameters_.values().end());
        try {
            trial::write_atomically(task_.checkpoint_dir / checkpoint_name, to_bytes(state_));
        } catch (const std::exception& error) {
            problem = error.what();
        }
    }
    return as_result(ranks_, problem);
}

// This rank's part of a global batch: gradients, summed over ranks, and one step of the optimizer.
void Trainer::train_batch(std::span<const std::size_t> events, mlpf::LossSums& sums) {
    mlpf::LossSums of_batch;
    double longest = 0;
    for (const std::size_t event : events) {
        of_batch += training_.counts(event);
        longest = std::max(longest, training_.counts(event).elements);
    }
    of_batch.padded = longest * static_cast<double>(events.size());
    if (ranks_.is_root()) sums.padded = of_batch.padded;
    gradients_.clear();
    const mlpf::Batch<float> batch = training_.stack(dealt(events, ranks_));
    if (batch.rows() > 0) {
        const mlpf::Outputs<float>& outputs = network_.forward(parameters_, batch, cache_);
        mlpf::Outputs<float> d_outputs;
        sums += mlpf::loss(task_.hyper.loss, outputs, batch, of_batch, &d_outputs);
        network_.backward(parameters_, batch, cache_, d_outputs, gradients_);
    }
    ranks_.sum(gradients_.all());
    nn::optimizer_step<float>(task_.hyper.optimizer, state_.optimizer, parameters_.values(),
                              gradients_.all());
}

// Sums over ranks, and with them whether any rank was asked to stop, so that all ranks decide alike.
Trainer::Step Trainer::agree(mlpf::LossSums& sums) {
    std::array<double, 8> shared = {
        sums.classification, sums.charge, sums.regression, sums.elements,
        sums.particles,      sums.padded, sums.correct,    doors_.stop_requested() ? 1.0 : 0.0};
    ranks_.sum(std::span<double>(shared));
    sums = {shared[0], shared[1], shared[2], shared[3], shared[4], shared[5], shared[6]};
    if (!std::isfinite(sums.total(task_.hyper.loss))) return Step::diverged;
    return shared[7] > 0 ? Step::stopped : Step::done;
}

Trainer::Step Trainer::train_epoch() {
    std::vector<std::size_t> order(training_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::Rng(task_.seed, "training.shuffle", state_.epoch).shuffle(order);

    const auto batch_size = static_cast<std::size_t>(task_.hyper.batch_size);
    for (;;) {
        const std::size_t first = state_.batch * batch_size;
        if (first >= order.size()) return Step::done;
        const std::size_t last = std::min(first + batch_size, order.size());
        mlpf::LossSums sums;
        train_batch(std::span(order).subspan(first, last - first), sums);
        const Step step = agree(sums);
        ++state_.batch;
        state_.sums += sums;
        if (step != Step::done) return step;
    }
}

mlpf::LossSums Trainer::validate() {
    constexpr std::size_t at_once = 8;  // events a stack; more gains nothing and costs memory
    std::vector<std::size_t> all(validation_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const std::vector<std::size_t> mine = dealt(all, ranks_);
    mlpf::LossSums sums;
    for (std::size_t i = 0; i < mine.size(); i += at_once) {
        const auto batch = validation_.stack(std::span(mine).subspan(i, std::min(at_once, mine.size() - i)));
        if (batch.rows() > 0)
            sums += mlpf::loss(task_.hyper.loss, network_.forward(parameters_, batch, cache_), batch);
    }
    sums.padded = sums.elements;  // event by event nothing is padded
    return sums;
}

void Trainer::report(std::uint64_t epoch, const EpochMetrics& metrics, double events_per_s) {
    if (!ranks_.is_root()) return;
    contract::Report report{
        static_cast<std::int64_t>(epoch),
        {{"val_loss", metrics.val_loss}, {"train_loss", metrics.train_loss}, {"accuracy", metrics.accuracy}}};
    if (events_per_s > 0) report.metrics["events_per_s"] = events_per_s;
    doors_.report(report);
}

base::Result<Ending> Trainer::run() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (auto resumed = resume(); !resumed) return resumed.error();
    // Reports of before may have been lost with the machine that received them.
    for (std::uint64_t e = task_.from; e < std::min(state_.epoch, task_.to); ++e)
        report(e + 1, state_.history[e], 0);

    while (state_.epoch < task_.to) {
        const auto begin = std::chrono::steady_clock::now();
        const std::uint64_t first_batch = state_.batch;
        Step step = train_epoch();
        EpochMetrics metrics{.train_loss = state_.sums.total(task_.hyper.loss)};
        if (step == Step::stopped) {
            if (auto saved = save(); !saved) return saved.error();
            return Ending::stopped;
        }
        if (step == Step::done) {
            mlpf::LossSums sums = validate();
            step = agree(sums);
            metrics.val_loss = sums.total(task_.hyper.loss);
            metrics.accuracy = sums.accuracy();
        }
        if (step == Step::diverged) {
            report(state_.epoch + 1, {nan, nan, nan}, 0);
            return Ending::diverged;
        }
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const auto events =
            training_.size() - std::min<std::size_t>(first_batch * task_.hyper.batch_size, training_.size());
        ++state_.epoch;
        state_.batch = 0;
        state_.sums = {};
        state_.history.push_back(metrics);
        // First the checkpoint: who sees the report may count on it.
        if (auto saved = save(); !saved) return saved.error();
        report(state_.epoch, metrics, static_cast<double>(events) / seconds);
        if (step == Step::stopped && state_.epoch < task_.to) return Ending::stopped;
    }
    return Ending::reached;
}

}  // namespace quench::trainer::training
