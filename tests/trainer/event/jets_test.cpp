#include "trainer/event/jets.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

struct Momentum {
    double px, py, pz, e;
    double pt() const { return std::hypot(px, py); }
    double y() const { return 0.5 * std::log((e + pz) / (e - pz)); }
    double phi() const { return std::atan2(py, px); }
};

// A sequential recombination word by word: the smallest of d_ij = min(w_i, w_j) distance_ij is merged, unless
// some d_i = w_i is smaller, which makes i a jet. The pts of the jets above `least_pt`, highest first.
std::vector<double> recombined(std::vector<Momentum> left, double least_pt, const auto& weight,
                               const auto& distance) {
    std::vector<double> jets;
    while (!left.empty()) {
        double least = INFINITY;
        std::size_t a = 0, b = 0;
        for (std::size_t i = 0; i < left.size(); ++i)
            for (std::size_t j = 0; j <= i; ++j) {
                double d = weight(left[i]);
                if (j < i) d = std::min(d, weight(left[j])) * distance(left[i], left[j]);
                if (d < least) {
                    least = d;
                    a = i;
                    b = j;
                }
            }
        if (a == b) {
            if (left[a].pt() > least_pt) jets.push_back(left[a].pt());
        } else {
            left[b] = {left[a].px + left[b].px, left[a].py + left[b].py, left[a].pz + left[b].pz,
                       left[a].e + left[b].e};
        }
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(a));
    }
    std::ranges::sort(jets, std::greater<>{});
    return jets;
}

// Anti-kt with R = 0.4: w = 1/pt^2, distance = DR^2 / R^2.
std::vector<double> by_definition(const std::vector<Momentum>& particles) {
    return recombined(
        particles, least_jet_pt, [](const Momentum& p) { return 1 / (p.pt() * p.pt()); },
        [](const Momentum& p, const Momentum& q) {
            const double dphi = std::remainder(p.phi() - q.phi(), 2 * std::numbers::pi), dy = p.y() - q.y();
            return (dy * dy + dphi * dphi) / 0.16;
        });
}

void add_row(std::vector<float>& rows, float category, double pt, double eta, double phi) {
    for (const double x : {static_cast<double>(category), 0.0, pt, eta, std::sin(phi), std::cos(phi),
                           pt * std::cosh(eta) + 0.1})
        rows.push_back(static_cast<float>(x));
}

TEST(find_jets, follows_the_definition_of_anti_kt) {
    for (std::uint64_t event = 0; event < 20; ++event) {
        base::Rng rng(3, "test.jets", event);
        std::vector<float> rows;
        std::vector<Momentum> particles;
        for (int i = 0; i < 60; ++i) {
            add_row(rows, 1, 0.5 + 5 * rng.exponential(), 2 * rng.normal(), 6.28 * rng.uniform());
            const float* r = &rows[rows.size() - 7];
            particles.push_back(
                {double{r[2]} * r[5], double{r[2]} * r[4], r[2] * std::sinh(double{r[3]}), r[6]});
        }
        const std::vector<Jet> jets = find_jets(rows);
        const std::vector<double> expected = by_definition(particles);
        ASSERT_EQ(jets.size(), expected.size());
        ASSERT_GT(jets.size(), 5u);
        for (std::size_t i = 0; i < jets.size(); ++i) EXPECT_NEAR(jets[i].pt, expected[i], 1e-3);
    }
}

// The generalised kt algorithm of e+e- collisions with p = -1 and radius R: w = 1/E^2, distance =
// (1 - cos theta) / (1 - cos R) (FastJet manual, arXiv 1111.6097, equation 9).
std::vector<double> by_definition_of_genkt(const std::vector<Momentum>& particles, double radius,
                                           double least_pt) {
    return recombined(
        particles, least_pt, [](const Momentum& p) { return 1 / (p.e * p.e); },
        [&](const Momentum& p, const Momentum& q) {
            const double pp = std::hypot(p.px, p.py, p.pz), qq = std::hypot(q.px, q.py, q.pz);
            const double cosine = (p.px * q.px + p.py * q.py + p.pz * q.pz) / (pp * qq);
            return (1 - cosine) / (1 - std::cos(radius));
        });
}

TEST(find_jets, follows_the_definition_of_generalised_kt_in_electron_collisions) {
    for (std::uint64_t event = 0; event < 20; ++event) {
        base::Rng rng(4, "test.genkt", event);
        std::vector<float> rows;
        std::vector<Momentum> particles;
        for (int i = 0; i < 40; ++i) {
            add_row(rows, 1, 0.5 + 5 * rng.exponential(), rng.normal(), 6.28 * rng.uniform());
            const float* r = &rows[rows.size() - 7];
            particles.push_back(
                {double{r[2]} * r[5], double{r[2]} * r[4], r[2] * std::sinh(double{r[3]}), r[6]});
        }
        const JetDefinition definition{.algorithm = JetAlgorithm::ee_genkt, .radius = 0.7, .least_pt = 6};
        const std::vector<Jet> jets = find_jets(rows, definition);
        const std::vector<double> expected = by_definition_of_genkt(particles, 0.7, 6);
        ASSERT_EQ(jets.size(), expected.size());
        ASSERT_GT(jets.size(), 3u);
        for (std::size_t i = 0; i < jets.size(); ++i) EXPECT_NEAR(jets[i].pt, expected[i], 1e-3);
    }
}

TEST(find_jets, obeys_its_least_pt_and_leaves_momenta_out_that_overflow) {
    std::vector<float> rows;
    add_row(rows, 1, 20, 0.5, 1);
    add_row(rows, 1, 8, -0.5, 3);
    EXPECT_EQ(find_jets(rows).size(), 2u);
    EXPECT_EQ(find_jets(rows, {.least_pt = 15}).size(), 1u);
    rows.resize(rows.size() + target_columns, 0.0F);
    float* const last = &rows[rows.size() - target_columns];
    last[0] = 1;
    last[2] = 1;
    last[3] = 1000;
    EXPECT_EQ(find_jets(rows).size(), 2u);
}

TEST(find_jets, leaves_rows_without_particle_out) {
    std::vector<float> rows;
    add_row(rows, 1, 20, 0.5, 1);
    const std::vector<Jet> one = find_jets(rows);
    add_row(rows, 0, 50, -0.5, 2);
    rows.resize(rows.size() + target_columns, 0.0F);
    EXPECT_EQ(find_jets(rows), one);
    ASSERT_EQ(one.size(), 1u);
    EXPECT_NEAR(one[0].pt, 20, 1e-4);
    EXPECT_NEAR(one[0].phi, 1, 1e-5);
    EXPECT_TRUE(find_jets({}).empty());
}

}  // namespace
}  // namespace quench::trainer::event
