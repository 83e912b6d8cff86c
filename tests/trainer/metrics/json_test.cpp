#include "trainer/metrics/json.hpp"

#include "tests/trainer/metrics/example.hpp"
#include "trainer/metrics/table.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

using nlohmann::json;

Metrics metrics_of_random_events() {
    Share share(two_with_jets());
    for (std::uint64_t i = 0; i < 20; ++i) add_random(share, i);
    return metrics_of(share, {"model", "baseline"});
}

TEST(json, comes_back_from_its_text_with_every_digit) {
    const Metrics metrics = metrics_of_random_events();
    const nlohmann::ordered_json out = to_json(metrics);
    EXPECT_EQ(nlohmann::ordered_json::parse(out.dump()), out);
    const json read = json::parse(out.dump(2));
    EXPECT_EQ(read["events"], 20);
    for (std::size_t r = 0; r < 2; ++r) {
        const Reconstruction& of = metrics.reconstructions[r];
        const json& one = read["reconstructions"][of.name];
        EXPECT_EQ(one["jets"]["response"]["median"].get<double>(), *of.jets->response.median);
        EXPECT_EQ(one["jets"]["response"]["iqr_over_median"].get<double>(),
                  *of.jets->response.iqr_over_median());
        EXPECT_EQ(one["jets"]["wasserstein_pt"].get<double>(), *of.jets->wasserstein);
        EXPECT_EQ(one["met_ratio"]["p75"].get<double>(), *of.met_ratio.p75);
        EXPECT_EQ(one["energy_ratio"]["median"].get<double>(), *of.energy_ratio.median);
        for (std::size_t t = 0; t < 6; ++t)
            for (std::size_t m = 0; m < 6; ++m) {
                EXPECT_EQ(one["confusion"]["counts"][t][m].get<std::uint64_t>(), of.rows.confusion[t][m]);
                EXPECT_EQ(one["confusion"]["row_normalised"][t][m].get<double>(),
                          static_cast<double>(of.rows.confusion[t][m]) /
                              static_cast<double>(of.efficiency[t].whole));
            }
        for (std::size_t c = 1; c < 6; ++c) {
            const json& about = one["classes"][class_names[c]];
            EXPECT_EQ(about["efficiency"].get<double>(), *of.efficiency[c].share());
            EXPECT_EQ(about["fake_rate"].get<double>(), *of.fake_rate[c].share());
            EXPECT_EQ(about["resolution"]["E"]["deviation"].get<double>(), *of.resolution[c][2].deviation);
            EXPECT_EQ(about["resolution"]["pt"]["n"].get<std::uint64_t>(), of.resolution[c][0].n);
            EXPECT_EQ(about["multiplicity"]["correlation"].get<double>(), *of.multiplicity[c].correlation);
            EXPECT_EQ(about.contains("by_energy"), c <= 2);
        }
    }
    const json& bins = read["reconstructions"]["model"]["classes"]["n.had"]["by_energy"];
    ASSERT_EQ(bins.size(), energy_bins);
    for (std::size_t i = 0; i < energy_bins; ++i) {
        EXPECT_EQ(bins[i]["from"].get<double>(), energy_edges[i]);
        EXPECT_EQ(bins[i]["true"].get<std::uint64_t>(),
                  metrics.reconstructions[0].rows.found_by_energy[2][i].whole);
    }
}

TEST(json, says_null_where_there_is_no_answer) {
    const json read = json::parse(to_json(metrics_of(Share(two_with_jets()), {"model", "baseline"})).dump());
    const json& one = read["reconstructions"]["model"];
    EXPECT_EQ(read["events"], 0);
    EXPECT_TRUE(one["jets"]["matched_fraction"].is_null());
    EXPECT_TRUE(one["jets"]["wasserstein_pt"].is_null());
    EXPECT_TRUE(one["met_ratio"]["iqr"].is_null());
    EXPECT_TRUE(one["classes"]["muon"]["efficiency"].is_null());
    const json without = json::parse(to_json(metrics_of(Share({.reconstructions = 1}), {"model"})).dump());
    EXPECT_TRUE(without["reconstructions"]["model"]["jets"].is_null());
}

TEST(table, shows_the_reconstructions_side_by_side_and_how_the_model_changes_the_baseline) {
    const Metrics metrics = metrics_of_random_events();
    const std::string table = to_table(metrics);
    EXPECT_THAT(table, testing::ContainsRegex("quantity +model +baseline +change\n"));
    EXPECT_THAT(table, testing::HasSubstr("jets: anti-kt, R = 0.4, pt > 15 GeV"));
    EXPECT_THAT(table, testing::Not(testing::HasSubstr("nan")));
    const auto efficiency = [&](std::size_t r) { return *metrics.reconstructions[r].efficiency[2].share(); };
    EXPECT_THAT(table,
                testing::HasSubstr(fmt::format(
                    "{:<46}{:>12.3f}{:>12.3f}{:>12}\n", "n.had efficiency", efficiency(0), efficiency(1),
                    fmt::format("{:+.1f} %", 100 * (efficiency(0) / efficiency(1) - 1)))));
    EXPECT_THAT(to_table(metrics_of(Share({.reconstructions = 1}), {"model"})),
                testing::ContainsRegex("quantity +model\n"));
}

}  // namespace
}  // namespace quench::trainer::metrics
