// Metrics computed once more, in the plainest way: all samples in lists, each figure by its definition.
#pragma once

#include "trainer/event/jets.hpp"
#include "trainer/metrics/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {

/// Targets and the candidates of two reconstructions, rows x 7.
struct Example {
    std::vector<float> targets;
    std::vector<std::vector<float>> made;
};

using Samples = std::vector<double>;

inline double mean_of(const Samples& samples) {
    double sum = 0;
    for (const double x : samples) sum += x;
    return sum / static_cast<double>(samples.size());
}

inline double deviation_of(const Samples& samples) {
    const double mean = mean_of(samples);
    double sum = 0;
    for (const double x : samples) sum += (x - mean) * (x - mean);
    return std::sqrt(sum / static_cast<double>(samples.size()));
}

/// By the definition of linear interpolation: the place q (n - 1) between the sorted samples.
inline double quantile_of(Samples samples, double q) {
    std::ranges::sort(samples);
    const double place = q * static_cast<double>(samples.size() - 1), below = std::floor(place);
    const double a = samples[static_cast<std::size_t>(below)];
    const double b = samples[static_cast<std::size_t>(std::ceil(place))];
    return a * (1 - (place - below)) + b * (place - below);
}

inline void expect_quantiles(const Quantiles& is, const Samples& samples) {
    ASSERT_EQ(is.n, samples.size());
    if (samples.empty()) return;
    EXPECT_NEAR(*is.p25, quantile_of(samples, 0.25), 1e-9);
    EXPECT_NEAR(*is.median, quantile_of(samples, 0.5), 1e-9);
    EXPECT_NEAR(*is.p75, quantile_of(samples, 0.75), 1e-9);
}

inline void expect_resolution(const Resolution& is, const Samples& samples) {
    ASSERT_EQ(is.n, samples.size());
    if (samples.empty()) return;
    EXPECT_NEAR(*is.mean, mean_of(samples), 1e-9);
    EXPECT_NEAR(*is.deviation, deviation_of(samples), 1e-7);  // of squares that cancel
}

inline void expect_share(const Tally& is, std::size_t part, std::size_t whole) {
    EXPECT_EQ(is.part, part);
    EXPECT_EQ(is.whole, whole);
}

/// Calls visit(truth, made, other reconstruction's) for every row of reconstruction r.
template <class Visit>
void each_row(const std::vector<Example>& examples, std::size_t r, Visit visit) {
    for (const Example& example : examples)
        for (std::size_t i = 0; i < example.targets.size(); i += 7)
            visit(&example.targets[i], &example.made[r][i], &example.made[1 - r][i]);
}

inline void expect_rows_as_counted(const Reconstruction& is, const std::vector<Example>& examples,
                                   std::size_t r) {
    for (int c = 0; c < 6; ++c) {
        const auto category = static_cast<std::size_t>(c);
        const auto kind = [](const float* row) { return static_cast<int>(row[0]); };
        std::size_t truth = 0, made = 0, both = 0;
        Samples of[3], near_20;
        for (int other = 0; other < 6; ++other) {
            std::size_t n = 0;
            each_row(examples, r, [&](const float* t, const float* m, const float*) {
                n += kind(t) == c && kind(m) == other ? 1 : 0;
            });
            EXPECT_EQ(is.rows.confusion[category][static_cast<std::size_t>(other)], n);
        }
        each_row(examples, r, [&](const float* t, const float* m, const float* o) {
            truth += kind(t) == c ? 1 : 0;
            made += kind(m) == c ? 1 : 0;
            both += kind(m) == c && kind(t) == c ? 1 : 0;
            if (c == 0 || kind(t) != c || kind(m) != c || kind(o) != c) return;
            const int columns[] = {2, 3, 6};
            for (int q = 0; q < 3; ++q) {
                const double is_true = t[columns[q]], is_made = m[columns[q]];
                of[q].push_back(std::min(10.0, std::max(-10.0, (is_made - is_true) / is_true)));
            }
            if (t[c == 1 ? 2 : 6] >= 18 && t[c == 1 ? 2 : 6] < 22)
                near_20.push_back(of[c == 1 ? 0 : 2].back());
        });
        expect_share(is.efficiency[category], both, truth);
        expect_share(is.fake_rate[category], made - both, made);
        for (std::size_t q = 0; c > 0 && q < 3; ++q) expect_resolution(is.resolution[category][q], of[q]);
        if (c == 2) expect_resolution(is.neutral_energy[bin_of(energy_edges, 20.0)], near_20);
    }
}

