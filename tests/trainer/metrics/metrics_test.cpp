#include "trainer/metrics/metrics.hpp"

#include "tests/trainer/metrics/example.hpp"
#include "tests/trainer/metrics/oracle.hpp"
#include "trainer/metrics/json.hpp"
#include "trainer/metrics/table.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

constexpr std::size_t charged = 1, neutral = 2, photon = 3;

Metrics of_one(const event::Event& event, const std::vector<float>& candidates) {
    Share share({.jets = event::JetDefinition{.least_pt = 15}});
    add(share, 0, event, {candidates});
    return metrics_of(share, {"model"});
}

TEST(metrics, of_random_events_are_those_of_a_naive_count) {
    constexpr std::uint64_t events = 30;
    Share share(two_with_jets());
    std::vector<Example> examples;
    for (std::uint64_t i = 0; i < events; ++i) {
        add_random(share, i);
        const event::Event event = random_event(i, 50 + 20 * (i % 7));
        examples.push_back({event.targets, {smeared(event, 2 * i, 0.1), smeared(event, 2 * i + 1, 0.3)}});
    }
    const Metrics metrics = metrics_of(share, {"model", "baseline"});
    EXPECT_EQ(metrics.events, events);
    for (std::size_t r = 0; r < 2; ++r) expect_as_counted(metrics.reconstructions[r], examples, r);
}

TEST(metrics, of_perfect_candidates_are_the_identity) {
    Share share(two_with_jets());
    for (std::uint64_t i = 0; i < 20; ++i) {
        const event::Event event = random_event(i);
        add(share, i, event, {event.targets, event.targets});
    }
    for (const Reconstruction& one : metrics_of(share, {"model", "baseline"}).reconstructions) {
        for (std::size_t c = 0; c < event::categories; ++c) {
            EXPECT_EQ(one.efficiency[c].share(), 1);
            EXPECT_EQ(one.fake_rate[c].share(), 0);
            EXPECT_NEAR(*one.multiplicity[c].correlation, 1, 1e-12);
            EXPECT_EQ(one.multiplicity[c].difference.mean, 0);
            for (std::size_t q = 0; c > 0 && q < quantities; ++q) {
                EXPECT_GT(one.resolution[c][q].n, 0u);
                EXPECT_EQ(one.resolution[c][q].mean, 0);
                EXPECT_EQ(one.resolution[c][q].deviation, 0);
            }
        }
        EXPECT_EQ(one.energy_ratio.median, 1);
        EXPECT_EQ(one.met_ratio.iqr(), 0);
        EXPECT_GT(one.jets->truth, 20u);
        EXPECT_EQ(one.jets->matched.share(), 1);
        EXPECT_EQ(one.jets->response.median, 1);
        EXPECT_EQ(one.jets->response.iqr(), 0);
        EXPECT_EQ(one.jets->wasserstein, 0);
    }
}

TEST(metrics, of_an_event_made_by_hand_are_as_computed_by_hand) {
    const event::Event event = event_of({particle(charged, 30, 0, 0),
                                         particle(charged, 10, 0.01, 0),
                                         particle(neutral, 20, 1, 2),
                                         particle(photon, 25, -1, -2),
                                         {}});
    std::vector<float> made;
    append(made, particle(charged, 33, 0, 0));     // 10 % high
    append(made, {});                              // lost
    append(made, particle(photon, 20, 1, 2));      // mistaken
    append(made, particle(photon, 25, -1, -1.8));  // 0.2 aside
    append(made, particle(neutral, 5, 1, 2));      // made up
    const Reconstruction one = of_one(event, made).reconstructions.front();
    EXPECT_EQ(one.efficiency[charged].share(), 0.5);
    EXPECT_EQ(one.efficiency[neutral].share(), 0);
    EXPECT_EQ(one.fake_rate[charged].share(), 0);
    EXPECT_EQ(one.fake_rate[neutral].share(), 1);
    EXPECT_EQ(one.fake_rate[photon].share(), 0.5);
    EXPECT_EQ(one.rows.confusion[neutral][photon], 1u);
    EXPECT_EQ(one.rows.confusion[0][neutral], 1u);
    EXPECT_EQ(one.resolution[charged][0].n, 1u);
    EXPECT_NEAR(*one.resolution[charged][0].mean, 0.1, 1e-6);
    EXPECT_NEAR(*one.multiplicity[charged].difference.mean, -0.5, 1e-12);
    EXPECT_FALSE(one.multiplicity[charged].correlation) << "one event does not vary";
    // Found of charged hadrons: the one of 30 GeV, not the one of 10.
    EXPECT_EQ(one.rows.found_by_pt[charged][bin_of(pt_edges, 30.0)], (Tally{1, 1}));
    EXPECT_EQ(one.rows.found_by_pt[charged][bin_of(pt_edges, 10.0)], (Tally{0, 1}));
    // Jets of 40, 25 and 20 GeV; of the candidates 33, 25 (not near enough) and 20 + 5 GeV.
    EXPECT_EQ(one.jets->truth, 3u);
    EXPECT_EQ(one.jets->reconstructed, 3u);
    EXPECT_EQ(one.jets->matched, (Tally{2, 3}));
    EXPECT_NEAR(*one.jets->response.p25, 0.825 + 0.25 * (1.25 - 0.825), 1e-5);
    EXPECT_NEAR(*one.jets->response.median, (0.825 + 1.25) / 2, 1e-5);
    // Sorted 20 25 40 against 25 25 33.
    EXPECT_NEAR(*one.jets->wasserstein, (5 + 0 + 7) / 3.0, 1e-4);
}

