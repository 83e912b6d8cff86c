// How good reconstructions of events are: the figures of particle-flow papers.
//
// Definitions as in jpata/particleflow (its plotting code and validation callbacks). A reconstruction is a
// set of candidates, one for each element: those of the model, or of the rule-based baseline.
#pragma once

#include "trainer/metrics/share.hpp"

#include <string>
#include <vector>

namespace quench::trainer::metrics {

/// Of relative differences (reconstructed - true) / true.
struct Resolution {
    std::uint64_t n = 0;
    std::optional<double> mean{}, deviation{};

    friend bool operator==(const Resolution&, const Resolution&) = default;
};

/// Numbers of rows of a class an event, reconstructed against true.
struct Multiplicity {
    std::optional<double> mean_true{}, mean_reconstructed{};
    std::optional<double> correlation{};
    Resolution difference{};  ///< relative, over events that have any

    friend bool operator==(const Multiplicity&, const Multiplicity&) = default;
};

/// Counts in equal bins between `low` and `high`; what lies outside goes to the nearest bin.
struct Histogram {
    double low = 0, high = 2;
    std::vector<std::uint64_t> counts{};

    friend bool operator==(const Histogram&, const Histogram&) = default;
};

struct JetMetrics {
    std::size_t truth = 0, reconstructed = 0;  ///< jets above the least pt
    Tally matched;                             ///< true jets that have a reconstructed one
    Quantiles response{};                      ///< pt reconstructed / pt true, of matched ones
    std::array<Quantiles, jet_pt_bins> response_by_pt{};
    std::array<Tally, jet_pt_bins> matched_by_pt{};
    Histogram response_histogram{};
    std::optional<double> wasserstein{};  ///< [GeV], between all true and all reconstructed pts

    friend bool operator==(const JetMetrics&, const JetMetrics&) = default;
};

/// Everything of one reconstruction. Efficiency: the share of a true class that is found as that class. Fake
/// rate: the share of what is taken for a class that truly is another.
struct Reconstruction {
    std::string name;
    RowCounts rows;
    ByClass<Tally> efficiency{}, fake_rate{};
    ByClass<std::array<Resolution, quantities>> resolution{};
    std::array<Resolution, pt_bins> charged_pt{};
    std::array<Resolution, energy_bins> neutral_energy{};
    ByClass<Multiplicity> multiplicity{};
    Quantiles energy_ratio{};  ///< sums of energies of events, reconstructed / true
    Quantiles met_ratio{};     ///< |sum (px, py)|, reconstructed / true
    Histogram met_histogram{};
    std::optional<JetMetrics> jets{};  ///< nothing if none were sought

    friend bool operator==(const Reconstruction&, const Reconstruction&) = default;
};

struct Metrics {
    std::size_t events = 0, elements = 0;
    std::optional<event::JetDefinition> jets{};
    std::vector<Reconstruction> reconstructions{};

    friend bool operator==(const Metrics&, const Metrics&) = default;
};

/// `names`: one for each reconstruction of the share, which has all events.
Metrics metrics_of(const Share& whole, const std::vector<std::string>& names);

}  // namespace quench::trainer::metrics
