#include "search/catalogue.hpp"

#include "search/name_distance.hpp"
#include "search/sampler/cmaes/cmaes.hpp"
#include "search/sampler/distinct.hpp"
#include "search/sampler/enqueued.hpp"
#include "search/sampler/gp/gp.hpp"
#include "search/sampler/grid.hpp"
#include "search/sampler/nsga2.hpp"
#include "search/sampler/qmc/qmc.hpp"
#include "search/sampler/random.hpp"
#include "search/sampler/tpe/tpe.hpp"
#include "search/scheduler/asha.hpp"
#include "search/scheduler/asha_stopping.hpp"
#include "search/scheduler/fast_hyperband.hpp"
#include "search/scheduler/hyperband.hpp"
#include "search/scheduler/median.hpp"
#include "search/scheduler/none.hpp"
#include "search/scheduler/pasha.hpp"
#include "search/scheduler/swift_asha.hpp"
#include "search/scheduler/swift_hyperband.hpp"
#include "search/scheduler/swift_paper.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace quench::search {
namespace {

using MadeSampler = base::Result<std::unique_ptr<sampler::Sampler>>;
using MadeScheduler = base::Result<std::unique_ptr<scheduler::Scheduler>>;

struct SamplerEntry {
    std::string_view name;
    MadeSampler (*make)(const SamplerOptions&, const space::Space&);
    bool learns = false;         ///< proposes by what earlier trials showed
    bool one_objective = false;  ///< cannot learn from several
    bool cost_aware = false;     ///< takes options.cost_aware
};
struct SchedulerEntry {
    std::string_view name;
    MadeScheduler (*make)(const SchedulerOptions&);
    bool brackets = false;   ///< takes options.brackets
    bool trials = false;     ///< takes options.trials
    bool predictor = false;  ///< takes options.predictor and options.risk
    bool audit = false;      ///< takes options.audit
};

constexpr std::uint64_t most_starting = 1'000'000;     ///< times most_resource stays within 63 bits
constexpr Resource most_resource = 1'000'000'000'000;  ///< products of two powers of eta stay exact below it

/// What every scheduler with rungs demands of min, max and eta.
std::optional<base::Error> rung_error(const SchedulerOptions& o) {
    if (o.min < 1)
        return base::Error(
            fmt::format("min is {} (the first rung needs some training) give 1 or more", o.min));
    if (o.max < o.min)
        return base::Error(fmt::format(
            "max {} is below min {} (there would be no rung) raise max or lower min", o.max, o.min));
    if (o.eta < 2)
        return base::Error(fmt::format("eta is {} (1 trial in eta goes on) give 2 or more", o.eta));
    return std::nullopt;
}

constexpr std::uint64_t most_startup_trials = 1'000'000;  ///< a model that never starts is a mistake

std::optional<base::Error> startup_error(const SamplerOptions& o) {
    if (o.startup_trials >= 2 && o.startup_trials <= most_startup_trials) return std::nullopt;
    return base::Error(fmt::format(
        "startup_trials is {} (a model compares 2 trials or more, and it must begin some time) give a number "
        "from 2 to {}",
        o.startup_trials, most_startup_trials));
}

using sampler::Distinct;

MadeSampler make_random(const SamplerOptions& o, const space::Space& space) {
    return Distinct::wrap(std::make_unique<sampler::Random>(space, o.seed), space, o.seed,
                          Distinct::Instead::any);
}
MadeSampler make_qmc(const SamplerOptions& o, const space::Space& space) {
    return Distinct::wrap(std::make_unique<sampler::Qmc>(space, o.seed), space, o.seed,
                          Distinct::Instead::any);
}
MadeSampler make_tpe(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Tpe::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    return Distinct::wrap(std::make_unique<sampler::Tpe>(space, options), space, o.seed,
                          Distinct::Instead::neighbour);
}
MadeSampler make_gp(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Gp::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    options.cost_aware = o.cost_aware;
    return Distinct::wrap(std::make_unique<sampler::Gp>(space, options), space, o.seed,
                          Distinct::Instead::neighbour);
}
MadeSampler make_cmaes(const SamplerOptions& o, const space::Space& space) {
    if (const auto error = startup_error(o)) return *error;
    sampler::Cmaes::Options options;
    options.seed = o.seed;
    options.startup = o.startup_trials;
    return Distinct::wrap(std::make_unique<sampler::Cmaes>(space, options), space, o.seed,
                          Distinct::Instead::neighbour);
}
MadeSampler make_nsga2(const SamplerOptions& o, const space::Space& space) {
    return Distinct::wrap(std::make_unique<sampler::Nsga2>(space, sampler::Nsga2::Options{.seed = o.seed}),
                          space, o.seed, Distinct::Instead::neighbour);
}
MadeSampler make_grid(const SamplerOptions& o, const space::Space& space) {
    return sampler::Grid::make(space, o.seed, o.grid_points);
}

MadeScheduler make_none(const SchedulerOptions& o) {
    return std::unique_ptr<scheduler::Scheduler>(std::make_unique<scheduler::None>(o.max, o.unit));
}
scheduler::Asha::Options asha_options(const SchedulerOptions& o) {
    scheduler::Asha::Options options;
    options.min = o.min;
    options.max = o.max;
    options.eta = o.eta;
    options.unit = o.unit;
    options.brackets = o.brackets;
    return options;
}

std::optional<base::Error> bracket_error(const SchedulerOptions& o) {
    const auto rungs = scheduler::ladder(o.min, o.max, o.eta, 0).size();
    if (o.brackets >= 1 && static_cast<std::size_t>(o.brackets) <= rungs) return std::nullopt;
    return base::Error(
        fmt::format("brackets is {} (bracket s leaves out the lowest s of {} rungs) give 1 to {}", o.brackets,
                    rungs, rungs));
}

template <class Made, class Options>
MadeScheduler made(Options options) {
    return std::unique_ptr<scheduler::Scheduler>(std::make_unique<Made>(std::move(options)));
}

MadeScheduler make_asha(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = bracket_error(o)) return *error;
    return made<scheduler::Asha>(asha_options(o));
}
MadeScheduler make_asha_stopping(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = bracket_error(o)) return *error;
    scheduler::AshaStopping::Options options;
    options.min = o.min;
    options.max = o.max;
    options.eta = o.eta;
    options.unit = o.unit;
    options.brackets = o.brackets;
    return made<scheduler::AshaStopping>(std::move(options));
}
MadeScheduler make_pasha(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    scheduler::Pasha::Options options;
    options.asha = asha_options(o);
    return made<scheduler::Pasha>(std::move(options));
}
MadeScheduler make_hyperband(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    return made<scheduler::Hyperband>(
        scheduler::Hyperband::Options{scheduler::hyperband_plan(o.min, o.max, o.eta), o.eta, o.unit});
}
MadeScheduler make_successive_halving(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (o.trials && (*o.trials < 1 || *o.trials > most_starting))
        return base::Error(
            fmt::format("trials is {} (so many start, in one round) give 1 to {}", *o.trials, most_starting));
    const std::optional<std::size_t> trials = o.trials ? std::optional<std::size_t>(*o.trials) : std::nullopt;
    return made<scheduler::Hyperband>(scheduler::Hyperband::Options{
        {scheduler::successive_halving_plan(o.min, o.max, o.eta, trials)}, o.eta, o.unit});
}
MadeScheduler make_median(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    scheduler::MedianStopping::Options options;
    options.min = o.min;
    options.max = o.max;
    options.unit = o.unit;
    return made<scheduler::MedianStopping>(std::move(options));
}

