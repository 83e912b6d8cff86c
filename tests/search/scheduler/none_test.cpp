#include "search/scheduler/none.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

TEST(none, each_trial_is_trained_to_the_maximum_and_stopped_there) {
    None scheduler(9, "epoch");
    SimulationOptions options;
    options.max = 9;
    options.workers = 3;
    options.trials = 10;
    Simulation study(scheduler, options);
    study.run();
    EXPECT_EQ(study.spent, 90);
    EXPECT_EQ(study.stopped, 10u);
}

TEST(none, the_reason_names_the_maximum) {
    None scheduler(9, "epoch");
    scheduler.tell(Proposed{TrialId(0), {}, 0, 9});
    scheduler.tell(Reported{TrialId(0), 8, 1.0});
    EXPECT_TRUE(scheduler.judgements_due().empty());
    scheduler.tell(Reported{TrialId(0), 9, 0.5});
    ASSERT_EQ(scheduler.judgements_due().size(), 1u);
    EXPECT_EQ(scheduler.judgements_due()[0].reason, "trained to max (9 epochs)");
    EXPECT_EQ(scheduler.rungs()[0].best, 0.5);
}

}  // namespace
}  // namespace quench::search::scheduler
