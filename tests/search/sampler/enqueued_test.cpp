#include "search/sampler/enqueued.hpp"

#include "search/catalogue.hpp"

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using space::Configuration;
using space::IntDomain;

const space::Space& digits() {
    static const auto space =
        space::Space::make({{"a", IntDomain{0, 9}, {}}, {"b", IntDomain{0, 9}, {}}}).value();
    return space;
}

SamplerOptions with_two(const std::string& name) {
    SamplerOptions options;
    options.name = name;
    options.seed = 3;
    options.enqueue = {{{"a", std::int64_t{7}}, {"b", std::int64_t{7}}},
                       {{"a", std::int64_t{0}}, {"b", std::int64_t{9}}}};
    return options;
}

TEST(enqueued, every_sampler_proposes_them_first_and_in_their_order_and_never_again) {
    for (const std::string& name : sampler_names()) {
        const auto sampler = std::move(make_sampler(with_two(name), digits()).value());
        const auto batch = sampler->ask(TrialId(0), 100);
        ASSERT_EQ(batch.size(), 100u) << name;
        EXPECT_EQ(batch[0], with_two(name).enqueue[0]);
        EXPECT_EQ(batch[1], with_two(name).enqueue[1]);
        for (std::uint64_t trial = 0; trial < 100; ++trial) {
            const auto one = sampler->ask(TrialId(trial), 1);
            ASSERT_EQ(one.size(), 1u);
            EXPECT_EQ(one[0], batch[trial]) << name << " " << trial;
            if (trial > 1) {
                EXPECT_NE(one[0], batch[0]);
                EXPECT_NE(one[0], batch[1]);
            }
            sampler->tell(Proposed{TrialId(trial), one[0], 0, 9});
        }
        EXPECT_TRUE(sampler->ask(TrialId(100), 1).empty());
    }
}

TEST(enqueued, one_that_is_not_of_the_space_is_refused) {
    auto options = with_two("random");
    options.enqueue[1]["a"] = std::int64_t{10};
    EXPECT_NE(make_sampler(options, digits()).error().text().find("enqueue, entry 2: a: 10 is out of range"),
              std::string::npos);
}

}  // namespace
}  // namespace quench::search::sampler
