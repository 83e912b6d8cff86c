#include "search/sampler/qmc/qmc.hpp"

#include "search/sampler/qmc/sobol.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

TEST(sobol, every_axis_has_one_of_the_first_points_in_each_slice) {
    for (std::uint64_t seed = 0; seed < 5; ++seed)
        for (const std::size_t points : {16, 256}) {
            std::vector<std::set<int>> slices(70);
            for (std::size_t i = 0; i < points; ++i) {
                const auto point = sobol_point(seed, i, slices.size());
                for (std::size_t axis = 0; axis < slices.size(); ++axis) {
                    ASSERT_GT(point[axis], 0);
                    ASSERT_LT(point[axis], 1);
                    slices[axis].insert(static_cast<int>(point[axis] * static_cast<double>(points)));
                }
            }
            for (const auto& slice : slices) EXPECT_EQ(slice.size(), points);
        }
}

TEST(sobol, the_first_two_axes_are_a_net_of_quality_zero) {
    // Sobol's axes 1 and 2 form a (0, m, 2)-net: every box of 2^-a by 2^(a-m) holds one of 2^m points. Owen
    // scrambling keeps it.
    constexpr int m = 6;
    for (std::uint64_t seed = 0; seed < 5; ++seed)
        for (int a = 0; a <= m; ++a) {
            std::set<std::pair<int, int>> boxes;
            for (int i = 0; i < (1 << m); ++i) {
                const auto p = sobol_point(seed, i, 2);
                boxes.emplace(static_cast<int>(std::ldexp(p[0], a)),
                              static_cast<int>(std::ldexp(p[1], m - a)));
            }
            EXPECT_EQ(boxes.size(), 1u << m) << "a = " << a;
        }
}

TEST(sobol, integrates_better_than_random_points_do) {
    // f = prod(1 + (u_j - 1/2)) over 8 axes: mean 1, variance (1 + 1/12)^8 - 1 = 0.897. The mean of 1024
    // random points errs by sqrt(0.897 / 1024) = 0.030; Owen's errs by much less on a smooth integrand.
    double squares = 0;
    constexpr int seeds = 20;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        double sum = 0;
        for (std::uint64_t i = 0; i < 1024; ++i) {
            double product = 1;
            for (const double u : sobol_point(seed, i, 8)) product *= u + 0.5;
            sum += product;
        }
        squares += std::pow(sum / 1024 - 1, 2);
    }
    EXPECT_LT(std::sqrt(squares / seeds), 0.030 / 5);
}

TEST(qmc_sampler, the_configuration_of_a_trial_depends_on_seed_and_number_alone) {
    const auto space =
        space::Space::make({{"x", space::FloatDomain{}, {}}, {"k", space::IntDomain{1, 9}, {}}}).value();
    Qmc sampler(space, 5);
    const auto before = sampler.ask(TrialId(40), 3);
    sampler.tell(Proposed{TrialId(39), before[0], 0, 1});
    EXPECT_EQ(sampler.ask(TrialId(40), 3), before);
    EXPECT_EQ(Qmc(space, 5).ask(TrialId(41), 1)[0], before[1]);
    EXPECT_NE(Qmc(space, 6).ask(TrialId(40), 3), before);
}

}  // namespace
}  // namespace quench::search::sampler
