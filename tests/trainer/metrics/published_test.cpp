#include "trainer/metrics/published.hpp"

#include "trainer/event/generator.hpp"

#include <array>
#include <map>
#include <span>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

std::map<std::string, PublishedFigure> by_name(const Metrics& metrics) {
    std::map<std::string, PublishedFigure> out;
    for (const PublishedFigure& figure : published_figures(metrics.reconstructions.front()))
        out[figure.quantity] = figure;
    return out;
}

void add_baseline(Share& share, std::uint64_t number, const event::Event& event) {
    const std::span<const float> candidates = event.candidates;
    share.add(number, event, {&candidates, 1});
}

event::Event event_with_candidates(std::vector<std::array<float, 14>> rows) {
    event::Event event{.rows = rows.size(), .elements = std::vector<float>(rows.size() * 12)};
    for (const auto& row : rows) {
        event.targets.insert(event.targets.end(), row.begin(), row.begin() + 7);
        event.candidates.insert(event.candidates.end(), row.begin() + 7, row.end());
    }
    return event;
}

TEST(published_figures, count_rows_and_relative_differences) {
    Share share({});
    add_baseline(share, 0,
                 event_with_candidates({
                     {1, 1, 10, 1, 0, 1, 15, 1, 1, 11, 1, 0, 1, 16},  // pt 10 % high
                     {1, 1, 10, 1, 0, 1, 15, 1, 1, 9, 1, 0, 1, 14},   // pt 10 % low
                     {1, 1, 10, 1, 0, 1, 15, 0, 0, 0, 0, 0, 0, 0},    // lost
                     {2, 0, 4, 2, 0, 1, 10, 2, 0, 4, 2, 0, 1, 15},    // E 50 % high
                     {2, 0, 4, 2, 0, 1, 10, 3, 0, 4, 2, 0, 1, 10},    // taken for a photon
                     {0, 0, 0, 0, 0, 0, 0, 2, 0, 4, 2, 0, 1, 15},     // made up
                 }));
    const Metrics metrics = metrics_of(share, {"baseline"});
    auto figures = by_name(metrics);
    EXPECT_NEAR(*figures["ch.had -> ch.had"].ours, 2.0 / 3, 1e-12);
    EXPECT_NEAR(*figures["ch.had -> none"].ours, 1.0 / 3, 1e-12);
    EXPECT_NEAR(*figures["n.had -> photon"].ours, 0.5, 1e-12);
    EXPECT_NEAR(*figures["none -> n.had"].ours, 1, 1e-12);
    EXPECT_NEAR(*figures["ch.had pt resolution, mean"].ours, 0, 1e-6);
    EXPECT_NEAR(*figures["ch.had pt resolution, deviation"].ours, 0.1, 1e-6);
    EXPECT_NEAR(*figures["n.had E resolution, mean"].ours, 0.5, 1e-6);
    EXPECT_NEAR(*figures["n.had efficiency, 9-11 GeV"].ours, 0.5, 1e-12);
    EXPECT_NEAR(*figures["n.had fake rate, 14-16 GeV"].ours, 0.5, 1e-12);
    EXPECT_NEAR(*figures["n.had multiplicity, mean relative difference"].ours, 0, 1e-12);
    EXPECT_NEAR(*figures["ch.had multiplicity, mean relative difference"].ours, -1.0 / 3, 1e-12);
    EXPECT_FALSE(figures["muon -> muon"].ours.has_value());
    EXPECT_EQ(metrics.elements, 6u);
    EXPECT_EQ(metrics.reconstructions.front().multiplicity[1].mean_true, 3);
}

// The generator against the publication, under its conditions (QCD, pile-up 200). The margins are what a few
// events allow and what the parametrised spectra miss; the README has the figures of many events.
TEST(published_figures, are_those_of_the_generator) {
    Share share({});
    for (std::uint64_t i = 0; i < 20; ++i)
        add_baseline(share, i,
                     event::generate({.seed = 9, .pileup = 200, .process = event::Process::qcd}, i));
    const Metrics metrics = metrics_of(share, {"baseline"});
    const auto& multiplicity = metrics.reconstructions.front().multiplicity;
    EXPECT_NEAR(*multiplicity[1].mean_true, 2500, 400);
    EXPECT_NEAR(*multiplicity[2].mean_true, 930, 100);
    const auto near = [figures = by_name(metrics)](const char* name, double margin) {
        const PublishedFigure& figure = figures.at(name);
        ASSERT_TRUE(figure.ours.has_value()) << name;
        EXPECT_NEAR(*figure.ours, *figure.published, margin) << name;
    };
    near("none -> none", 0.10);
    near("none -> n.had", 0.08);
    near("none -> photon", 0.08);
    near("ch.had -> ch.had", 0.03);
    near("n.had -> n.had", 0.06);
    near("n.had -> photon", 0.06);
    near("photon -> photon", 0.02);
    near("muon -> muon", 0.001);
    near("ch.had pt resolution, mean", 0.02);
    near("ch.had pt resolution, deviation", 0.03);
    near("n.had E resolution, mean", 0.05);
    near("n.had E resolution, deviation", 0.06);
    near("n.had eta resolution, deviation", 0.03);
    near("ch.had multiplicity, mean relative difference", 0.02);
    near("n.had efficiency, 14-16 GeV", 0.10);
    near("n.had efficiency, 18-22 GeV", 0.06);
}

}  // namespace
}  // namespace quench::trainer::metrics
