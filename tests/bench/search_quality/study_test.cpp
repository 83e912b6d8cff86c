#include "bench/search_quality/study.hpp"

#include "search/catalogue.hpp"

#include <gtest/gtest.h>

namespace quench::bench {
namespace {

JobTime timed(const std::string& scheduler, std::size_t finished) {
    const auto space = make_problem("sphere-5", 0).space;
    const search::SchedulerOptions options{.name = scheduler, .max = 81};
    const auto made = search::make_scheduler(options, space);
    EXPECT_TRUE(made.ok()) << scheduler;
    return job_time(**made, space, options.max, {.finished = finished, .asks = 10});
}

TEST(job_time, of_every_scheduler_is_measured_after_as_many_trials_as_were_asked_for) {
    for (const std::string& name : search::scheduler_names()) {
        const auto time = timed(name, 20);
        EXPECT_EQ(time.trials, 20u) << name;
        EXPECT_GE(time.seconds, 0) << name;
        EXPECT_LT(time.seconds, 0.1) << name;
    }
}

TEST(job_time, of_a_schedule_that_ends_is_that_of_its_last_jobs) {
    // Hyperband to 81 with eta 3, as published: 81 + 34 + 15 + 8 + 5 trials.
    EXPECT_EQ(timed("hyperband", 1000).trials, 143u);
    EXPECT_EQ(timed("none", 1000).trials, 1000u);
}

}  // namespace
}  // namespace quench::bench
