// Samplers of several objectives.
#include "search/sampler/nsga2.hpp"

#include "base/random.hpp"
#include "search/catalogue.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using space::FloatDomain;
using space::IntDomain;

constexpr std::size_t parameters = 5;

space::Space cube() {
    std::vector<space::Parameter> list;
    for (std::size_t i = 0; i < parameters; ++i) list.push_back({"x" + std::to_string(i), FloatDomain{}, {}});
    return space::Space::make(list).value();
}

/// ZDT1 (Zitzler, Deb, Thiele, Evol. Comp. 8, 2000): the front is 1 - sqrt(f1), where all but x0 are 0.
Values zdt1(const space::Configuration& c) {
    double g = 0;
    for (std::size_t i = 1; i < parameters; ++i) g += std::get<double>(c.at("x" + std::to_string(i)));
    g = 1 + 9 * g / static_cast<double>(parameters - 1);
    const double f1 = std::get<double>(c.at("x0"));
    return {f1, g * (1 - std::sqrt(f1 / g))};
}

/// The hypervolume up to (1.1, 1.1) that a study of 200 trials dominates; at most 0.8767 (2/3 + 0.21).
double commanded(const std::string& name, std::uint64_t seed) {
    SamplerOptions options;
    options.name = name;
    options.seed = seed;
    options.objectives = 2;
    const auto sampler = std::move(make_sampler(options, cube()).value());
    std::vector<Values> points;
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
        const auto asked = sampler->ask(TrialId(trial), 1);
        points.push_back(zdt1(asked.at(0)));
        sampler->tell(Proposed{TrialId(trial), asked[0], 0, 1});
        sampler->tell(Reported{TrialId(trial), 1, points.back()[0], {points.back()[1]}});
        sampler->tell(Ended{TrialId(trial), Ending::completed});
    }
    return hypervolume(points, {1.1, 1.1});
}

double median_commanded(const std::string& name) {
    std::vector<double> volumes;
    for (std::uint64_t seed = 0; seed < 9; ++seed) volumes.push_back(commanded(name, seed));
    std::sort(volumes.begin(), volumes.end());
    return volumes[4];
}

TEST(several_objectives, nsga2_and_tpe_command_more_than_random_search) {
    const double random = median_commanded("random");
    const double nsga2 = median_commanded("nsga2");
    const double tpe = median_commanded("tpe");
    RecordProperty("random", std::to_string(random));
    RecordProperty("nsga2", std::to_string(nsga2));
    RecordProperty("tpe", std::to_string(tpe));
    EXPECT_GT(nsga2, random + 0.2) << "random " << random << ", tpe " << tpe;
    EXPECT_GT(tpe, random + 0.2) << "random " << random << ", nsga2 " << nsga2;
}

TEST(several_objectives, a_sampler_of_one_objective_refuses_them) {
    for (const std::string name : {"gp", "cmaes"}) {
        SamplerOptions options;
        options.name = name;
        options.objectives = 2;
        EXPECT_NE(make_sampler(options, cube()).error().text().find("learns from one objective"),
                  std::string::npos);
    }
}

TEST(several_objectives, the_first_of_the_evidence_are_those_that_nothing_beats) {
    History history(space::Encoding(cube()), {.fewest = 5, .share = 0.25});
    std::vector<Values> points;
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
        base::Rng rng(5, "trade-offs", trial);
        std::vector<double> point(parameters);
        for (double& u : point) u = rng.uniform();
        points.push_back({rng.uniform(), rng.uniform()});
        history.tell(Proposed{TrialId(trial), history.encoding().decode(point), 0, 1});
        history.tell(Reported{TrialId(trial), 1, points[trial][0], {points[trial][1]}});
        history.tell(Ended{TrialId(trial), Ending::completed});
    }
    const auto evidence = history.evidence();
    ASSERT_EQ(evidence.values.size(), 60u);
    const auto front = pareto_front(points);
    for (std::size_t i = 0; i < front.size(); ++i)
        EXPECT_TRUE(std::binary_search(front.begin(), front.end(), evidence.values[i].record));
    EXPECT_EQ(evidence.values[0].value, points[evidence.values[0].record][0]);
}

TEST(nsga2, children_stay_in_the_space_and_inherit_discrete_values) {
    const auto space = space::Space::make({{"x", FloatDomain{}, {}},
                                           {"k", space::CategoricalDomain{{"a", "b", "c"}}, {}},
                                           {"n", IntDomain{1, 4}, {{"k", {"a"}}}}})
                           .value();
    Nsga2 sampler(space, {.seed = 1, .population = 10});
    for (std::uint64_t trial = 0; trial < 300; ++trial) {
        const auto asked = sampler.ask(TrialId(trial), 1);
        ASSERT_TRUE(space.check(asked.at(0)).ok());
        sampler.tell(Proposed{TrialId(trial), asked[0], 0, 1});
        const double x = std::get<double>(asked[0].at("x"));
        const bool good = asked[0].at("k") == space::Value("a");
        sampler.tell(Reported{TrialId(trial), 1, x + (good ? 0 : 1), {1 - x + (good ? 0 : 1)}});
        sampler.tell(Ended{TrialId(trial), Ending::completed});
    }
    std::size_t good = 0;
    for (const auto& configuration : sampler.ask(TrialId(300), 100))
        good += configuration.at("k") == space::Value("a") ? 1 : 0;
    EXPECT_GT(good, 60u);
}

}  // namespace
}  // namespace quench::search::sampler
