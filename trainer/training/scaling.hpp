// How a cost grows with the size of events: the figures of a table, and the power of the growth.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace quench::trainer::training {

/// What an event of so many elements cost, in whatever unit.
struct Cost {
    std::size_t elements = 0;
    double value = 0;
};

/// p of cost ~ elements^p: the slope of log cost on log elements by least squares. Costs of 0 and events of 0
/// elements do not count. Nothing if the largest event is less than twice the smallest: too alike to tell.
std::optional<double> fitted_exponent(std::span<const Cost> costs);

/// Events of `from` to `to` - 1 elements.
struct SizeBin {
    std::size_t from = 0, to = 0;
    std::size_t events = 0;
    double median = 0, p95 = 0;
    double per_1000 = 0;  ///< of all the bin's costs, for 1000 of its elements; 0 without elements
};

/// At most some ten bins of one round width (1, 2 or 5 times a power of ten); those without events are left
/// out.
std::vector<SizeBin> by_size(std::span<const Cost> costs);

}  // namespace quench::trainer::training
