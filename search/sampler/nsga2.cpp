#include "search/sampler/nsga2.hpp"

#include "base/random.hpp"
#include "search/sampler/qmc/sobol.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::sampler {
namespace {

/// One child coordinate of two parents' (simulated binary crossover; Deb and Agrawal, Complex Systems 9,
/// 1995).
double crossed(double a, double b, double index, base::Rng& rng) {
    const double u = rng.uniform();
    const double spread =
        u < 0.5 ? std::pow(2 * u, 1 / (index + 1)) : std::pow(1 / (2 * (1 - u)), 1 / (index + 1));
    return 0.5 * ((1 + spread) * a + (1 - spread) * b);
}

/// Polynomial mutation (Deb and Goyal, Comp. Sci. and Informatics 26, 1996).
double mutated(double x, double index, base::Rng& rng) {
    const double u = rng.uniform();
    return u < 0.5 ? x + std::pow(2 * u, 1 / (index + 1)) - 1
                   : x + 1 - std::pow(2 * (1 - u), 1 / (index + 1));
}

}  // namespace

Nsga2::Nsga2(const space::Space& space, const Options& options)
    : history_(space::Encoding(space),
               {.fewest = std::max<std::size_t>(options.population, 2), .share = 0.25}),
      options_(options) {}

space::Point Nsga2::child(const std::vector<const space::Point*>& parents, TrialId trial) const {
    base::Rng rng(options_.seed, "nsga2 child", trial.value());
    const auto tournament = [&] { return std::min(rng.below(parents.size()), rng.below(parents.size())); };
    const space::Point& a = *parents[tournament()];
    const space::Point& b = *parents[tournament()];
    const bool crosses = rng.uniform() < options_.crossover_share;
    const auto axes = static_cast<double>(a.size());
    space::Point point = a;
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
        const bool nominal = history_.encoding().axes()[axis].relation == space::Relation::nominal;
        if (std::isnan(point[axis])) point[axis] = std::isnan(b[axis]) ? rng.uniform() : b[axis];
        if (crosses && rng.uniform() < 0.5 && !std::isnan(b[axis]))
            point[axis] = nominal ? b[axis] : crossed(point[axis], b[axis], options_.crossover_index, rng);
        if (rng.uniform() < 1 / axes)
            point[axis] = nominal ? rng.uniform() : mutated(point[axis], options_.mutation_index, rng);
        point[axis] = std::clamp(point[axis], 0.0, 1.0);
    }
    return point;
}

std::vector<space::Configuration> Nsga2::ask(TrialId first, std::size_t count) const {
    const space::Encoding& encoding = history_.encoding();
    std::vector<const space::Point*> parents;
    const Evidence evidence = history_.known() < options_.population ? Evidence{} : history_.evidence();
    for (std::size_t i = 0; i < std::min(options_.population, evidence.values.size()); ++i)
        parents.push_back(&history_.records()[evidence.values[i].record].point);
    std::vector<space::Configuration> configurations;
    for (TrialId trial = first; configurations.size() < count; trial = trial.next())
        configurations.push_back(encoding.decode(
            parents.size() < 2 ? sobol_point(options_.seed, trial.value(), encoding.dimensions())
                               : child(parents, trial)));
    return configurations;
}

}  // namespace quench::search::sampler