/// Efficiency, fake rate and the charged hadrons' resolution of every bin.
inline void expect_bins_as_counted(const Reconstruction& is, const std::vector<Example>& examples,
                                   std::size_t r) {
    for (int c = 1; c < 6; ++c) {
        const auto category = static_cast<std::size_t>(c);
        const auto expect_bin = [&](double low, double high, int column, const Tally& found,
                                    const Tally& fakes) {
            std::size_t truth = 0, good = 0, made = 0, bad = 0;
            each_row(examples, r, [&](const float* t, const float* m, const float*) {
                if (t[0] == static_cast<float>(c) && t[column] >= low && t[column] < high) {
                    ++truth;
                    good += m[0] == t[0] ? 1 : 0;
                }
                if (m[0] == static_cast<float>(c) && m[column] >= low && m[column] < high) {
                    ++made;
                    bad += m[0] != t[0] ? 1 : 0;
                }
            });
            expect_share(found, good, truth);
            expect_share(fakes, bad, made);
        };
        for (std::size_t i = 0; i < energy_bins; ++i)
            expect_bin(energy_edges[i], energy_edges[i + 1], 6, is.rows.found_by_energy[category][i],
                       is.rows.fakes_by_energy[category][i]);
        for (std::size_t i = 0; i < pt_bins; ++i)
            expect_bin(pt_edges[i], pt_edges[i + 1], 2, is.rows.found_by_pt[category][i],
                       is.rows.fakes_by_pt[category][i]);
    }
    for (std::size_t i = 0; i < pt_bins; ++i) {
        Samples samples;
        each_row(examples, r, [&](const float* t, const float* m, const float* o) {
            if (t[0] == 1 && m[0] == 1 && o[0] == 1 && t[2] >= pt_edges[i] && t[2] < pt_edges[i + 1])
                samples.push_back(std::clamp((double{m[2]} - t[2]) / t[2], -10.0, 10.0));
        });
        expect_resolution(is.charged_pt[i], samples);
    }
}

inline void expect_multiplicities_as_counted(const Reconstruction& is, const std::vector<Example>& examples,
                                             std::size_t r) {
    for (std::size_t c = 0; c < 6; ++c) {
        Samples truth, made, product, difference;
        for (const Example& example : examples) {
            double t = 0, m = 0;
            each_row({example}, r, [&](const float* row, const float* other, const float*) {
                t += row[0] == static_cast<float>(c) ? 1 : 0;
                m += other[0] == static_cast<float>(c) ? 1 : 0;
            });
            truth.push_back(t);
            made.push_back(m);
            product.push_back(t * m);
            if (t > 0) difference.push_back((m - t) / t);
        }
        const double covariance = mean_of(product) - mean_of(truth) * mean_of(made);
        EXPECT_NEAR(*is.multiplicity[c].correlation, covariance / deviation_of(truth) / deviation_of(made),
                    1e-9);
        EXPECT_NEAR(*is.multiplicity[c].mean_true, mean_of(truth), 1e-9);
        EXPECT_NEAR(*is.multiplicity[c].mean_reconstructed, mean_of(made), 1e-9);
        expect_resolution(is.multiplicity[c].difference, difference);
    }
}

