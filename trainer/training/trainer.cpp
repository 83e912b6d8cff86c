#include "trainer/training/trainer.hpp"

#include "base/random.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/nn/schedule.hpp"
#include "trainer/training/share.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace quench::trainer::training {
namespace {

using Binning = mlpf::Network<float>::Binning;

// Of the first events of the training set: as many rows as tell means and deviations well, the same on all
// ranks.
mlpf::Standardization<float> standardization_of(mlpf::Encoding encoding, const EventSet& set) {
    constexpr std::size_t most_events = 200;
    std::vector<std::size_t> first(std::min(most_events, set.size()));
    std::iota(first.begin(), first.end(), std::size_t{0});
    mlpf::Matrix<float> encoded;
    mlpf::encode(encoding, set.stack(first).features, encoded);
    return mlpf::standardization_of(encoded);
}

// What rank 0 says of a file, for all ranks: an empty text is success.
base::Result<> as_result(const mpi::Session& ranks, std::string problem) {
    ranks.broadcast(problem);
    if (problem.empty()) return base::success();
    return base::Error(problem);
}

// In how many parts a batch is added up by so many threads of all ranks. See class Trainer.
std::size_t parts_for(std::size_t lanes) {
    constexpr std::size_t usual = 4;
    return usual % lanes == 0 ? usual : lanes;
}

// How many sums a thread keeps to add its parts pairwise.
std::size_t levels_for(std::size_t lanes) {
    return static_cast<std::size_t>(std::bit_width(parts_for(lanes) / lanes));
}

void add(std::span<const float> from, std::span<float> to, nn::Index begin, nn::Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) to[i] += from[i];
}

// A loss of nothing is 0, which would be the best of all.
void check_elements(const EventSet& set, const char* which) {
    for (std::size_t i = 0; i < set.size(); ++i)
        if (set.counts(i).elements > 0) return;
    throw std::runtime_error(fmt::format(
        "none of the {} {} events has an element (there is nothing to learn or to judge by) give other "
        "events; mlpf-events info says what a file holds",
        set.size(), which));
}

// Why no file can be written into it; empty: one can.
std::string trouble_with_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder))
        return fmt::format("no checkpoint can be kept here ({}) name a folder, or a place for one",
                           error ? error.message() : "it is no folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return fmt::format("no checkpoint can be kept here ({}) name a folder that may be written to",
                           std::generic_category().message(errno));
    return "";
}

}  // namespace

std::string configuration_of(const Task& task, const Sources& sources) {
    return fmt::format("{} seed={} data: {}", mlpf::to_text(task.hyper), task.seed, sources.description);
}

Trainer::Trainer(Task task, Doors doors, const mpi::Session& ranks)
    : Trainer(task, std::move(doors), ranks, open_sources(task.data)) {}

Trainer::Trainer(Task task, Doors doors, const mpi::Session& ranks, const Sources& sources)
    : task_(std::move(task)),
      doors_(std::move(doors)),
      ranks_(ranks),
      training_(sources.training),
      validation_(sources.validation),
      parameters_(task_.seed),
      network_(parameters_, task_.hyper, training_.feature_columns()),
      lanes_(task_.threads,
             Lane(parameters_, levels_for(task_.threads * static_cast<std::size_t>(ranks.size())))),
      reduction_(ranks, parameters_.size()) {
    check_elements(training_, "training");
    check_elements(validation_, "validation");
    if (task_.hyper.standardize) {
        state_.standardization = standardization_of(task_.hyper.encoding, training_);
        network_.set_standardization(state_.standardization);
    }
    state_.configuration = configuration_of(task_, sources);
    state_.optimizer = nn::make_optimizer_state<float>(task_.hyper.optimizer, parameters_.size());
}

base::Result<> Trainer::resume() {
    if (task_.checkpoint_dir.empty()) return base::success();
    const std::filesystem::path path = task_.checkpoint_dir / checkpoint_name;
    std::string bytes, problem;
    if (ranks_.is_root()) problem = trouble_with_folder(task_.checkpoint_dir);
    if (auto usable = as_result(ranks_, problem); !usable)
        return usable.error().in(task_.checkpoint_dir.string());
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
    if (read->standardization.mean.size() != state_.standardization.mean.size())
        return base::Error("the checkpoint has the means and scales of other features").in(path.string());
    if (read->optimizer.second.size() != state_.optimizer.second.size())
        return base::Error("the checkpoint is of another optimizer").in(path.string());
    state_ = std::move(read).value();
    network_.set_standardization(state_.standardization);
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
            problem =
                std::string(error.what()) +
                " (the checkpoint before it is intact). Make room, then start again to go on from there";
        }
    }
    return as_result(ranks_, problem);
}

