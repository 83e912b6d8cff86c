#include "trainer/training/event_set.hpp"

#include <algorithm>

namespace quench::trainer::training {
namespace {

constexpr auto feature_columns = static_cast<mlpf::Index>(event::feature_columns(event::Detector::delphes));

mlpf::Batch<float> to_batch(const event::Event& event) {
    using mlpf::Index;
    static_assert(event::target_columns == mlpf::target_columns);
    const auto rows = static_cast<Index>(event.rows);
    mlpf::Batch<float> batch{mlpf::Matrix<float>(rows, feature_columns),
                             mlpf::Matrix<float>(rows, mlpf::target_columns),
                             {0, rows}};
    std::ranges::copy(event.elements, batch.features.data());
    std::ranges::copy(event.targets, batch.targets.data());
    return batch;
}

}  // namespace

EventSet::EventSet(const event::GeneratorOptions& options, std::uint64_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        events_.push_back(to_batch(event::generate(options, first + i)));
        counts_.push_back(mlpf::count(events_.back()));
    }
}

mlpf::Batch<float> EventSet::stack(std::span<const std::size_t> events) const {
    mlpf::Batch<float> out;
    out.begin.push_back(0);
    for (const std::size_t event : events) out.begin.push_back(out.begin.back() + events_[event].rows());
    out.features.resize(out.begin.back(), feature_columns);
    out.targets.resize(out.begin.back(), mlpf::target_columns);
    for (std::size_t i = 0; i < events.size(); ++i) {
        const mlpf::Batch<float>& one = events_[events[i]];
        out.features.middleRows(out.begin[i], one.rows()) = one.features;
        out.targets.middleRows(out.begin[i], one.rows()) = one.targets;
    }
    return out;
}

}  // namespace quench::trainer::training