/// Learning curves are judged by their values alone: what the parameters add is little, and they would have
/// to be numbers.
base::Result<std::shared_ptr<const predictor::CurvePredictor>> curve_predictor(
    const SchedulerOptions& o, const PredictorChoice& without) {
    PredictorChoice choice = o.predictor.value_or(without);
    const auto known = predictor::predictor_option_names(choice.model);
    const auto takes = [&](const char* option) { return std::ranges::find(known, option) != known.end(); };
    if (takes("parameters")) choice.options.try_emplace("parameters", "false");
    auto made = predictor::make_predictor(choice.model, choice.options);
    if (!made) return made.error();
    return std::shared_ptr<const predictor::CurvePredictor>(std::move(made).value());
}

std::optional<base::Error> paper_error(const SchedulerOptions& o) {
    if (o.teaching && *o.teaching < 2)
        return base::Error(
            fmt::format("d is {} (a predictor is fitted on so many curves) give 2 or more", *o.teaching));
    if (o.vanguard && !(*o.vanguard >= 0 && *o.vanguard <= 1))
        return base::Error(fmt::format("k is {} (a share of those that go on) give 0 to 1", *o.vanguard));
    if (o.known_curve && !(*o.known_curve > 0 && *o.known_curve <= 1))
        return base::Error(fmt::format(
            "known_curve is {} (the share of a round before its decision point) give above 0, to 1",
            *o.known_curve));
    return std::nullopt;
}

