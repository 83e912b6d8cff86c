#include "search/scheduler/pbt.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

space::Space one_number() {
    return space::Space::make({{"x", space::FloatDomain{1, 100, space::Scale::log, std::nullopt}, {}}})
        .value();
}

/// A population of four; one is the best quarter, one the worst.
Pbt::Options four() {
    Pbt::Options options;
    options.population = 4;
    options.interval = 5;
    options.max = 20;
    options.unit = "epoch";
    return options;
}

/// The caller of a scheduler, step by step.
struct Story {
    Pbt pbt{four(), one_number()};

    void start(std::uint64_t trial) {
        const Start start = std::get<Start>(pbt.next_job());
        std::optional<Parent> parent;
        space::Configuration configuration{{"x", 10.0}};
        if (start.child) {
            parent = start.child->parent;
            configuration = start.child->configuration;
        }
        pbt.tell(Proposed{TrialId(trial), configuration, start.bracket, start.to, parent});
        judge();
    }
    void report(std::uint64_t trial, Resource step, double value) {
        pbt.tell(Reported{TrialId(trial), step, value});
        judge();
    }
    void arrive(std::uint64_t trial, Resource step, double value) {
        report(trial, step, value);
        pbt.tell(Released{TrialId(trial)});
    }
    void judge() {
        for (auto due = pbt.judgements_due(); !due.empty(); due = pbt.judgements_due())
            for (const Judgement& j : due) {
                given.push_back(j);
                pbt.tell(Judged{j.trial, j.step, j.verdict, j.to});
                if (j.verdict == Verdict::stop)
                    pbt.tell(Ended{j.trial, j.step == 20 ? Ending::completed : Ending::stopped});
            }
    }
    /// Gives the promotion that is due and returns its trial.
    std::uint64_t promote() {
        const Job job = pbt.next_job();
        if (!std::holds_alternative<Promote>(job)) ADD_FAILURE() << answers(pbt);
        const Judgement j = std::get<Promote>(job).judgement;
        given.push_back(j);
        pbt.tell(Judged{j.trial, j.step, j.verdict, j.to});
        return j.trial.value();
    }
    [[nodiscard]] bool waits() const { return std::holds_alternative<Wait>(pbt.next_job()); }

    std::vector<Judgement> given;
};

/// Four members at 5 epochs, with values 1, 2, 3, 4.
Story four_at_five() {
    Story story;
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.start(trial);
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.arrive(trial, 5, static_cast<double>(trial + 1));
    return story;
}

TEST(pbt, the_sampler_gives_the_population_and_everybody_pauses_at_every_interval) {
    const Story story = four_at_five();
    ASSERT_EQ(story.given.size(), 4u);
    for (const Judgement& judgement : story.given) EXPECT_EQ(judgement.verdict, Verdict::pause);
}

TEST(pbt, the_worst_is_replaced_by_a_perturbed_child_of_the_best) {
    Story story = four_at_five();
    const Start start = std::get<Start>(story.pbt.next_job());
    ASSERT_TRUE(start.child);
    EXPECT_EQ(start.child->parent, (Parent{TrialId(0), 5}));
    EXPECT_EQ(start.to, 10);
    EXPECT_NE(start.child->configuration.at("x"), space::Value(10.0));
    story.start(4);
    const Judgement& stop = story.given.back();
    EXPECT_EQ(stop.trial, TrialId(3));
    EXPECT_EQ(stop.verdict, Verdict::stop);
    EXPECT_EQ(stop.reason,
              "rank 4 of 4 at 5 epochs, of the worst 1: trial 4 takes its place, from trial 0 at 5 epochs");
    EXPECT_EQ(stop.threshold, 3.0);
}

TEST(pbt, a_parent_goes_on_once_its_child_has_reported) {
    Story story = four_at_five();
    story.start(4);
    EXPECT_EQ(story.promote(), 1u);
    EXPECT_EQ(story.promote(), 2u);
    EXPECT_TRUE(story.waits());
    story.report(4, 6, 0.9);
    EXPECT_EQ(story.promote(), 0u);
}

TEST(pbt, a_parent_goes_on_once_its_child_has_ended_and_the_place_gets_another) {
    Story story = four_at_five();
    story.start(4);
    story.pbt.tell(Ended{TrialId(4), Ending::failed});
    EXPECT_EQ(std::get<Start>(story.pbt.next_job()).child->parent, (Parent{TrialId(0), 5}));
    story.start(5);
    story.report(5, 6, 0.9);
    EXPECT_EQ(story.promote(), 0u);
}

