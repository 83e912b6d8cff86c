#include "trainer/metrics/jet_matching.hpp"

#include "base/random.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

using event::Jet;
using Matches = std::vector<std::optional<std::size_t>>;

TEST(match_jets, takes_the_nearest_within_a_tenth) {
    const std::vector<Jet> truth = {{50, 0, 0, 50}, {40, 1, 1, 60}, {30, -2, 2, 90}};
    const std::vector<Jet> made = {{20, 0.09F, 0, 20}, {45, 0.05F, 0, 45}, {40, 1, 1.11F, 60}};
    EXPECT_EQ(match_jets(truth, made), (Matches{1, std::nullopt, std::nullopt}));
    EXPECT_EQ(match_jets(truth, made, 0.2), (Matches{1, 2, std::nullopt}));
    EXPECT_EQ(match_jets(truth, {}), Matches(3));
    EXPECT_TRUE(match_jets({}, made).empty());
}

TEST(match_jets, lets_one_jet_be_that_of_two) {
    const std::vector<Jet> truth = {{50, 0, 0, 50}, {40, 0.1F, 0, 60}};
    EXPECT_EQ(match_jets(truth, std::vector<Jet>{{90, 0.05F, 0, 110}}), (Matches{0, 0}));
}

TEST(match_jets, goes_around_the_beam) {
    const std::vector<Jet> truth = {{50, 0, 3.13F, 50}}, made = {{50, 0, -3.12F, 50}};
    EXPECT_EQ(match_jets(truth, made), (Matches{0}));
    EXPECT_NEAR(delta_r(truth[0], made[0]), 2 * std::numbers::pi - 6.25, 1e-6);
}

TEST(match_jets, agrees_with_trying_all_pairs) {
    for (std::uint64_t i = 0; i < 50; ++i) {
        base::Rng rng(2, "test.match", i);
        const auto jets = [&] {
            std::vector<Jet> out(rng.below(30));
            for (Jet& jet : out)
                jet = {10, static_cast<float>(rng.uniform()), static_cast<float>(3.0 + 0.3 * rng.uniform()),
                       10};
            return out;
        };
        const std::vector<Jet> truth = jets(), made = jets();
        const Matches matches = match_jets(truth, made);
        for (std::size_t t = 0; t < truth.size(); ++t) {
            double least = INFINITY;
            for (const Jet& jet : made) {
                double dphi = std::abs(double{truth[t].phi} - double{jet.phi});
                if (dphi > std::numbers::pi) dphi = 2 * std::numbers::pi - dphi;
                least = std::min(
                    least, std::sqrt(std::pow(double{truth[t].eta} - double{jet.eta}, 2) + dphi * dphi));
            }
            ASSERT_EQ(matches[t].has_value(), least < 0.1);
            if (matches[t]) {
                EXPECT_NEAR(delta_r(truth[t], made[*matches[t]]), least, 1e-12);
            }
        }
    }
}

}  // namespace
}  // namespace quench::trainer::metrics
