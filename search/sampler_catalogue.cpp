// The table of samplers.
#include "search/catalogue.hpp"
#include "search/name_table.hpp"
#include "search/sampler/cmaes/cmaes.hpp"
#include "search/sampler/distinct.hpp"
#include "search/sampler/enqueued.hpp"
#include "search/sampler/gp/gp.hpp"
#include "search/sampler/grid.hpp"
#include "search/sampler/nsga2.hpp"
#include "search/sampler/qmc/qmc.hpp"
#include "search/sampler/random.hpp"
#include "search/sampler/tpe/tpe.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace quench::search {
namespace {

using MadeSampler = base::Result<std::unique_ptr<sampler::Sampler>>;

struct SamplerEntry {
    std::string_view name;
    MadeSampler (*make)(const SamplerOptions&, const space::Space&);
    bool learns = false;         ///< proposes by what earlier trials showed
    bool one_objective = false;  ///< cannot learn from several
    bool cost_aware = false;     ///< takes options.cost_aware
};

constexpr std::uint64_t most_startup_trials = 1'000'000;  ///< a model that never starts is a mistake

std::optional<base::Error> startup_error(const SamplerOptions& o) {
    if (o.startup_trials >= 2 && o.startup_trials <= most_startup_trials) return std::nullopt;
    return base::Error(fmt::format(
        "startup_trials is {} (a model compares 2 trials or more, and it must begin some time) give a number "
        "from 2 to {}",
        o.startup_trials, most_startup_trials));
}

using sampler::Instead;

MadeSampler distinct(std::unique_ptr<sampler::Sampler> inner, const SamplerOptions& o,
                     const space::Space& space, Instead instead) {
    return std::unique_ptr<sampler::Sampler>(
        std::make_unique<sampler::Distinct>(std::move(inner), space, o.seed, instead));
}

MadeSampler make_random(const SamplerOptions& o, const space::Space& space) {
    return distinct(std::make_unique<sampler::Random>(space, o.seed), o, space, Instead::any);
}
MadeSampler make_qmc(const SamplerOptions& o, const space::Space& space) {
    return distinct(std::make_unique<sampler::Qmc>(space, o.seed), o, space, Instead::any);
}
MadeSampler make_tpe(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Tpe::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    return distinct(std::make_unique<sampler::Tpe>(space, options), o, space, Instead::neighbour);
}
MadeSampler make_gp(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Gp::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    options.cost_aware = o.cost_aware;
    return distinct(std::make_unique<sampler::Gp>(space, options), o, space, Instead::neighbour);
}
MadeSampler make_cmaes(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Cmaes::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    return distinct(std::make_unique<sampler::Cmaes>(space, options), o, space, Instead::neighbour);
}
MadeSampler make_nsga2(const SamplerOptions& o, const space::Space& space) {
    return distinct(std::make_unique<sampler::Nsga2>(space, sampler::Nsga2::Options{.seed = o.seed}), o,
                    space, Instead::neighbour);
}
MadeSampler make_grid(const SamplerOptions& o, const space::Space& space) {
    return sampler::Grid::make(space, o.seed, o.grid_points);
}

constexpr std::array samplers{SamplerEntry{"random", make_random},
                              SamplerEntry{"grid", make_grid},
                              SamplerEntry{"qmc", make_qmc},
                              SamplerEntry{"tpe", make_tpe, true},
                              SamplerEntry{"gp", make_gp, true, true, true},
                              SamplerEntry{"cmaes", make_cmaes, true, true},
                              SamplerEntry{"nsga2", make_nsga2, true}};

/// Names of those of which it is true, for the way out of a mistake.
template <class Holds>
std::string those_that(Holds holds) {
    std::vector<std::string_view> names;
    for (const SamplerEntry& one : samplers)
        if (holds(one)) names.push_back(one.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::string> sampler_names() {
    return names_of(samplers);
}

bool sampler_learns(const std::string& name) {
    const auto* entry = find(samplers, name);
    return entry != nullptr && entry->learns;
}

MadeSampler make_sampler(const SamplerOptions& options, const space::Space& space) {
    const auto* entry = find(samplers, options.name);
    if (!entry) return unknown(samplers, "sampler", options.name);
    if (entry->one_objective && options.objectives > 1)
        return base::Error(fmt::format(
            "the sampler {} learns from one objective (the study has {}) take one of {}", options.name,
            options.objectives, those_that([](const SamplerEntry& one) { return !one.one_objective; })));
    if (options.cost_aware && !entry->cost_aware)
        return base::Error(fmt::format(
            "the sampler {} takes no cost (it does not model how long trials take) take {}, or remove cost",
            options.name, those_that([](const SamplerEntry& one) { return one.cost_aware; })));
    for (std::size_t i = 0; i < options.enqueue.size(); ++i)
        if (const auto fits = space.check(options.enqueue[i]); !fits)
            return fits.error().in(fmt::format("enqueue, entry {}", i + 1));
    auto made = entry->make(options, space);
    if (!made || options.enqueue.empty()) return made;
    return std::unique_ptr<sampler::Sampler>(
        std::make_unique<sampler::Enqueued>(std::move(made).value(), options.enqueue));
}

}  // namespace quench::search
