#include "orchestrator/simulate/calibration.hpp"

#include "base/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

TEST(calibration, a_chance_lies_in_the_bin_that_holds_it_and_certainty_in_the_last) {
    for (std::size_t i = 0; i + 1 < Calibration::edges.size(); ++i) {
        Calibration one;
        one.add({.chance = Calibration::edges[i], .stopped = false, .survived = true});
        EXPECT_EQ(one.bins()[i].verdicts, 1u);
    }
    Calibration sure;
    sure.add({.chance = 1, .stopped = true, .survived = true});
    EXPECT_EQ(sure.bins().back().stopped_survived, 1u);
}

TEST(calibration, of_several_runs_is_that_of_all_their_verdicts) {
    base::Rng rng(1, "verdicts");
    Calibration all;
    Calibration parts[3];
    for (int i = 0; i < 3000; ++i) {
        const double chance = rng.uniform();
        const Calibration::Outcome outcome{
            .chance = chance, .stopped = rng.below(3) == 0, .survived = rng.uniform() < chance};
        all.add(outcome);
        parts[i % 3].add(outcome);
    }
    Calibration sum;
    for (const Calibration& part : parts) sum.add(part);
    for (std::size_t i = 0; i < all.bins().size(); ++i) {
        const ChanceBin& bin = all.bins()[i];
        EXPECT_EQ(bin.verdicts, sum.bins()[i].verdicts);
        EXPECT_EQ(bin.stopped_survived, sum.bins()[i].stopped_survived);
        EXPECT_NEAR(bin.chances, sum.bins()[i].chances, 1e-9);
        // Drawn as it is said: four standard deviations of the share.
        if (bin.verdicts <= 30) continue;
        EXPECT_NEAR(bin.share_survived(), bin.mean_chance(),
                    2 / std::sqrt(static_cast<double>(bin.verdicts)));
    }
}

}  // namespace
}  // namespace quench::orchestrator::simulate
