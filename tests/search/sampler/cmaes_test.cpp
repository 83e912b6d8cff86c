#include "search/sampler/cmaes/cmaes.hpp"

#include "base/random.hpp"
#include "search/sampler/random.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using space::CategoricalDomain;
using space::Configuration;
using space::FloatDomain;
using space::IntDomain;

double number(const Configuration& c, const std::string& name) {
    const auto& value = c.at(name);
    if (const double* x = std::get_if<double>(&value)) return *x;
    return static_cast<double>(std::get<std::int64_t>(value));
}

space::Space box(std::size_t dimensions) {
    std::vector<space::Parameter> parameters;
    for (std::size_t i = 0; i < dimensions; ++i)
        parameters.push_back({std::string{'x', static_cast<char>('0' + i)}, FloatDomain{}, {}});
    return space::Space::make(parameters).value();
}

/// The least value after so many trials, of which `workers` run at a time and end in keyed order.
double least(Sampler& sampler, std::uint64_t trials, std::size_t workers,
             const std::function<double(const Configuration&)>& function) {
    base::Rng ends(1, "which ends");
    std::vector<std::pair<TrialId, double>> running;
    double best = HUGE_VAL;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const auto c = sampler.ask(TrialId(trial), 1).at(0);
        sampler.tell(Proposed{TrialId(trial), c, 0, 1});
        running.emplace_back(TrialId(trial), function(c));
        if (running.size() < workers) continue;
        const std::size_t which = ends.below(running.size());
        const auto [id, value] = running[which];
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
        if (std::isfinite(value)) sampler.tell(Reported{id, 1, value});
        sampler.tell(Ended{id, std::isfinite(value) ? Ending::completed : Ending::diverged});
        best = std::min(best, value);
    }
    return best;
}

double rosenbrock(const Configuration& c) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < c.size(); ++i) {
        const double x = 4 * number(c, {'x', static_cast<char>('0' + i)}) - 2;
        const double y = 4 * number(c, {'x', static_cast<char>('1' + i)}) - 2;
        sum += 100 * std::pow(y - x * x, 2) + std::pow(x - 1, 2);
    }
    return sum;
}

TEST(quadratic, a_quadratic_function_is_recovered_with_its_minimum) {
    base::Rng rng(2, "quadratic");
    constexpr Index axes = 3, count = 25;
    MatrixXd root(axes, axes), points(axes, count);
    for (double& x : root.reshaped()) x = rng.normal();
    const MatrixXd curvature = root * root.transpose() + MatrixXd::Identity(axes, axes);
    const VectorXd optimum{{0.3, -1, 2}};
    const auto function = [&](const VectorXd& x) {
        return 7 + 0.5 * (x - optimum).dot(curvature * (x - optimum));
    };
    std::vector<VectorXd> drawn(count, VectorXd(axes));
    for (VectorXd& x : drawn)
        for (double& component : x) component = 2 * rng.normal();
    std::sort(drawn.begin(), drawn.end(),
              [&](const VectorXd& a, const VectorXd& b) { return function(a) < function(b); });
    VectorXd values(count);
    for (Index i = 0; i < count; ++i) {
        points.col(i) = drawn[static_cast<std::size_t>(i)];
        values[i] = function(points.col(i));
    }
    const auto model = Quadratic::fit(points, values);
    ASSERT_TRUE(model);
    ASSERT_TRUE(model->minimum());
    EXPECT_LT((*model->minimum() - optimum).norm(),
              1e-5);  // the ridge of 1e-9 against a condition of some 1e3
    // Values are scaled to the range of the data.
    const double scale = values[count - 1] - values[0];
    EXPECT_NEAR(model->at(points.col(9)), (values[9] - values[0]) / scale, 1e-6);
    EXPECT_FALSE(Quadratic::fit(points.leftCols(9), values.head(9)));  // 10 terms
    EXPECT_FALSE(Quadratic::fit(points, VectorXd::Constant(count, 1)));
}

TEST(quadratic, a_saddle_has_no_minimum) {
    base::Rng rng(3, "saddle");
    MatrixXd points(2, 12);
    VectorXd values(12);
    for (double& x : points.reshaped()) x = rng.normal();
    for (Index i = 0; i < 12; ++i) values[i] = std::pow(points(0, i), 2) - std::pow(points(1, i), 2);
    std::vector<Index> order(12);
    for (Index i = 0; i < 12; ++i) order[static_cast<std::size_t>(i)] = i;
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return values[a] < values[b]; });
    MatrixXd sorted(2, 12);
    VectorXd rising(12);
    for (Index i = 0; i < 12; ++i) {
        sorted.col(i) = points.col(order[static_cast<std::size_t>(i)]);
        rising[i] = values[order[static_cast<std::size_t>(i)]];
    }
    const auto model = Quadratic::fit(sorted, rising);
    ASSERT_TRUE(model);
    EXPECT_FALSE(model->minimum());
}

