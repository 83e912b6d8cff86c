// Rows of particles, true or reconstructed, as metrics take them.
#pragma once

#include "trainer/event/event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quench::trainer::metrics {

inline constexpr std::array<const char*, event::categories> class_names = {"none",   "ch.had",   "n.had",
                                                                           "photon", "electron", "muon"};

/// Particles in the columns of Event::targets.
struct Rows {
    std::vector<float> values{};  ///< rows x 7
    std::uint64_t unusable = 0;   ///< rows that were emptied

    [[nodiscard]] std::size_t size() const { return values.size() / event::target_columns; }
    [[nodiscard]] const float* row(std::size_t i) const { return &values[i * event::target_columns]; }
    [[nodiscard]] std::size_t category(std::size_t i) const { return static_cast<std::size_t>(row(i)[0]); }
};

/// Emptied (class none) are rows of class none, and rows that cannot be a particle: with a value that is not
/// finite, of an unknown class, of negative pt or energy. Of the others the direction (sin phi, cos phi) is
/// made a unit vector, as the reference does by taking phi; (0, 0) becomes phi = 0.
Rows usable_rows(std::span<const float> rows);

/// What resolutions are given of.
enum class Quantity { pt, eta, energy };
inline constexpr std::size_t quantities = 3;
inline constexpr std::array<const char*, quantities> quantity_names = {"pt", "eta", "E"};
float value_of(const float* row, Quantity quantity);

/// (reconstructed - true) / true, cut off at +-10 as published; nothing where the truth is 0.
std::optional<double> relative_difference(double reconstructed, double truth);

/// Of all particles together: scalar sum of energies and |sum (px, py)| [GeV].
struct EventSums {
    double energy = 0, missing_pt = 0;

    friend bool operator==(const EventSums&, const EventSums&) = default;
};
EventSums sums_of(const Rows& rows);

}  // namespace quench::trainer::metrics
