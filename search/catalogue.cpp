// The table of schedulers; that of samplers is in sampler_catalogue.cpp.
#include "search/catalogue.hpp"

#include "search/name_table.hpp"
#include "search/scheduler/asha.hpp"
#include "search/scheduler/asha_stopping.hpp"
#include "search/scheduler/fast_hyperband.hpp"
#include "search/scheduler/hyperband.hpp"
#include "search/scheduler/median.hpp"
#include "search/scheduler/none.hpp"
#include "search/scheduler/pasha.hpp"
#include "search/scheduler/pbt.hpp"
#include "search/scheduler/swift_asha.hpp"
#include "search/scheduler/swift_hyperband.hpp"
#include "search/scheduler/swift_paper.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace quench::search {
namespace {

using MadeScheduler = base::Result<std::unique_ptr<scheduler::Scheduler>>;

/// What schedulers that make configurations work on.
struct Ground {
    const space::Space& space;
    std::uint64_t seed = 0;
};
struct SchedulerEntry {
    std::string_view name;
    MadeScheduler (*make)(const SchedulerOptions&, const Ground&);
    bool brackets = false;   ///< takes options.brackets
    bool trials = false;     ///< takes options.trials
    bool predictor = false;  ///< takes options.predictor and options.risk
    bool audit = false;      ///< takes options.audit and options.start_cost
    bool proposes = false;   ///< proposes configurations of its own, and takes options.population and on
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

MadeScheduler make_none(const SchedulerOptions& o, const Ground&) {
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

MadeScheduler make_asha(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = bracket_error(o)) return *error;
    return made<scheduler::Asha>(asha_options(o));
}
MadeScheduler make_asha_stopping(const SchedulerOptions& o, const Ground&) {
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
MadeScheduler make_pasha(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    scheduler::Pasha::Options options;
    options.asha = asha_options(o);
    return made<scheduler::Pasha>(std::move(options));
}
MadeScheduler make_hyperband(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    return made<scheduler::Hyperband>(
        scheduler::Hyperband::Options{scheduler::hyperband_plan(o.min, o.max, o.eta), o.eta, o.unit});
}
MadeScheduler make_successive_halving(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    if (o.trials && (*o.trials < 1 || *o.trials > most_starting))
        return base::Error(
            fmt::format("trials is {} (so many start, in one round) give 1 to {}", *o.trials, most_starting));
    const std::optional<std::size_t> trials = o.trials ? std::optional<std::size_t>(*o.trials) : std::nullopt;
    return made<scheduler::Hyperband>(scheduler::Hyperband::Options{
        {scheduler::successive_halving_plan(o.min, o.max, o.eta, trials)}, o.eta, o.unit});
}
MadeScheduler make_median(const SchedulerOptions& o, const Ground&) {
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

std::optional<base::Error> range_error(const SchedulerOptions& o) {
    if (o.risk && !(*o.risk >= 0 && *o.risk <= 1))
        return base::Error(
            fmt::format("risk is {} (the share of survivors that may be lost) give 0 to 1", *o.risk));
    if (o.audit && !(*o.audit >= 0 && *o.audit <= 1))
        return base::Error(
            fmt::format("audit is {} (the share of stops that are not carried out) give 0 to 1", *o.audit));
    if (o.start_cost && !(*o.start_cost >= 0 && *o.start_cost <= 1e6))
        return base::Error(fmt::format(
            "start_cost is {} (it counts steps that starting a trial's program costs) give 0 to 1e6",
            *o.start_cost));
    return std::nullopt;
}

/// nullptr where the last value is all that is wanted: it is always asked.
base::Result<std::shared_ptr<const predictor::CurvePredictor>> predictor_beside_last(
    const SchedulerOptions& o) {
    if (o.predictor && o.predictor->model == "last")
        return std::shared_ptr<const predictor::CurvePredictor>();
    return curve_predictor(o, {.model = "svr"});
}

MadeScheduler make_fast_hyperband(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = range_error(o)) return *error;
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

MadeScheduler make_swift_asha(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    if (const auto error = bracket_error(o)) return *error;
    if (const auto error = range_error(o)) return *error;
    // Fits for every crowd would be much for what svr gives: only who names a predictor has it asked.
    SchedulerOptions with = o;
    if (!o.predictor) with.predictor = PredictorChoice{.model = "last"};
    auto predictor = predictor_beside_last(with);
    if (!predictor) return predictor.error();
    scheduler::SwiftAsha::Options options;
    options.asha = asha_options(o);
    if (o.risk) options.risk = *o.risk;
    if (o.audit) options.audit = *o.audit;
    if (o.start_cost) options.start_cost = *o.start_cost;
    options.predictor = std::move(predictor).value();
    return made<scheduler::SwiftAsha>(std::move(options));
}

MadeScheduler make_swift_hyperband(const SchedulerOptions& o, const Ground&) {
    if (const auto error = rung_error(o)) return *error;
    if (o.mode == "paper") return make_swift_paper(o);
    if (o.mode)
        return base::Error(
            fmt::format("mode is {} (swift-hyperband has paper beside its own) remove it", *o.mode));
    if (const auto error = range_error(o)) return *error;
    scheduler::SwiftHyperband::Options options;
    options.plan = scheduler::hyperband_plan(o.min, o.max, o.eta);
    options.eta = o.eta;
    options.unit = o.unit;
    if (o.risk) options.risk = *o.risk;
    if (o.audit) options.audit = *o.audit;
    if (o.start_cost) options.start_cost = *o.start_cost;
    auto predictor = predictor_beside_last(o);
    if (!predictor) return predictor.error();
    options.predictor = std::move(predictor).value();
    return made<scheduler::SwiftHyperband>(std::move(options));
}

constexpr std::uint64_t most_members = 1000;  ///< all are ranked whenever one goes on

std::optional<base::Error> pbt_error(const SchedulerOptions& o, const scheduler::Pbt::Options& options,
                                     const space::Space& space) {
    if (options.population < 2 || options.population > most_members)
        return base::Error(
            fmt::format("population is {} (so many trials are trained side by side) give 2 to {}",
                        options.population, most_members));
    if (options.interval < 1 || options.interval > o.max)
        return base::Error(
            fmt::format("interval is {} (members are compared so often on the way to max) give 1 to {}",
                        options.interval, o.max));
    if (!(options.quantile > 0 && options.quantile <= 0.5))
        return base::Error(fmt::format(
            "quantile is {} (so many of the worst go on as so many of the best) give above 0, to 0.5",
            options.quantile));
    if (options.quantile * static_cast<double>(options.population) < 1 - 1e-9)
        return base::Error(
            fmt::format("quantile is {} (of a population of {} nobody would be replaced) give {} or more",
                        options.quantile, options.population, 1 / static_cast<double>(options.population)));
    if (!(options.perturbation.factor > 1 && options.perturbation.factor <= 100))
        return base::Error(
            fmt::format("perturb is {} (numbers are multiplied or divided by it) give above 1, to 100",
                        options.perturbation.factor));
    if (!(options.perturbation.resample >= 0 && options.perturbation.resample <= 1))
        return base::Error(
            fmt::format("resample is {} (a probability, of each parameter, to be drawn anew) give 0 to 1",
                        options.perturbation.resample));
    const auto configurations = space.dimensions() > 0 ? space.cardinality() : std::nullopt;
    if (configurations && *configurations < options.population)
        return base::Error(
            fmt::format("population is {} (the space has {} configurations, and members begin with different "
                        "ones) lower it",
                        options.population, *configurations));
    return std::nullopt;
}

MadeScheduler make_pbt(const SchedulerOptions& o, const Ground& ground) {
    if (const auto error = rung_error(o)) return *error;
    scheduler::Pbt::Options options;
    if (o.population) options.population = static_cast<std::size_t>(*o.population);
    options.interval = o.interval.value_or(std::max<Resource>(1, o.max / 20));
    options.min = o.min;
    options.max = o.max;
    if (o.quantile) options.quantile = *o.quantile;
    if (o.perturb) options.perturbation.factor = *o.perturb;
    if (o.resample) options.perturbation.resample = *o.resample;
    options.unit = o.unit;
    options.seed = ground.seed;
    if (const auto error = pbt_error(o, options, ground.space)) return *error;
    return std::unique_ptr<scheduler::Scheduler>(
        std::make_unique<scheduler::Pbt>(std::move(options), ground.space));
}

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
    SchedulerEntry{"median", make_median},
    SchedulerEntry{"pbt", make_pbt, false, false, false, false, true}};

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
    if (o.start_cost && (!entry.audit || paper))
        return refused(fmt::format("start_cost is {}", *o.start_cost),
                       o.name + (paper ? " in mode paper" : "") + " has no decision points to space by it");
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

/// Options of population-based training, with a scheduler that would not look at them.
std::optional<base::Error> population_error(const SchedulerOptions& o, const SchedulerEntry& entry) {
    if (entry.proposes) return std::nullopt;
    const auto refused = [&](const char* option, const auto& value) {
        return base::Error(
            fmt::format("{} is {} (only pbt has a population that is perturbed) remove it", option, value));
    };
    if (o.population) return refused("population", *o.population);
    if (o.interval) return refused("interval", *o.interval);
    if (o.quantile) return refused("quantile", *o.quantile);
    if (o.perturb) return refused("perturb", *o.perturb);
    if (o.resample) return refused("resample", *o.resample);
    return std::nullopt;
}

}  // namespace

std::vector<std::string> scheduler_names() {
    return names_of(schedulers);
}

bool scheduler_proposes(const std::string& name) {
    const auto* entry = find(schedulers, name);
    return entry != nullptr && entry->proposes;
}

MadeScheduler make_scheduler(const SchedulerOptions& options, const space::Space& space, std::uint64_t seed) {
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
    if (const auto error = population_error(options, *entry)) return *error;
    return entry->make(options, {space, seed});
}

}  // namespace quench::search