TEST(metrics, resolutions_are_of_rows_where_all_reconstructions_agree) {
    const event::Event event = event_of({particle(charged, 10, 0, 0), particle(charged, 10, 0, 1)});
    std::vector<float> model, baseline;
    append(model, particle(charged, 11, 0, 0));
    append(model, particle(charged, 15, 0, 1));
    append(baseline, particle(charged, 12, 0, 0));
    append(baseline, particle(photon, 10, 0, 1));
    Share share({.reconstructions = 2});
    add(share, 0, event, {model, baseline});
    const Metrics metrics = metrics_of(share, {"model", "baseline"});
    EXPECT_EQ(metrics.reconstructions[0].resolution[charged][0].n, 1u);
    EXPECT_NEAR(*metrics.reconstructions[0].resolution[charged][0].mean, 0.1, 1e-6);
    EXPECT_NEAR(*metrics.reconstructions[1].resolution[charged][0].mean, 0.2, 1e-6);
    EXPECT_EQ(metrics.reconstructions[0].resolution[charged][1].n, 0u) << "eta 0 has no relative difference";
    EXPECT_EQ(metrics.reconstructions[0].efficiency[charged].share(), 1) << "efficiency is each one's own";
}

TEST(metrics, of_no_events_and_of_empty_ones_are_holes) {
    const Metrics none = metrics_of(Share(two_with_jets()), {"model", "baseline"});
    EXPECT_EQ(none.events, 0u);
    EXPECT_FALSE(none.reconstructions[0].efficiency[charged].share());
    EXPECT_FALSE(none.reconstructions[0].jets->response.median);
    Share share(two_with_jets());
    for (std::uint64_t i = 0; i < 3; ++i) add(share, i, event::Event{}, {{}, {}});
    const Metrics empty = metrics_of(share, {"model", "baseline"});
    EXPECT_EQ(empty.events, 3u);
    EXPECT_FALSE(empty.reconstructions[0].met_ratio.median);
    EXPECT_FALSE(empty.reconstructions[0].jets->wasserstein);
    EXPECT_FALSE(empty.reconstructions[0].multiplicity[charged].correlation);
}

TEST(metrics, candidates_of_nothing_leave_jets_unmatched) {
    const event::Event event = random_event(1);
    const Reconstruction one =
        of_one(event, std::vector<float>(event.targets.size())).reconstructions.front();
    EXPECT_GT(one.jets->truth, 0u);
    EXPECT_EQ(one.jets->matched.share(), 0);
    EXPECT_FALSE(one.jets->wasserstein);
    EXPECT_EQ(one.energy_ratio.median, 0);
}

TEST(metrics, stand_any_prediction) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> wild = {
        std::numeric_limits<float>::quiet_NaN(), inf, -inf, 3e38F, -3e38F, 1e-45F, 700, -700, 0, 1, 2, 5, 6};
    Share share(two_with_jets());
    for (std::uint64_t i = 0; i < 60; ++i) {
        const event::Event event = random_event(i, 40);
        base::Rng rng(8, "test.metrics.wild", i);
        Tables tables(2, event.targets);
        for (std::vector<float>& table : tables)
            for (float& x : table)
                if (rng.uniform() < 0.3) x = wild[rng.below(wild.size())];
        add(share, i, event, tables);
    }
    const Metrics metrics = metrics_of(share, {"model", "baseline"});
    EXPECT_GT(metrics.reconstructions[0].rows.unusable, 0u);
    EXPECT_EQ(to_table(metrics).find("nan"), std::string::npos);
    EXPECT_EQ(to_table(metrics).find("inf"), std::string::npos);
    EXPECT_TRUE(std::isfinite(*metrics.reconstructions[0].jets->wasserstein));
}

TEST(metrics, of_nothing_but_nan_are_those_of_no_candidates) {
    const event::Event event = random_event(2);
    const std::vector<float> nan(event.targets.size(), std::numeric_limits<float>::quiet_NaN());
    Reconstruction one = of_one(event, nan).reconstructions.front();
    EXPECT_EQ(one.rows.unusable, event.rows);
    one.rows.unusable = 0;
    EXPECT_EQ(one, of_one(event, std::vector<float>(nan.size())).reconstructions.front());
}

}  // namespace
}  // namespace quench::trainer::metrics