TEST(pbt, nobody_waits_for_those_that_are_behind) {
    Story story;
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.start(trial);
    story.arrive(3, 5, 4);
    EXPECT_EQ(story.promote(), 3u);
    story.arrive(2, 5, 3);
    EXPECT_EQ(story.promote(), 2u);
}

TEST(pbt, who_is_ahead_is_compared_by_what_it_had_at_that_step_and_copied_from_where_it_stands) {
    Story story;
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.start(trial);
    for (const std::uint64_t ahead : {0, 1, 2}) {
        story.arrive(ahead, 5, static_cast<double>(ahead + 1));
        EXPECT_EQ(story.promote(), ahead);
    }
    story.arrive(0, 10, 0.5);
    EXPECT_EQ(story.promote(), 0u);
    story.arrive(3, 5, 4);
    EXPECT_TRUE(story.waits()) << "the best is being trained";
    story.arrive(0, 15, 0.4);
    EXPECT_EQ(std::get<Start>(story.pbt.next_job()).child->parent, (Parent{TrialId(0), 15}));
    EXPECT_EQ(std::get<Start>(story.pbt.next_job()).to, 20);
}

TEST(pbt, the_worst_goes_on_when_the_best_will_not_pause_again) {
    Story story;
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.start(trial);
    for (const std::uint64_t ahead : {0, 1, 2}) {
        story.arrive(ahead, 5, static_cast<double>(ahead + 1));
        EXPECT_EQ(story.promote(), ahead);
    }
    for (const Resource step : {10, 15}) {
        story.arrive(0, step, 0.5);
        EXPECT_EQ(story.promote(), 0u);
    }
    story.arrive(3, 5, 4);
    EXPECT_EQ(story.promote(), 3u);
    EXPECT_EQ(story.given.back().reason, "rank 4 of 4 at 5 epochs: none of the best is left to be copied");
}

TEST(pbt, each_step_is_ranked_by_all_that_came_to_it_so_that_one_loss_does_not_bring_the_next) {
    Story story = four_at_five();
    story.start(4);
    story.report(4, 6, 0.9);
    EXPECT_EQ(story.promote(), 0u);
    EXPECT_EQ(story.promote(), 1u);
    EXPECT_EQ(story.promote(), 2u);
}

TEST(pbt, a_child_is_copied_for_what_its_ancestors_had) {
    Story story = four_at_five();
    story.start(4);  // in the place of 3, from 0
    story.pbt.tell(Ended{TrialId(0), Ending::failed});
    story.report(4, 6, 0.9);
    EXPECT_EQ(story.promote(), 1u);
    EXPECT_EQ(story.promote(), 2u);
    EXPECT_TRUE(story.waits());
    story.arrive(4, 10, 0.8);
    EXPECT_EQ(std::get<Start>(story.pbt.next_job()).child->parent, (Parent{TrialId(4), 10})) << "0's place";
}

TEST(pbt, after_the_last_proposal_all_are_trained_to_max) {
    Story story = four_at_five();
    story.pbt.tell(ProposalsEnded{});
    for (const Resource step : {10, 15, 20})
        for (std::uint64_t trial = 0; trial < 4; ++trial) {
            ASSERT_EQ(story.promote(), trial);
            story.arrive(trial, step, static_cast<double>(trial));
        }
    EXPECT_EQ(std::get<Finished>(story.pbt.next_job()).reason,
              "all 4 members of the population are trained to max");
}

TEST(pbt, a_program_that_always_fails_is_not_started_for_ever) {
    Story story;
    std::uint64_t trials = 0;
    while (std::holds_alternative<Start>(story.pbt.next_job())) {
        story.start(trials);
        story.pbt.tell(Ended{TrialId(trials++), Ending::failed});
        ASSERT_LT(trials, 100u);
    }
    EXPECT_EQ(trials, 8u);
    EXPECT_EQ(std::get<Finished>(story.pbt.next_job()).reason, "no member of the population is left");
}

TEST(pbt, nobody_is_replaced_before_min) {
    auto options = four();
    options.min = 10;
    Story story{Pbt(options, one_number()), {}};
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.start(trial);
    for (std::uint64_t trial = 0; trial < 4; ++trial) story.arrive(trial, 5, static_cast<double>(trial + 1));
    for (std::uint64_t trial = 0; trial < 4; ++trial) EXPECT_EQ(story.promote(), trial);
}

/// What a rate gains at a step: the best one falls from 0.8 to 0.04 in 100 steps, so that no constant is
/// good.
double worth(double rate, Resource step) {
    return 1 - std::abs(std::log(rate * (1 + static_cast<double>(step) / 4)));
}

