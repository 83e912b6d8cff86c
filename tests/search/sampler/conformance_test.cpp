// What every sampler of the catalogue must do.
#include "search/catalogue.hpp"
#include "tests/search/space/random_space.hpp"

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

class SamplerConformance : public testing::TestWithParam<std::string> {
  protected:
    static space::Space space_of(std::uint64_t seed) {
        return space::Space::make(space::random_parameters(seed)).value();
    }
    [[nodiscard]] std::unique_ptr<Sampler> make(std::uint64_t seed) const {
        SamplerOptions options;
        options.name = GetParam();
        options.seed = seed;
        options.grid_points = 4;
        return std::move(make_sampler(options, space_of(seed)).value());
    }

    /// A sampler that fits models costs thousands of times more than others: it gets a tenth of the studies.
    [[nodiscard]] std::uint64_t studies(std::uint64_t light) const {
        return make(0)->cost() == Cost::heavy ? light / 10 : light;
    }

    /// A study as a sampler sees it: batches of proposals, some enqueued by a user, and fates of all kinds.
    static std::vector<Event> study(Sampler& sampler, const space::Space& space, std::uint64_t seed) {
        base::Rng rng(seed, "sampler study");
        std::vector<Event> events;
        const auto tell = [&](const Event& event) {
            events.push_back(event);
            sampler.tell(event);
        };
        std::uint64_t trial = 0;
        for (int turn = 0; turn < 15; ++turn) {
            auto batch = sampler.ask(TrialId(trial), 1 + rng.below(4));
            if (rng.below(5) == 0)
                batch.assign(1, space.decode(space::random_point(rng, space.dimensions())));
            for (const auto& configuration : batch) {
                EXPECT_TRUE(space.check(configuration).ok());
                tell(Proposed{TrialId(trial++), configuration, 0, 9});
            }
            if (trial == 0) break;
            const TrialId some(rng.below(trial));
            tell(Reported{some, 1 + static_cast<Resource>(rng.below(9)), rng.normal()});
            if (rng.below(2) == 0) tell(Judged{some, 3, Verdict::proceed, 9});
            if (rng.below(2) == 0) tell(Released{some});
            if (rng.below(2) == 0) tell(Ended{some, static_cast<Ending>(rng.below(5))});
        }
        tell(ProposalsEnded{});
        return events;
    }

    static std::vector<space::Configuration> answer(const Sampler& sampler, std::uint64_t first) {
        return sampler.ask(TrialId(first), 7);
    }
};

TEST_P(SamplerConformance, every_answer_is_a_valid_configuration_and_never_more_than_asked) {
    for (std::uint64_t seed = 0; seed < studies(100); ++seed) {
        const auto sampler = make(seed);
        const auto space = space_of(seed);
        study(*sampler, space, seed);
        EXPECT_TRUE(sampler->ask(TrialId(5), 0).empty());
        for (const std::size_t count : {1, 2, 33}) {
            const auto asked = sampler->ask(TrialId(1000), count);
            EXPECT_LE(asked.size(), count);
            for (const auto& c : asked) EXPECT_TRUE(space.check(c).ok());
        }
    }
}

TEST_P(SamplerConformance, asking_changes_nothing_and_a_batch_is_its_single_questions) {
    for (std::uint64_t seed = 0; seed < studies(50); ++seed) {
        const auto sampler = make(seed);
        const auto batch = answer(*sampler, 0);
        EXPECT_EQ(answer(*sampler, 0), batch);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto one = sampler->ask(TrialId(i), 1);
            ASSERT_EQ(one.size(), 1u);
            EXPECT_EQ(one[0], batch[i]);
        }
    }
}

TEST_P(SamplerConformance, a_replay_of_every_prefix_answers_as_the_original) {
    for (std::uint64_t seed = 0; seed < studies(30); ++seed) {
        const auto original = make(seed);
        const auto events = study(*original, space_of(seed), seed);
        const auto follower = make(seed);
        std::uint64_t trials = 0;
        for (std::size_t length = 1; length <= events.size(); ++length) {
            follower->tell(events[length - 1]);
            if (std::holds_alternative<Proposed>(events[length - 1])) ++trials;
            (void)answer(*follower, trials);  // asking must leave no trace
            const auto fresh = make(seed);
            for (std::size_t i = 0; i < length; ++i) fresh->tell(events[i]);
            ASSERT_EQ(answer(*fresh, trials), answer(*follower, trials)) << "seed " << seed;
        }
        EXPECT_EQ(answer(*original, trials), answer(*follower, trials));
    }
}

TEST_P(SamplerConformance, a_clone_shares_nothing_with_its_original) {
    for (std::uint64_t seed = 0; seed < studies(30); ++seed) {
        const auto scratch = make(seed);
        const auto events = study(*scratch, space_of(seed), seed);
        const auto original = make(seed);
        for (std::size_t i = 0; i < events.size() / 2; ++i) original->tell(events[i]);
        const auto clone = original->clone();
        const auto then = answer(*clone, 100);
        for (std::size_t i = events.size() / 2; i < events.size(); ++i) original->tell(events[i]);
        EXPECT_EQ(answer(*clone, 100), then);
        for (std::size_t i = events.size() / 2; i < events.size(); ++i) clone->tell(events[i]);
        EXPECT_EQ(answer(*clone, 100), answer(*original, 100));
        EXPECT_EQ(clone->cost(), original->cost());
    }
}

INSTANTIATE_TEST_SUITE_P(all, SamplerConformance, testing::ValuesIn(sampler_names()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace quench::search::sampler