// Of all ranks' threads.
std::size_t Trainer::lane_number(std::size_t lane) const {
    return static_cast<std::size_t>(ranks_.rank()) * lanes_.size() + lane;
}

std::size_t Trainer::parts_of_a_batch() const {
    return parts_for(static_cast<std::size_t>(ranks_.size()) * lanes_.size());
}

std::vector<std::size_t> Trainer::share_of(std::size_t lane, std::span<const std::size_t> events,
                                           const EventSet& set) const {
    return share(events, set, lane_number(lane), static_cast<std::size_t>(ranks_.size()) * lanes_.size());
}

// The gradients of a part of a batch, in place of what was there, and its losses, added. The last chunk's
// pass finishes the gradients layer by layer and says so, if there is a chunk.
void Trainer::add_part(Lane& lane, nn::Gradients<float>& gradients, std::span<const std::size_t> events,
                       const mlpf::LossSums& of_batch, const std::function<void(nn::Index)>& final_from) {
    const nn::DropoutKey dropout{task_.seed, state_.optimizer.steps};
    gradients.clear();
    while (!events.empty()) {
        const std::size_t count = next_chunk(events, training_);
        const mlpf::Batch<float> chunk = training_.stack(events.first(count));
        events = events.subspan(count);
        if (chunk.rows() == 0) continue;
        const mlpf::Outputs<float>& outputs =
            network_.forward(parameters_, chunk, lane.cache, Binning::anew, dropout);
        lane.sums += mlpf::loss(task_.hyper.loss, outputs, chunk, of_batch, &lane.d_outputs);
        network_.backward(parameters_, chunk, lane.cache, lane.d_outputs, gradients,
                          events.empty() ? final_from : std::function<void(nn::Index)>{});
    }
}

// Adds the gradients and losses of this rank's events of a batch. A lane has one, two or four parts of it,
// and keeps a sum for each level of the tree in which they are added: part k = 3 of four comes when the sums
// are (0 + 1) and 2, and makes them ((0 + 1) + (2 + 3)).
void Trainer::add_gradients(std::span<const std::size_t> events, const mlpf::LossSums& of_batch,
                            mlpf::LossSums& sums) {
    const std::size_t parts = parts_of_a_batch();
    in_threads(lanes_.size(), [&](std::size_t i) {
        Lane& lane = lanes_[i];
        lane.sums = {};
        const std::size_t mine = parts / (static_cast<std::size_t>(ranks_.size()) * lanes_.size());
        for (std::size_t k = 0; k < mine; ++k) {
            const auto level = static_cast<std::size_t>(std::popcount(k)),
                       above = level - static_cast<std::size_t>(std::countr_one(k));
            // Unless other threads add to it, what is final here of the last part is so for the rank.
            const bool last = k + 1 == mine && lanes_.size() == 1;
            auto end = static_cast<nn::Index>(parameters_.size());
            const auto final_from = [&](nn::Index begin) {
                for (std::size_t to = level; to-- > above;)
                    add(lane.gradients[to + 1].all(), lane.gradients[to].all(), begin, end);
                end = begin;
                if (last) reduction_.final_from(static_cast<std::size_t>(begin));
            };
            add_part(lane, lane.gradients[level], share(events, training_, lane_number(i) * mine + k, parts),
                     of_batch, final_from);
            final_from(0);
        }
    });
    for (const Lane& lane : lanes_) sums += lane.sums;
    for (std::size_t step = 1; step < lanes_.size(); step *= 2)
        for (std::size_t i = 0; i + step < lanes_.size(); i += 2 * step)
            add(lanes_[i + step].gradients[0].all(), lanes_[i].gradients[0].all(), 0,
                static_cast<nn::Index>(parameters_.size()));
    reduction_.final_from(0);
}

