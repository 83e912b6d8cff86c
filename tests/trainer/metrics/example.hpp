// Events for the tests of metrics.
#pragma once

#include "base/random.hpp"
#include "trainer/metrics/metrics.hpp"

#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace quench::trainer::metrics {

/// A particle in the columns of targets.
inline std::array<float, 7> particle(std::size_t category, double pt, double eta, double phi) {
    const auto f = [](double x) { return static_cast<float>(x); };
    return {static_cast<float>(category), 0.0F, f(pt), f(eta), f(std::sin(phi)), f(std::cos(phi)),
            f(pt * std::cosh(eta))};
}

inline void append(std::vector<float>& rows, const std::array<float, 7>& row) {
    rows.insert(rows.end(), row.begin(), row.end());
}

/// An event without elements: metrics look at particles alone.
inline event::Event event_of(const std::vector<std::array<float, 7>>& targets) {
    event::Event event{.rows = targets.size()};
    for (const auto& row : targets) append(event.targets, row);
    return event;
}

/// A random event of particles in a few directions, so that there are jets.
inline event::Event random_event(std::uint64_t number, std::size_t rows = 150) {
    base::Rng rng(5, "test.metrics.event", number);
    std::vector<std::array<float, 7>> targets;
    for (std::size_t i = 0; i < rows; ++i) {
        const double direction = static_cast<double>(rng.below(4));
        targets.push_back(rng.uniform() < 0.3 ? std::array<float, 7>{}
                                              : particle(1 + rng.below(5), 4 * rng.exponential(),
                                                         direction - 1.5 + 0.1 * rng.normal(),
                                                         1.5 * direction + 0.1 * rng.normal()));
    }
    return event_of(targets);
}

/// Candidates near the targets, with mistakes of every kind.
inline std::vector<float> smeared(const event::Event& event, std::uint64_t which, double width) {
    base::Rng rng(6, "test.metrics.smear", which);
    std::vector<float> out = event.targets;
    for (std::size_t i = 0; i < event.rows; ++i) {
        const std::span row = std::span(out).subspan(i * 7, 7);
        if (rng.uniform() < 0.1 || row[0] == 0) {
            const auto made = particle(1 + rng.below(5), 2 * rng.exponential(), rng.normal(), rng.normal());
            if (rng.uniform() < 0.5)
                std::ranges::copy(made, row.begin());
            else
                std::ranges::fill(row, 0.0F);
        }
        for (const std::size_t column : {2, 3, 6})
            row[column] *= static_cast<float>(std::exp(width * rng.normal()));
    }
    return out;
}

using Tables = std::vector<std::vector<float>>;

inline void add(Share& share, std::uint64_t number, const event::Event& event, const Tables& tables) {
    const std::vector<std::span<const float>> views(tables.begin(), tables.end());
    share.add(number, event, views);
}

/// Event `number` with two reconstructions of it.
inline void add_random(Share& share, std::uint64_t number) {
    const event::Event event = random_event(number, 50 + 20 * (number % 7));
    add(share, number, event, {smeared(event, 2 * number, 0.1), smeared(event, 2 * number + 1, 0.3)});
}

inline Share::Options two_with_jets() {
    return {.reconstructions = 2, .jets = event::JetDefinition{.least_pt = 15}};
}

}  // namespace quench::trainer::metrics
