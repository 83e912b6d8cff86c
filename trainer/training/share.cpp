#include "trainer/training/share.hpp"

#include <algorithm>
#include <exception>
#include <thread>

namespace quench::trainer::training {

std::vector<std::size_t> share(std::span<const std::size_t> events, const EventSet& set, std::size_t part,
                               std::size_t parts) {
    std::vector<std::size_t> sorted(events.begin(), events.end());
    if (parts == 1) return sorted;
    std::ranges::stable_sort(sorted, [&](std::size_t a, std::size_t b) {
        return set.counts(a).elements > set.counts(b).elements;
    });
    std::vector<double> load(parts, 0);
    std::vector<std::size_t> mine;
    for (const std::size_t event : sorted) {
        const auto least = std::ranges::min_element(load);
        *least += set.counts(event).elements;
        if (static_cast<std::size_t>(least - load.begin()) == part) mine.push_back(event);
    }
    return mine;
}

std::size_t next_chunk(std::span<const std::size_t> events, const EventSet& set) {
    constexpr double most_rows = 256;
    double rows = 0;
    std::size_t count = 0;
    for (; count < events.size(); ++count) {
        rows += set.counts(events[count]).elements;
        if (count > 0 && rows > most_rows) break;
    }
    return count;
}

void in_threads(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::exception_ptr> thrown(count);
    const auto guarded = [&](std::size_t i) {
        try {
            work(i);
        } catch (...) {
            thrown[i] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < count; ++i) others.emplace_back(guarded, i);
        if (count > 0) guarded(0);
    }
    for (const std::exception_ptr& each : thrown)
        if (each) std::rethrow_exception(each);
}

}  // namespace quench::trainer::training