void Trainer::optimize() {
    const auto batch_size = static_cast<std::size_t>(task_.hyper.batch_size);
    const std::uint64_t steps_per_epoch = (training_.size() + batch_size - 1) / batch_size;
    const nn::ScheduleOptions& schedule = task_.hyper.schedule;
    const nn::OptimizerOptions options =
        nn::scheduled(task_.hyper.optimizer, schedule, state_.optimizer.steps,
                      static_cast<std::uint64_t>(schedule.epochs) * steps_per_epoch);
    nn::optimizer_step<float>(options, state_.optimizer, parameters_.values(), lanes_[0].gradients[0].all());
}

// One global batch: this rank's part, summed over ranks, and one step of the optimizer if all is well.
Trainer::Step Trainer::train_batch(std::span<const std::size_t> events) {
    mlpf::LossSums of_batch, sums;
    double longest = 0;
    for (const std::size_t event : events) {
        of_batch += training_.counts(event);
        longest = std::max(longest, training_.counts(event).elements);
    }
    of_batch.padded = longest * static_cast<double>(events.size());
    if (ranks_.is_root()) sums.padded = of_batch.padded;
    reduction_.begin(lanes_[0].gradients[0].all());
    // A rank in trouble goes on to take part in the sum, or the others would wait for it.
    const Trouble trouble = trouble_of([&] { add_gradients(events, of_batch, sums); });
    reduction_.wait();
    const Step step = agree(sums, trouble);
    if (step == Step::diverged || step == Step::done || step == Step::stopped) state_.sums += sums;
    if (step == Step::done || step == Step::stopped) {
        optimize();
        ++state_.batch;
    }
    return step;
}

// Sums over ranks, and with them whether any rank is in trouble or was asked to stop, so that all ranks
// decide alike.
Trainer::Step Trainer::agree(mlpf::LossSums& sums, Trouble trouble) {
    bool stop = false;
    if (trouble.kind == Trouble::Kind::none) trouble = trouble_of([&] { stop = doors_.stop_requested(); });
    std::array<double, 9> shared = {
        sums.classification, sums.charge,      sums.regression,
        sums.elements,       sums.particles,   sums.padded,
        sums.correct,        stop ? 1.0 : 0.0, trouble.kind == Trouble::Kind::none ? 0.0 : 1.0};
    ranks_.sum(std::span<double>(shared));
    sums = {shared[0], shared[1], shared[2], shared[3], shared[4], shared[5], shared[6]};
    if (shared[8] > 0) {
        trouble_ = agreed(ranks_, trouble);
        return trouble_.kind == Trouble::Kind::error ? Step::failed : Step::out_of_memory;
    }
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
        const Step step = train_batch(std::span(order).subspan(first, last - first));
        if (step != Step::done) return step;
    }
}

// Adds the losses of this rank's validation events.
void Trainer::validate(mlpf::LossSums& sums) {
    std::vector<std::size_t> all(validation_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    in_threads(lanes_.size(), [&](std::size_t i) {
        Lane& lane = lanes_[i];
        lane.sums = {};
        const std::vector<std::size_t> events = share_of(i, all, validation_);
        for (std::span<const std::size_t> mine = events; !mine.empty();) {
            const std::size_t count = next_chunk(mine, validation_);
            const mlpf::Batch<float> chunk = validation_.stack(mine.first(count));
            mine = mine.subspan(count);
            if (chunk.rows() > 0)
                lane.sums +=
                    mlpf::loss(task_.hyper.loss, network_.forward(parameters_, chunk, lane.cache), chunk);
        }
    });
    for (const Lane& lane : lanes_) sums += lane.sums;
    sums.padded = sums.elements;  // event by event nothing is padded
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
    // Equal already if all ranks run one program on one kind of processor.
    ranks_.broadcast(parameters_.values());
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
            mlpf::LossSums sums;
            const Trouble trouble = trouble_of([&] { validate(sums); });
            step = agree(sums, trouble);
            metrics.val_loss = sums.total(task_.hyper.loss);
            metrics.accuracy = sums.accuracy();
        }
        if (step == Step::failed) return base::Error(trouble_.why);
        if (step == Step::out_of_memory) return Ending::out_of_memory;
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
