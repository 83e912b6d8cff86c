// What every scheduler of the catalogue must do.
#include "search/catalogue.hpp"
#include "tests/search/scheduler/simulation.hpp"
#include "tests/search/slower_build.hpp"

#include <algorithm>
#include <ctime>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

struct Shape {
    Resource min, max;
    int eta;
};
constexpr Shape shapes[] = {{1, 9, 3}, {1, 1, 2}, {2, 25, 3}, {3, 3, 2}, {1, 16, 2}, {5, 7, 4}};

/// "swift-hyperband paper": a name, and the mode where there is one; "sparing" of starts is no mode.
SchedulerOptions named(const std::string& text) {
    SchedulerOptions options;
    const auto space = text.find(' ');
    options.name = text.substr(0, space);
    // So few that small studies come to forecasts; by the last value, which is quick.
    if (options.name == "fast-hyperband") options.teaching = 5;
    if (options.name == "fast-hyperband") options.predictor = {.model = "last", .options = {}};
    if (space == std::string::npos) return options;
    if (text.ends_with(" sparing")) {
        options.start_cost = 0.3;
        return options;
    }
    options.mode = text.substr(space + 1);
    options.teaching = 3;
    options.predictor = {.model = "last", .options = {}};
    return options;
}

std::vector<std::string> all_names() {
    auto names = scheduler_names();
    names.emplace_back("swift-hyperband paper");
    names.emplace_back("swift-hyperband sparing");
    return names;
}

class SchedulerConformance : public testing::TestWithParam<std::string> {
  protected:
    [[nodiscard]] std::unique_ptr<Scheduler> make(std::uint64_t seed) const {
        const Shape& shape = shape_of(seed);
        SchedulerOptions options = named(GetParam());
        options.unit = "epoch";
        options.min = shape.min;
        options.max = shape.max;
        options.eta = shape.eta;
        // Two brackets where the scheduler takes them and the shape has so many rungs.
        auto with_brackets = options;
        with_brackets.brackets = 2;
        if (seed % 4 < 2)
            if (auto made = make_scheduler(with_brackets)) return std::move(made).value();
        return std::move(make_scheduler(options).value());
    }

    static const Shape& shape_of(std::uint64_t seed) { return shapes[seed % std::size(shapes)]; }

    /// A different number of workers, trials, failures and losses for each seed.
    static SimulationOptions rough(std::uint64_t seed) {
        base::Rng rng(seed, "rough study");
        SimulationOptions options;
        options.seed = seed;
        options.max = shape_of(seed).max;
        options.workers = 1 + rng.below(rng.below(2) == 0 ? 4 : 64);
        options.trials = rng.below(60);
        options.failure_rate = rng.below(3) == 0 ? 0 : 0.05 + 0.25 * rng.uniform();
        options.loss_rate = rng.below(3) == 0 ? 0 : 0.2 * rng.uniform();
        if (rng.below(20) == 0) options.failure_rate = 1;
        return options;
    }
};

TEST_P(SchedulerConformance, every_rough_study_comes_to_its_end_and_breaks_no_promise) {
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE(seed);
        const auto scheduler = make(seed);
        Simulation study(*scheduler, rough(seed));
        study.run();
        EXPECT_EQ(study.stopped + study.failed, study.trials);
        for (const Rung& rung : scheduler->rungs())
            EXPECT_LE(rung.arrived, rung.planned.value_or(rung.arrived));
        if (HasFailure()) return;
    }
}

TEST_P(SchedulerConformance, const_functions_repeat_their_answers_and_equal_events_give_equal_answers) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        const auto scheduler = make(seed);
        const auto twin = make(seed);
        auto options = rough(seed);
        options.after_event = [&](const Event& event) {
            twin->tell(event);
            const std::string now = answers(*scheduler);
            ASSERT_EQ(answers(*scheduler), now);
            ASSERT_EQ(answers(*twin), now);
        };
        Simulation(*scheduler, options).run();
        if (HasFailure()) return;
    }
}

TEST_P(SchedulerConformance, a_replay_of_every_prefix_answers_as_the_original_did) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE(seed);
        const auto scheduler = make(seed);
        std::vector<std::string> original;
        auto options = rough(seed);
        options.trials = std::min<std::size_t>(options.trials, 25);
        options.after_event = [&](const Event&) { original.push_back(answers(*scheduler)); };
        Simulation study(*scheduler, options);
        study.run();
        for (std::size_t length = 1; length <= study.events.size(); ++length) {
            const auto again = make(seed);
            for (std::size_t i = 0; i < length; ++i) again->tell(study.events[i]);
            ASSERT_EQ(answers(*again), original[length - 1]) << "after " << length << " events";
        }
    }
}

