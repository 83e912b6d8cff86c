#include "trainer/data/generated_events.hpp"

namespace quench::trainer::data {

GeneratedEvents::GeneratedEvents(const event::GeneratorOptions& options, std::uint64_t first,
                                 std::size_t count) {
    events_.reserve(count);
    counts_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        events_.push_back(event::generate(options, first + i));
        counts_.push_back(data::count(events_.back()));
    }
}

}  // namespace quench::trainer::data
