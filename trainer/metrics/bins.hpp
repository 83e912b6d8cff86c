// The bins in which metrics are given.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace quench::trainer::metrics {

/// Edges of half-open bins [edge i, edge i + 1), all in GeV. What lies outside counts in totals alone.
/// The bins of energies hold the windows of the published efficiencies: 9-11, 14-16, 18-22, 27-33.
inline constexpr std::array energy_edges = {0.0,  1.0,  2.0,  3.0,  5.0,  7.0,   9.0,   11.0,  14.0,  16.0,
                                            18.0, 22.0, 27.0, 33.0, 50.0, 100.0, 200.0, 500.0, 1000.0};
inline constexpr std::array pt_edges = {0.0,  0.5,  1.0,  2.0,  3.0,   5.0,   7.0,  10.0,
                                        15.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0};
inline constexpr std::array jet_pt_edges = {5.0,  10.0, 15.0,  20.0,  30.0,  40.0,
                                            60.0, 80.0, 120.0, 200.0, 400.0, 1000.0};

inline constexpr std::size_t energy_bins = energy_edges.size() - 1;
inline constexpr std::size_t pt_bins = pt_edges.size() - 1;
inline constexpr std::size_t jet_pt_bins = jet_pt_edges.size() - 1;

/// The bin that holds `x`; edges.size() - 1, which is none, for what lies outside and for NaN.
template <std::size_t n>
constexpr std::size_t bin_of(const std::array<double, n>& edges, double x) {
    if (!(x >= edges.front()) || !(x < edges.back())) return n - 1;
    return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin()) - 1;
}

}  // namespace quench::trainer::metrics