MadeScheduler make_swift_paper(const SchedulerOptions& o) {
    if (const auto error = paper_error(o)) return *error;
    PredictorChoice published{.model = "svr", .options = {{"differences", "0"}}};
    if (o.predictor) {
        published = *o.predictor;
        if (published.model == "svr" || published.model == "qsvr")
            published.options.try_emplace("differences", "0");
        if (published.model == "qsvr") published.options.try_emplace("preset", "paper");
    }
    SchedulerOptions with = o;
    with.predictor = published;
    auto predictor = curve_predictor(with, published);
    if (!predictor) return predictor.error();
    scheduler::SwiftPaper::Options options;
    options.plan = scheduler::hyperband_plan(o.min, o.max, o.eta);
    options.eta = o.eta;
    options.unit = o.unit;
    options.predictor = std::move(predictor).value();
    if (o.teaching) options.teaching = static_cast<std::size_t>(*o.teaching);
    if (o.vanguard) options.vanguard = *o.vanguard;
    if (o.known_curve) options.known = *o.known_curve;
    return made<scheduler::SwiftPaper>(std::move(options));
}

std::optional<base::Error> share_error(const SchedulerOptions& o) {
    if (o.risk && !(*o.risk >= 0 && *o.risk <= 1))
        return base::Error(
            fmt::format("risk is {} (the share of survivors that may be lost) give 0 to 1", *o.risk));
    if (o.audit && !(*o.audit >= 0 && *o.audit <= 1))
        return base::Error(
            fmt::format("audit is {} (the share of stops that are not carried out) give 0 to 1", *o.audit));
    return std::nullopt;
}

/// nullptr where the last value is all that is wanted: it is always asked.
base::Result<std::shared_ptr<const predictor::CurvePredictor>> predictor_beside_last(
    const SchedulerOptions& o) {
    if (o.predictor && o.predictor->model == "last")
        return std::shared_ptr<const predictor::CurvePredictor>();
    return curve_predictor(o, {.model = "svr"});
}

MadeScheduler make_fast_hyperband(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = share_error(o)) return *error;
    if (const auto error = paper_error(o)) return *error;
    auto predictor = curve_predictor(o, {.model = "svr", .options = {{"differences", "2"}}});
    if (!predictor) return predictor.error();
    scheduler::FastHyperband::Options options;
    options.plan = scheduler::hyperband_plan(o.min, o.max, o.eta);
    options.eta = o.eta;
    options.unit = o.unit;
    options.predictor = std::move(predictor).value();
    if (o.teaching) options.teaching = static_cast<std::size_t>(*o.teaching);
    if (o.vanguard) options.finished = *o.vanguard;
    if (o.risk) options.risk = *o.risk;
    return made<scheduler::FastHyperband>(std::move(options));
}

