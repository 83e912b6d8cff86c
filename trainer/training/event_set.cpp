#include "trainer/training/event_set.hpp"

#include <algorithm>
#include <stdexcept>

namespace quench::trainer::training {

using mlpf::Index;

EventSet::EventSet(std::shared_ptr<const data::EventSource> source) : source_(std::move(source)) {
    counts_.reserve(source_->size());
    for (std::size_t i = 0; i < source_->size(); ++i) {
        const data::Counts counts = source_->counts(i);
        counts_.push_back({.elements = static_cast<double>(counts.elements),
                           .particles = static_cast<double>(counts.particles)});
    }
}

Index EventSet::feature_columns() const {
    return static_cast<Index>(event::feature_columns(source_->detector()));
}

mlpf::Batch<float> EventSet::stack(std::span<const std::size_t> events) const {
    static_assert(event::target_columns == mlpf::target_columns);
    mlpf::Batch<float> out;
    out.begin.push_back(0);
    out.numbers.assign(events.begin(), events.end());
    for (const std::size_t event : events)
        out.begin.push_back(out.begin.back() + static_cast<Index>(counts_[event].elements));
    out.features.resize(out.begin.back(), feature_columns());
    out.targets.resize(out.begin.back(), mlpf::target_columns);
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto read = source_->read(events[i]);
        if (!read) throw std::runtime_error(read.error().text());
        std::ranges::copy(read->elements, out.features.row(out.begin[i]).data());
        std::ranges::copy(read->targets, out.targets.row(out.begin[i]).data());
    }
    return out;
}

}  // namespace quench::trainer::training