TEST_P(SchedulerConformance, a_clone_shares_nothing_with_its_original) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        const auto scheduler = make(seed);
        Simulation study(*scheduler, rough(seed));
        study.run();
        if (study.events.empty()) continue;
        const std::size_t middle = base::Rng(seed, "middle").below(study.events.size());
        const auto original = make(seed);
        for (std::size_t i = 0; i < middle; ++i) original->tell(study.events[i]);
        const std::string then = answers(*original);
        const auto clone = original->clone();
        for (std::size_t i = middle; i < study.events.size(); ++i) original->tell(study.events[i]);
        ASSERT_EQ(answers(*clone), then);
        ASSERT_EQ(answers(*original), answers(*scheduler));
        for (std::size_t i = middle; i < study.events.size(); ++i) clone->tell(study.events[i]);
        ASSERT_EQ(answers(*clone), answers(*original));
    }
}

TEST_P(SchedulerConformance, reports_after_the_end_and_repeated_reports_change_nothing) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        const auto scheduler = make(seed);
        Simulation study(*scheduler, rough(seed));
        study.run();
        const std::string then = answers(*scheduler);
        for (const Event& event : std::vector<Event>(study.events))
            if (std::holds_alternative<Reported>(event)) scheduler->tell(event);
        for (std::size_t i = 0; i < study.trials; ++i) scheduler->tell(Ended{TrialId(i), Ending::failed});
        EXPECT_EQ(answers(*scheduler), then);
    }
}

/// A schedule of 100,000 trials and more.
SchedulerOptions large(const std::string& text) {
    SchedulerOptions options = named(text);
    options.unit = "epoch";
    options.max = 27;
    if (text == "successive-halving") options.trials = 100'000;
    if (text.find("hyperband") != std::string::npos) {  // 65,536 in the first bracket, 34,953 in the second
        options.max = 65'536;
        options.eta = 2;
    }
    if (text == "pbt") {  // a quarter of the population is replaced at each of 12,000 steps
        options.max = 12'000;
        options.interval = 1;
        options.population = 40;
    }
    return options;
}

TEST_P(SchedulerConformance, a_hundred_thousand_trials_end_and_no_job_becomes_slow) {
    const SchedulerOptions options = large(GetParam());
    const auto scheduler = std::move(make_scheduler(options)).value();
    SimulationOptions study_options;
    study_options.max = options.max;
    // Fewer than a population has members: else nobody waits to be ranked.
    study_options.workers = options.name == "pbt" ? 20 : 64;
    study_options.trials = 100'000;
    // A population of which so many members failed as it is large is given up.
    study_options.failure_rate = options.name == "pbt" ? 0 : 0.05;
    study_options.loss_rate = 0.05;
    study_options.most_reports = 10;
    study_options.keep_events = false;
    Simulation study(*scheduler, study_options);
    const std::clock_t before = std::clock();  // of this process: others on the machine do not count
    study.run();
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    EXPECT_EQ(study.stopped + study.failed, study.trials);
    EXPECT_EQ(study.trials, 100'000u);
    // The bound that search/README.md states, ten times over for busy machines; the simulation's own time
    // counts too.
    EXPECT_LT(seconds / static_cast<double>(study.attempts), slower_build * 200e-6) << "mean of a job";
}

TEST(Schedulers, all_kinds_of_hyperband_plan_the_same_rounds) {
    const auto plan_of = [](const std::string& name) {
        SchedulerOptions options = named(name);
        options.unit = "epoch";
        options.max = 100;
        options.eta = 2;
        std::vector<std::tuple<int, Resource, std::size_t>> rounds;
        for (const Rung& rung : std::move(make_scheduler(options)).value()->rungs())
            rounds.emplace_back(rung.bracket, rung.at, rung.planned.value_or(0));
        return rounds;
    };
    const auto rounds = plan_of("hyperband");
    EXPECT_EQ(rounds.front(), std::tuple(6, Resource{2}, std::size_t{64}));
    for (const char* name : {"swift-hyperband", "swift-hyperband paper", "fast-hyperband"})
        EXPECT_EQ(plan_of(name), rounds) << name;
}

INSTANTIATE_TEST_SUITE_P(all, SchedulerConformance, testing::ValuesIn(all_names()), [](const auto& tested) {
    std::string name = tested.param;  // of a test: no hyphens
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '-' || c == ' '; }, '_');
    return name;
});

}  // namespace
}  // namespace quench::search::scheduler