MadeScheduler make_swift_asha(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = bracket_error(o)) return *error;
    if (const auto error = share_error(o)) return *error;
    // Fits for every crowd would be much for what svr gives: only who names a predictor has it asked.
    SchedulerOptions with = o;
    if (!o.predictor) with.predictor = PredictorChoice{.model = "last"};
    auto predictor = predictor_beside_last(with);
    if (!predictor) return predictor.error();
    scheduler::SwiftAsha::Options options;
    options.asha = asha_options(o);
    if (o.risk) options.risk = *o.risk;
    if (o.audit) options.audit = *o.audit;
    options.predictor = std::move(predictor).value();
    return made<scheduler::SwiftAsha>(std::move(options));
}

MadeScheduler make_swift_hyperband(const SchedulerOptions& o) {
    if (const auto error = rung_error(o)) return *error;
    if (o.mode == "paper") return make_swift_paper(o);
    if (o.mode)
        return base::Error(
            fmt::format("mode is {} (swift-hyperband has paper beside its own) remove it", *o.mode));
    if (const auto error = share_error(o)) return *error;
    scheduler::SwiftHyperband::Options options;
    options.plan = scheduler::hyperband_plan(o.min, o.max, o.eta);
    options.eta = o.eta;
    options.unit = o.unit;
    if (o.risk) options.risk = *o.risk;
    if (o.audit) options.audit = *o.audit;
    auto predictor = predictor_beside_last(o);
    if (!predictor) return predictor.error();
    options.predictor = std::move(predictor).value();
    return made<scheduler::SwiftHyperband>(std::move(options));
}

constexpr std::array samplers{SamplerEntry{"random", make_random},
                              SamplerEntry{"grid", make_grid},
                              SamplerEntry{"qmc", make_qmc},
                              SamplerEntry{"tpe", make_tpe, true},
                              SamplerEntry{"gp", make_gp, true, true, true},
                              SamplerEntry{"cmaes", make_cmaes, true, true},
                              SamplerEntry{"nsga2", make_nsga2, true}};
constexpr std::array schedulers{
    SchedulerEntry{"none", make_none},
    SchedulerEntry{"asha", make_asha, true},
    SchedulerEntry{"asha-stopping", make_asha_stopping, true},
    SchedulerEntry{"pasha", make_pasha},
    SchedulerEntry{"successive-halving", make_successive_halving, false, true},
    SchedulerEntry{"hyperband", make_hyperband},
    SchedulerEntry{"swift-hyperband", make_swift_hyperband, false, false, true, true},
    SchedulerEntry{"swift-asha", make_swift_asha, true, false, true, true},
    SchedulerEntry{"fast-hyperband", make_fast_hyperband, false, false, true},
    SchedulerEntry{"median", make_median}};

/// Options of schedulers that forecast, with a scheduler that would not look at them.
std::optional<base::Error> forecast_error(const SchedulerOptions& o, const SchedulerEntry& entry) {
    const auto refused = [&](const std::string& what, const std::string& why) {
        return base::Error(what + " (" + why + ") remove it");
    };
    const bool paper = o.name == "swift-hyperband" && o.mode == "paper";
    const bool taught = paper || o.name == "fast-hyperband";
    if (o.mode && o.name != "swift-hyperband")
        return refused("mode is " + *o.mode, o.name + " is of one mode");
    if (o.predictor && !entry.predictor)
        return refused("predictor is " + o.predictor->model, o.name + " asks no predictor");
    if (o.risk && (!entry.predictor || paper))
        return refused(fmt::format("risk is {}", *o.risk),
                       o.name + (paper ? " in mode paper" : "") + " risks nothing by choice");
    if (o.audit && (!entry.audit || paper))
        return refused(fmt::format("audit is {}", *o.audit),
                       o.name + (paper ? " in mode paper" : "") + " stops nobody by chances of survival");
    const char* of_taught = "only fast-hyperband and swift-hyperband in mode paper have it";
    if (o.teaching && !taught) return refused(fmt::format("d is {}", *o.teaching), of_taught);
    if (o.vanguard && !taught) return refused(fmt::format("k is {}", *o.vanguard), of_taught);
    if (o.known_curve && !paper)
        return refused(fmt::format("known_curve is {}", *o.known_curve),
                       "only swift-hyperband in mode paper has it");
    return std::nullopt;
}

