#include "search/sampler/random.hpp"

#include "tests/search/space/random_space.hpp"

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

TEST(random_sampler, the_configuration_of_a_trial_depends_on_seed_and_number_alone) {
    const auto space = space::Space::make(space::random_parameters(11)).value();
    Random sampler(space, 5);
    const auto before = sampler.ask(TrialId(40), 3);
    sampler.tell(Proposed{TrialId(39), before[0], 0, 1});
    sampler.tell(Reported{TrialId(39), 1, 0.5});
    EXPECT_EQ(sampler.ask(TrialId(40), 3), before);
    EXPECT_EQ(Random(space, 5).ask(TrialId(41), 1)[0], before[1]);
    EXPECT_NE(Random(space, 6).ask(TrialId(40), 3), before);
}

TEST(random_sampler, a_published_seed_keeps_its_numbers) {
    // The journal of old studies is verified against these: a change here is a change of format.
    const auto space =
        space::Space::make({{"k", space::IntDomain{0, 999'999, space::Scale::linear, 1}, {}}}).value();
    std::vector<std::int64_t> drawn;
    for (const auto& c : Random(space, 1).ask(TrialId(0), 3))
        drawn.push_back(std::get<std::int64_t>(c.at("k")));
    EXPECT_EQ(drawn, (std::vector<std::int64_t>{323113, 360871, 991110}));
}

}  // namespace
}  // namespace quench::search::sampler