/// A population of 16 by one worker; the trials of the sampler are uniform in the logarithm. The best sum.
double best_of_population(std::uint64_t seed) {
    Pbt::Options options;
    options.interval = 5;
    options.max = 100;
    options.seed = seed;
    const auto space =
        space::Space::make({{"rate", space::FloatDomain{0.01, 1, space::Scale::log, std::nullopt}, {}}})
            .value();
    Pbt pbt(options, space);
    struct Trained {
        double rate = 0;
        std::map<Resource, double> sums{{0, 0.0}};
    };
    std::vector<Trained> trials;
    for (;;) {
        const Job job = pbt.next_job();
        TrialId trial(trials.size());
        Resource to = 0;
        if (const auto* start = std::get_if<Start>(&job)) {
            space::Configuration configuration =
                start->child ? start->child->configuration
                             : space.decode(std::vector{base::Rng(seed, "uniform", trial.value()).uniform()});
            Trained next;
            std::optional<Parent> parent;
            if (start->child) {
                parent = start->child->parent;
                next.sums = {{parent->step, trials[parent->trial.value()].sums.at(parent->step)}};
            }
            next.rate = std::get<double>(configuration.at("rate"));
            trials.push_back(next);
            to = start->to;
            pbt.tell(Proposed{trial, std::move(configuration), 0, to, parent});
        } else if (const auto* promote = std::get_if<Promote>(&job)) {
            const Judgement& j = promote->judgement;
            trial = j.trial;
            to = j.to;
            pbt.tell(Judged{j.trial, j.step, j.verdict, j.to});
        } else {
            EXPECT_TRUE(std::holds_alternative<Finished>(job));
            break;
        }
        Trained& trained = trials[trial.value()];
        const auto [from, sum] = *trained.sums.rbegin();
        double gained = sum;
        for (Resource step = from + 1; step <= to; ++step) gained += worth(trained.rate, step);
        trained.sums[to] = gained;
        pbt.tell(Reported{trial, to, -gained});
        for (auto due = pbt.judgements_due(); !due.empty(); due = pbt.judgements_due())
            for (const Judgement& j : due) pbt.tell(Judged{j.trial, j.step, j.verdict, j.to});
        pbt.tell(Released{trial});
    }
    double best = -1e300;
    for (const Trained& trained : trials)
        if (trained.sums.rbegin()->first == options.max) best = std::max(best, trained.sums.rbegin()->second);
    return best;
}

TEST(pbt, finds_a_schedule_that_no_constant_comes_near) {
    double constant = -1e300;
    for (double rate = 0.01; rate < 1; rate *= 1.01) {
        double sum = 0;
        for (Resource step = 1; step <= 100; ++step) sum += worth(rate, step);
        constant = std::max(constant, sum);
    }
    double mean = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const double best = best_of_population(seed);
        EXPECT_GT(best, constant) << seed;
        EXPECT_LE(best, 100) << "what the falling rate itself would gain";
        mean += best / 20;
    }
    RecordProperty("best_constant", std::to_string(constant));
    RecordProperty("mean_of_populations", std::to_string(mean));
    // Half of the way from the best constant to the best schedule there is.
    EXPECT_GT(mean, (constant + 100) / 2) << constant;
}

TEST(pbt, rough_studies_without_a_limit_of_trials_end_by_themselves_within_the_bound) {
    std::size_t children = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE(seed);
        base::Rng rng(seed, "rough population");
        Pbt::Options options;
        options.population = 2 + rng.below(20);
        options.interval = 1 + static_cast<Resource>(rng.below(4));
        options.max = options.interval + static_cast<Resource>(rng.below(20));
        options.quantile = 0.5;
        options.seed = seed;
        SimulationOptions study;
        study.seed = seed;
        study.max = options.max;
        study.workers = 1 + rng.below(rng.below(2) == 0 ? 3 : 40);
        study.failure_rate = rng.below(3) == 0 ? 0 : 0.3 * rng.uniform();
        study.loss_rate = rng.below(3) == 0 ? 0 : 0.3 * rng.uniform();
        study.random_times = rng.below(4) != 0;
        Pbt pbt(options, one_number());
        Simulation simulation(pbt, study);
        simulation.run();
        const auto intervals = static_cast<std::size_t>((options.max - 1) / options.interval);
        EXPECT_LE(simulation.trials, options.population * (2 + intervals));
        EXPECT_EQ(simulation.stopped + simulation.failed, simulation.trials);
        children += simulation.children;
        if (HasFailure()) return;
    }
    EXPECT_GT(children, 5'000u);
}

}  // namespace
}  // namespace quench::search::scheduler
