#include "trainer/metrics/metrics.hpp"

#include "base/contract.hpp"

#include <algorithm>

namespace quench::trainer::metrics {
namespace {

Resolution resolution_of(const Moments& moments) {
    return {static_cast<std::uint64_t>(moments.n), moments.mean(), moments.deviation()};
}

// From here on `r` is the number of a reconstruction.

// Adds up over events, in their order: the one place where rounding depends on it.
ParticleSums added_up(const std::vector<EventRecord>& events, std::size_t r) {
    ParticleSums out;
    const auto add = [](auto& to, const auto& from) {
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    for (const EventRecord& event : events) {
        const ParticleSums& one = event.reconstructions[r].particles;
        for (std::size_t c = 0; c < event::categories; ++c) add(out.resolution[c], one.resolution[c]);
        add(out.charged_pt, one.charged_pt);
        add(out.neutral_energy, one.neutral_energy);
    }
    return out;
}

template <std::size_t n>
std::array<Resolution, n> resolutions_of(const std::array<Moments, n>& moments) {
    std::array<Resolution, n> out{};
    std::ranges::transform(moments, out.begin(), resolution_of);
    return out;
}

Multiplicity multiplicity_of(const std::vector<EventRecord>& events, std::size_t r, std::size_t category) {
    std::vector<double> truth, made;
    Moments of_truth, of_made, difference;
    for (const EventRecord& event : events) {
        truth.push_back(event.multiplicity[category]);
        made.push_back(event.reconstructions[r].particles.multiplicity[category]);
        of_truth.add(truth.back());
        of_made.add(made.back());
        if (truth.back() > 0) difference.add((made.back() - truth.back()) / truth.back());
    }
    return {of_truth.mean(), of_made.mean(), correlation(truth, made), resolution_of(difference)};
}

void fill(Histogram& histogram, const std::vector<double>& samples) {
    constexpr std::size_t bins = 40;
    histogram.counts.assign(bins, 0);
    const double width = (histogram.high - histogram.low) / static_cast<double>(bins);
    for (const double x : samples) {
        const double place = std::clamp((x - histogram.low) / width, 0.0, static_cast<double>(bins - 1));
        ++histogram.counts[static_cast<std::size_t>(place)];
    }
}

JetMetrics jets_of(const std::vector<EventRecord>& events, std::size_t r) {
    JetMetrics out;
    std::vector<double> truth, made, responses;
    std::array<std::vector<double>, jet_pt_bins> by_pt;
    for (const EventRecord& event : events) {
        const ReconstructedEvent& reconstructed = event.reconstructions[r];
        truth.insert(truth.end(), event.jets.begin(), event.jets.end());
        made.insert(made.end(), reconstructed.jets.begin(), reconstructed.jets.end());
        for (std::size_t i = 0; i < event.jets.size(); ++i) {
            const double pt = event.jets[i], matched = reconstructed.matched[i];
            const std::size_t bin = bin_of(jet_pt_edges, pt);
            const auto count = [&](Tally& tally) {
                ++tally.whole;
                tally.part += matched > 0 ? 1 : 0;
            };
            count(out.matched);
            if (bin < jet_pt_bins) count(out.matched_by_pt[bin]);
            if (!(matched > 0)) continue;
            responses.push_back(matched / pt);
            if (bin < jet_pt_bins) by_pt[bin].push_back(matched / pt);
        }
    }
    out.truth = truth.size();
    out.reconstructed = made.size();
    fill(out.response_histogram, responses);
    out.response = quantiles_of(std::move(responses));
    std::ranges::transform(by_pt, out.response_by_pt.begin(), quantiles_of);
    out.wasserstein = wasserstein_distance(std::move(truth), std::move(made));
    return out;
}

// What each event has of it, reconstructed / true, where the truth has any.
std::vector<double> ratios_of(const std::vector<EventRecord>& events, std::size_t r, double EventSums::*sum) {
    std::vector<double> out;
    for (const EventRecord& event : events)
        if (event.sums.*sum > 0)
            out.push_back(event.reconstructions[r].particles.sums.*sum / (event.sums.*sum));
    return out;
}

void count_classes(Reconstruction& out) {
    const auto& confusion = out.rows.confusion;
    for (std::size_t c = 0; c < event::categories; ++c) {
        for (std::size_t other = 0; other < event::categories; ++other) {
            out.efficiency[c].whole += confusion[c][other];
            out.fake_rate[c].whole += confusion[other][c];
        }
        out.efficiency[c].part = confusion[c][c];
        out.fake_rate[c].part = out.fake_rate[c].whole - confusion[c][c];
    }
}

}  // namespace

Metrics metrics_of(const Share& whole, const std::vector<std::string>& names) {
    QUENCH_CHECK(names.size() == whole.options().reconstructions, "a name for each reconstruction");
    const std::vector<EventRecord>& events = whole.events();
    Metrics out{.events = events.size(), .jets = whole.options().jets};
    for (const auto& row : whole.counts().front().confusion)
        for (const std::uint64_t n : row) out.elements += n;
    for (std::size_t r = 0; r < names.size(); ++r) {
        Reconstruction one{.name = names[r], .rows = whole.counts()[r]};
        count_classes(one);
        const ParticleSums sums = added_up(events, r);
        for (std::size_t c = 0; c < event::categories; ++c) {
            one.resolution[c] = resolutions_of(sums.resolution[c]);
            one.multiplicity[c] = multiplicity_of(events, r, c);
        }
        one.charged_pt = resolutions_of(sums.charged_pt);
        one.neutral_energy = resolutions_of(sums.neutral_energy);
        one.energy_ratio = quantiles_of(ratios_of(events, r, &EventSums::energy));
        std::vector<double> met = ratios_of(events, r, &EventSums::missing_pt);
        fill(one.met_histogram, met);
        one.met_ratio = quantiles_of(std::move(met));
        if (out.jets) one.jets = jets_of(events, r);
        out.reconstructions.push_back(std::move(one));
    }
    return out;
}

}  // namespace quench::trainer::metrics