template <class Table>
std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& entry : table) names.emplace_back(entry.name);
    return names;
}

template <class Table>
const typename Table::value_type* find(const Table& table, const std::string& name) {
    const auto at =
        std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
    return at == table.end() ? nullptr : &*at;
}

template <class Table>
base::Error unknown(const Table& table, const std::string& kind, const std::string& name) {
    // The distance costs name times name; a name from a file is cut so that a long one costs nothing.
    const std::string_view start = std::string_view(name).substr(0, 64);
    const auto nearest = std::min_element(table.begin(), table.end(), [&](const auto& a, const auto& b) {
        return name_distance(start, a.name) < name_distance(start, b.name);
    });
    return base::Error(fmt::format("unknown {} {} (there are {}) did you mean {}?", kind,
                                   name.empty() ? "without name" : name, fmt::join(names_of(table), ", "),
                                   nearest->name));
}

}  // namespace

std::vector<std::string> sampler_names() {
    return names_of(samplers);
}

std::vector<std::string> scheduler_names() {
    return names_of(schedulers);
}

bool sampler_learns(const std::string& name) {
    const auto* entry = find(samplers, name);
    return entry != nullptr && entry->learns;
}

MadeSampler make_sampler(const SamplerOptions& options, const space::Space& space) {
    const auto* entry = find(samplers, options.name);
    if (!entry) return unknown(samplers, "sampler", options.name);
    if (entry->one_objective && options.objectives > 1) {
        std::vector<std::string_view> takers;
        for (const SamplerEntry& one : samplers)
            if (!one.one_objective) takers.push_back(one.name);
        return base::Error(
            fmt::format("the sampler {} learns from one objective (the study has {}) take one of {}",
                        options.name, options.objectives, fmt::join(takers, ", ")));
    }
    if (options.cost_aware && !entry->cost_aware) {
        std::vector<std::string_view> takers;
        for (const SamplerEntry& one : samplers)
            if (one.cost_aware) takers.push_back(one.name);
        return base::Error(
            fmt::format("the sampler {} takes no cost (it does not model how long trials take) take {}, or "
                        "remove cost",
                        options.name, fmt::join(takers, ", ")));
    }
    for (std::size_t i = 0; i < options.enqueue.size(); ++i)
        if (const auto fits = space.check(options.enqueue[i]); !fits)
            return fits.error().in(fmt::format("enqueue, entry {}", i + 1));
    auto made = entry->make(options, space);
    if (!made || options.enqueue.empty()) return made;
    return std::unique_ptr<sampler::Sampler>(
        std::make_unique<sampler::Enqueued>(std::move(made).value(), options.enqueue));
}

MadeScheduler make_scheduler(const SchedulerOptions& options) {
    const auto* entry = find(schedulers, options.name);
    if (!entry) return unknown(schedulers, "scheduler", options.name);
    if (options.max < 1)
        return base::Error(
            fmt::format("max is {} (a trial needs some training) give 1 or more", options.max));
    if (options.max > most_resource)
        return base::Error(fmt::format("max is {} (counts stay exact up to {}) count in a larger unit",
                                       options.max, most_resource));
    if (options.unit.empty())
        return base::Error("unit is empty (reasons and tables name it) give one, as epoch");
    const auto takers = [](bool SchedulerEntry::*option) {
        std::vector<std::string_view> names;
        for (const SchedulerEntry& one : schedulers)
            if (one.*option) names.push_back(one.name);
        return fmt::format("{}", fmt::join(names, " and "));
    };
    if (options.brackets != 1 && !entry->brackets)
        return base::Error(fmt::format("brackets is {} (only {} have brackets by number) remove it",
                                       options.brackets, takers(&SchedulerEntry::brackets)));
    if (options.trials && !entry->trials)
        return base::Error(
            fmt::format("trials is {} (of the fidelity only {} has a number of trials) say stop.trials",
                        *options.trials, takers(&SchedulerEntry::trials)));
    if (const auto error = forecast_error(options, *entry)) return *error;
    return entry->make(options);
}

}  // namespace quench::search
