#include "bench/search_quality/problem.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::bench {
namespace {

/// The regrets on {.2, .5, .8}^d of the unit cube, sorted: the same for a function whose axes are turned
/// round or in another order.
std::vector<double> on_the_grid(const Problem& problem) {
    std::vector<double> values;
    std::vector<std::size_t> at(problem.space.dimensions(), 0);
    for (std::size_t axis = 0; axis < at.size();) {
        std::vector<double> point;
        for (const std::size_t i : at) point.push_back(0.2 + 0.3 * static_cast<double>(i));
        values.push_back(problem.regret(problem.space.decode(point)));
        for (axis = 0; axis < at.size() && ++at[axis] == 3; ++axis) at[axis] = 0;
    }
    std::sort(values.begin(), values.end());
    return values;
}

TEST(problem, with_learning_curves_ends_at_the_plain_function_whatever_its_instance) {
    for (const std::string name : {"branin", "hartmann3", "hartmann6"}) {
        const auto plain = on_the_grid(make_problem(name, 0));
        for (const std::uint64_t seed : {0, 1, 2, 9000}) {
            const Problem problem = make_problem("fidelity-" + name, seed);
            EXPECT_THAT(on_the_grid(problem), testing::Pointwise(testing::DoubleNear(1e-9), plain)) << name;
            const auto middle = problem.space.decode(std::vector<double>(problem.space.dimensions(), 0.4));
            EXPECT_EQ(problem.after_step(middle, full_fidelity), problem.regret(middle));
            EXPECT_NE(problem.after_step(middle, 1), problem.regret(middle));
        }
    }
}

TEST(problem, instances_differ_by_their_seed_and_by_nothing_else) {
    for (const std::string name : {"fidelity-branin", "fidelity-hartmann3", "fidelity-hartmann6"}) {
        std::set<double> regrets;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto regret = [&] {
                const Problem problem = make_problem(name, seed);
                std::vector<double> point;
                for (std::size_t i = 0; i < problem.space.dimensions(); ++i)
                    point.push_back(0.1 + 0.12 * static_cast<double>(i));
                return problem.regret(problem.space.decode(point));
            };
            EXPECT_EQ(regret(), regret());
            regrets.insert(regret());
        }
        // Branin has 2! * 2^2 = 8 instances, so 20 seeds cannot but repeat some.
        EXPECT_GE(regrets.size(), 4u) << name;
    }
}

TEST(problem, every_name_of_a_suite_makes_a_problem) {
    for (const std::string& name : problem_names("all")) {
        const Problem problem = make_problem(name, 3);
        EXPECT_EQ(problem.name, name);
        EXPECT_EQ(static_cast<bool>(problem.after_step), name.starts_with("fidelity-"));
    }
}

}  // namespace
}  // namespace quench::bench