TEST(evolution, learns_the_shape_of_an_ellipsoid_without_any_model) {
    Evolution evolution(VectorXd::Constant(4, 0.2), 0.2);
    const VectorXd optimum{{0.6, 0.3, 0.5, 0.7}}, stretch{{1, 10, 100, 1000}};
    const auto value = [&](const VectorXd& x) { return (x - optimum).cwiseProduct(stretch).squaredNorm(); };
    const VectorXd least = VectorXd::Zero(4);
    for (std::uint64_t generation = 0; generation < 200; ++generation) {
        std::vector<VectorXd> points;
        base::Rng rng(1, "evolution", generation);
        for (int i = 0; i < 8; ++i) {
            points.push_back(evolution.draw(least, rng));
            ASSERT_TRUE((points.back().array() >= 0).all() && (points.back().array() <= 1).all());
        }
        std::sort(points.begin(), points.end(),
                  [&](const VectorXd& a, const VectorXd& b) { return value(a) < value(b); });
        evolution.update(points);
    }
    EXPECT_LT(value(evolution.mean()), 1e-8);
    EXPECT_GT(evolution.deviation(0), 30 * evolution.deviation(3));  // 1000 in the limit
    const VectorXd point = VectorXd::Constant(4, 0.4);
    EXPECT_LT((evolution.coloured(evolution.whitened(point)) - point).norm(), 1e-9);
}

TEST(evolution, injected_points_far_away_do_not_throw_it_off) {
    Evolution evolution(VectorXd::Constant(3, 0.5), 1e-4);
    for (int i = 0; i < 20; ++i) {
        const std::vector<VectorXd> far{VectorXd::Constant(3, 1), VectorXd::Zero(3), VectorXd{{1, 0, 1}},
                                        VectorXd{{0, 1, 0}}};
        evolution.update(far);
        ASSERT_TRUE(evolution.mean().allFinite());
        ASSERT_GT(evolution.deviation(0), 0);
        ASSERT_LE(evolution.deviation(0), 20);
    }
}

TEST(cmaes, follows_the_valley_of_rosenbrock_alone_and_with_twenty_workers) {
    for (const std::size_t workers : {1, 20}) {
        Cmaes cmaes(box(4), {.seed = 1});
        EXPECT_LT(least(cmaes, 800, workers, rosenbrock), 0.2) << workers;  // random search: some 10
    }
}

TEST(cmaes, learns_integers_choices_and_branches) {
    const auto space = space::Space::make({{"x", FloatDomain{}, {}},
                                           {"k", IntDomain{1, 12}, {}},
                                           {"kind", CategoricalDomain{{"a", "b", "c", "d"}}, {}},
                                           {"y", FloatDomain{}, {{"kind", {"c"}}}}})
                           .value();
    const auto function = [](const Configuration& c) {
        const double kind = std::get<std::string>(c.at("kind")) == "c" ? std::abs(number(c, "y") - 0.2) : 1;
        return kind + std::abs(number(c, "x") - 0.9) + 0.2 * std::abs(number(c, "k") - 3);
    };
    double sum = 0, random_sum = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        Cmaes cmaes(space, {.seed = seed});
        Random random(space, seed);
        sum += least(cmaes, 500, 1, function);
        random_sum += least(random, 500, 1, function);
    }
    EXPECT_LT(sum, 0.6 * random_sum);
}

TEST(cmaes, starts_again_where_it_is_stuck_and_where_everything_is_equal) {
    // Two valleys; the wide one ends at 1, the narrow one (a twentieth of an axis) at 0.
    const auto valleys = [](const Configuration& c) {
        const double wide = 1 + std::pow(number(c, "x0") - 0.2, 2),
                     narrow = 20 * std::abs(number(c, "x0") - 0.85);
        return std::min(wide, narrow);
    };
    Cmaes cmaes(box(1), {.seed = 3});
    EXPECT_LT(least(cmaes, 600, 1, valleys), 1e-3);
    Cmaes flat(box(2), {.seed = 3});
    EXPECT_EQ(least(flat, 300, 1, [](const Configuration&) { return 4.0; }), 4);
    Cmaes broken(box(2), {.seed = 3});
    EXPECT_EQ(least(broken, 300, 1, [](const Configuration&) { return HUGE_VAL; }), HUGE_VAL);
}

}  // namespace
}  // namespace quench::search::sampler