inline void expect_sums_as_counted(const Reconstruction& is, const std::vector<Example>& examples,
                                   std::size_t r) {
    Samples energy, met;
    for (const Example& example : examples) {
        double sums[2][3] = {};  // E, px, py of truth and candidates
        each_row({example}, r, [&](const float* t, const float* m, const float*) {
            for (int k = 0; k < 2; ++k) {
                const float* row = k == 0 ? t : m;
                const double phi = std::atan2(row[4], row[5]);
                sums[k][0] += row[0] == 0 ? 0 : row[6];
                sums[k][1] += row[0] == 0 ? 0 : row[2] * std::cos(phi);
                sums[k][2] += row[0] == 0 ? 0 : row[2] * std::sin(phi);
            }
        });
        energy.push_back(sums[1][0] / sums[0][0]);
        met.push_back(std::hypot(sums[1][1], sums[1][2]) / std::hypot(sums[0][1], sums[0][2]));
    }
    // Unit vectors in float: 1e-7 of sums of several 100 GeV, over missing momenta of some.
    ASSERT_EQ(is.energy_ratio.n, energy.size());
    EXPECT_NEAR(*is.energy_ratio.median, quantile_of(energy, 0.5), 1e-9);
    EXPECT_NEAR(*is.energy_ratio.iqr(), quantile_of(energy, 0.75) - quantile_of(energy, 0.25), 1e-9);
    ASSERT_EQ(is.met_ratio.n, met.size());
    EXPECT_NEAR(*is.met_ratio.median, quantile_of(met, 0.5), 1e-5);
    EXPECT_NEAR(*is.met_ratio.iqr(), quantile_of(met, 0.75) - quantile_of(met, 0.25), 1e-5);
}

inline void expect_jets_as_counted(const JetMetrics& is, const std::vector<Example>& examples,
                                   std::size_t r) {
    Samples truth, made, response;
    std::vector<Samples> by_pt(jet_pt_bins);
    for (const Example& example : examples) {
        const event::JetDefinition definition{.least_pt = 15};
        const auto true_jets = event::find_jets(example.targets, definition);
        const auto made_jets = event::find_jets(example.made[r], definition);
        for (const event::Jet& jet : made_jets) made.push_back(jet.pt);
        for (const event::Jet& jet : true_jets) {
            truth.push_back(jet.pt);
            double least = 0.1, found = 0;
            for (const event::Jet& other : made_jets) {
                double dphi = std::abs(double{jet.phi} - double{other.phi});
                dphi = std::min(dphi, 2 * std::numbers::pi - dphi);
                const double d = std::sqrt(std::pow(double{jet.eta} - double{other.eta}, 2) + dphi * dphi);
                if (d < least) {
                    least = d;
                    found = other.pt;
                }
            }
            if (found == 0) continue;
            response.push_back(found / jet.pt);
            for (std::size_t i = 0; i < jet_pt_bins; ++i)
                if (jet.pt >= jet_pt_edges[i] && jet.pt < jet_pt_edges[i + 1])
                    by_pt[i].push_back(response.back());
        }
    }
    ASSERT_GT(response.size(), 20u);
    EXPECT_EQ(is.truth, truth.size());
    EXPECT_EQ(is.reconstructed, made.size());
    expect_share(is.matched, response.size(), truth.size());
    // Directions are rounded once more to unit vectors, in float.
    ASSERT_EQ(is.response.n, response.size());
    EXPECT_NEAR(*is.response.median, quantile_of(response, 0.5), 1e-5);
    EXPECT_NEAR(*is.response.iqr(), quantile_of(response, 0.75) - quantile_of(response, 0.25), 1e-5);
    for (std::size_t i = 0; i < jet_pt_bins; ++i) {
        ASSERT_EQ(is.response_by_pt[i].n, by_pt[i].size());
        if (by_pt[i].empty()) continue;
        EXPECT_NEAR(*is.response_by_pt[i].iqr_over_median(),
                    (quantile_of(by_pt[i], 0.75) - quantile_of(by_pt[i], 0.25)) / quantile_of(by_pt[i], 0.5),
                    1e-5);
    }
    std::uint64_t in_histogram = 0;
    for (const std::uint64_t n : is.response_histogram.counts) in_histogram += n;
    EXPECT_EQ(in_histogram, response.size());
}

inline void expect_as_counted(const Reconstruction& is, const std::vector<Example>& examples, std::size_t r) {
    expect_rows_as_counted(is, examples, r);
    expect_bins_as_counted(is, examples, r);
    expect_multiplicities_as_counted(is, examples, r);
    expect_sums_as_counted(is, examples, r);
    expect_jets_as_counted(*is.jets, examples, r);
}

}  // namespace quench::trainer::metrics
