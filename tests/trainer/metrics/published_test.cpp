#include "trainer/data/baseline.hpp"

#include "trainer/event/generator.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace quench::trainer::data {
namespace {

std::map<std::string, BaselineFigure> by_name(const Baseline& baseline) {
    std::map<std::string, BaselineFigure> out;
    for (const BaselineFigure& figure : baseline.figures()) out[figure.quantity] = figure;
    return out;
}

event::Event event_of(std::vector<std::array<float, 14>> rows) {
    event::Event event{.rows = rows.size(), .elements = std::vector<float>(rows.size() * 12)};
    for (const auto& row : rows) {
        event.targets.insert(event.targets.end(), row.begin(), row.begin() + 7);
        event.candidates.insert(event.candidates.end(), row.begin() + 7, row.end());
    }
    return event;
}

TEST(baseline, counts_rows_and_relative_differences) {
    Baseline baseline;
    baseline.add(event_of({
        {1, 1, 10, 1, 0, 1, 15, 1, 1, 11, 1, 0, 1, 16},  // pt 10 % high
        {1, 1, 10, 1, 0, 1, 15, 1, 1, 9, 1, 0, 1, 14},   // pt 10 % low
        {1, 1, 10, 1, 0, 1, 15, 0, 0, 0, 0, 0, 0, 0},    // lost
        {2, 0, 4, 2, 0, 1, 10, 2, 0, 4, 2, 0, 1, 15},    // E 50 % high
        {2, 0, 4, 2, 0, 1, 10, 3, 0, 4, 2, 0, 1, 10},    // taken for a photon
        {0, 0, 0, 0, 0, 0, 0, 2, 0, 4, 2, 0, 1, 15},     // made up
    }));
    auto figures = by_name(baseline);
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
    EXPECT_EQ(baseline.mean_elements(), 6);
    EXPECT_EQ(baseline.mean_of_class(event::Category::charged_hadron), 3);
}

// The generator against the publication, under its conditions (QCD, pile-up 200). The margins are what a few
// events allow and what the parametrised spectra miss; the README has the figures of many events.
TEST(baseline, of_the_generator_has_the_published_shape) {
    Baseline baseline;
    for (std::uint64_t i = 0; i < 20; ++i)
        baseline.add(event::generate({.seed = 9, .pileup = 200, .process = event::Process::qcd}, i));
    EXPECT_NEAR(baseline.mean_of_class(event::Category::charged_hadron), 2500, 400);
    EXPECT_NEAR(baseline.mean_of_class(event::Category::neutral_hadron), 930, 100);
    const auto near = [figures = by_name(baseline)](const char* name, double margin) {
        const BaselineFigure& figure = figures.at(name);
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
}  // namespace quench::trainer::data
