#include "orchestrator/cli/views.hpp"

#include "orchestrator/core/decide.hpp"
#include "orchestrator/store/names.hpp"
#include "search/pareto.hpp"

#include <algorithm>
#include <cmath>

namespace quench::orchestrator::cli {
namespace {

using core::State;
using core::Trial;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json name_of(core::StudyEnding how) {
    return std::string(store::to_text(how));
}

/// Collects what the journal says of one trial.
class TrialStory {
  public:
    TrialStory(const State& state, core::TrialId trial) : state_(state), trial_(trial) {}

    void hear(const core::StampedFact& stamped) {
        at_ = base::to_utc_text(stamped.at);
        std::visit([this](const auto& fact) { add(fact); }, stamped.fact);
    }
    Json attempts = Json::array();
    Json curve = Json::array();
    Json verdicts = Json::array();
    std::optional<std::string> proposed_at;
    std::optional<std::string> ended_at;

  private:
    template <class Fact>
    void add(const Fact&) {}  // says nothing of a trial
    void add(const core::TrialProposed& fact) {
        if (fact.trial == trial_) proposed_at = at_;
    }
    void add(const core::AttemptStarted& fact) {
        if (fact.trial != trial_) return;
        const std::string number = std::to_string(fact.attempt.value());
        const std::string log =
            state_.created->trials_dir + "/" + std::to_string(trial_.value()) + "/" + number + ".log";
        attempts.push_back({{"attempt", fact.attempt.value()},
                            {"worker", fact.worker},
                            {"from", fact.from},
                            {"to", fact.to},
                            {"ranks", fact.ranks},
                            {"started", at_},
                            {"ended", nullptr},
                            {"seconds", nullptr},
                            {"outcome", nullptr},
                            {"exit_status", nullptr},
                            {"detail", nullptr},
                            {"log", log}});
    }
    void add(const core::AttemptEnded& fact) {
        if (fact.trial != trial_) return;
        for (Json& attempt : attempts) {
            if (attempt["attempt"] != fact.attempt.value()) continue;
            attempt["ended"] = at_;
            attempt["seconds"] = fact.seconds;
            attempt["outcome"] = std::string(store::to_text(fact.outcome));
            attempt["exit_status"] = or_null(fact.exit_status);
            attempt["detail"] = fact.detail;
        }
    }
    void add(const core::Reported& fact) {
        if (fact.trial != trial_) return;
        Json metrics = Json::object();
        for (const auto& [name, value] : fact.metrics) metrics[name] = value;
        const auto value = fact.metrics.find(state_.study().objective.metric);
        curve.push_back({{"step", fact.step},
                         {"value", value == fact.metrics.end() ? Json(nullptr) : Json(value->second)},
                         {"attempt", fact.attempt.value()},
                         {"at", at_},
                         {"metrics", metrics}});
    }
    void add(const core::VerdictGiven& fact) {
        if (fact.trial != trial_) return;
        verdicts.push_back({{"at", at_},
                            {"step", fact.step},
                            {"verdict", std::string(store::to_text(fact.verdict))},
                            {"to", fact.verdict == search::Verdict::proceed ? Json(fact.to) : Json(nullptr)},
                            {"reason", fact.reason},
                            {"forecast", or_null(fact.forecast)},
                            {"threshold", or_null(fact.threshold)}});
    }
    void add(const core::TrialEnded& fact) {
        if (fact.trial == trial_) ended_at = at_;
    }

    const State& state_;
    core::TrialId trial_;
    std::string at_;
};

}  // namespace

std::string state_name(const Trial& trial) {
    struct Name {
        std::string operator()(const core::Queued&) const { return "queued"; }
        std::string operator()(const core::Running&) const { return "running"; }
        std::string operator()(const core::Paused&) const { return "paused"; }
        std::string operator()(const core::Ended& ended) const {
            return std::string(store::to_text(ended.how));
        }
    };
    return std::visit(Name{}, trial.phase);
}

const std::vector<std::string>& state_names() {
    static const std::vector<std::string> names = {"queued",  "running", "paused",   "completed",
                                                   "stopped", "failed",  "diverged", "infeasible"};
    return names;
}

std::string state_name(const State& state) {
    if (state.ending) return std::string(store::to_text(state.ending->how));
    return state.phase == core::StudyPhase::paused ? "paused" : "running";
}

std::map<std::string, std::size_t> count_states(const State& state) {
    std::map<std::string, std::size_t> counts;
    for (const std::string& name : state_names()) counts[name] = 0;
    for (const Trial& trial : state.trials) ++counts[state_name(trial)];
    return counts;
}

std::optional<core::Resource> planned_resource(const State& state) {
    if (!state.created) return std::nullopt;
    const core::StopRules& stop = state.study().stop;
    std::optional<core::Resource> planned = state.scheduler->planned_resource();
    if (!planned && state.study().fidelity.name == "none") {
        const bool over = state.proposals_ended.has_value();
        if (over) planned = static_cast<core::Resource>(state.trials.size()) * state.study().fidelity.max;
        if (!over && stop.trials)
            planned = static_cast<core::Resource>(*stop.trials) * state.study().fidelity.max;
    }
    if (stop.resource) planned = std::min(planned.value_or(*stop.resource), *stop.resource);
    return planned;
}

Json to_json(const search::space::Configuration& params) {
    Json json = Json::object();
    for (const auto& [name, value] : params)
        json[name] = std::visit([](const auto& v) { return Json(v); }, value);
    return json;
}

Json study_row(const State& state) {
    const auto best = best_of(state);
    return {{"study", state.study().name},
            {"state", state_name(state)},
            {"trials", state.trials.size()},
            {"ended", state.ended_trials},
            {"failed", state.failed_trials},
            {"metric", state.study().objective.metric},
            {"best", best ? Json(best->value) : Json(nullptr)},
            {"provisional", best ? Json(best->provisional) : Json(nullptr)},
            {"spent", state.spent},
            {"created", base::to_utc_text(state.created_at)},
            {"last_fact", base::to_utc_text(state.last_at)}};
}

Json rung_rows(const State& state) {
    Json rows = Json::array();
    for (const auto& rung : state.scheduler->rungs()) {
        Json best = nullptr;  // the scheduler minimises; users see their own direction
        if (rung.best) best = core::minimised(state.study().objective.direction, *rung.best);
        rows.push_back({{"bracket", rung.bracket},
                        {"at", rung.at},
                        {"running", rung.running},
                        {"arrived", rung.arrived},
                        {"promoted", rung.promoted},
                        {"planned", or_null(rung.planned)},
                        {"best", best}});
    }
    return rows;
}

Json best_view(const State& state, const core::Best& best) {
    return {{"study", state.study().name},
            {"trial", best.trial.value()},
            {"metric", state.study().objective.metric},
            {"direction", std::string(store::to_text(state.study().objective.direction))},
            {"value", best.value},
            {"step", best.step},
            {"unit", state.study().fidelity.unit},
            {"provisional", best.provisional},
            {"params", to_json(state.trial(best.trial).params)},
            {"lineage", lineage_rows(state, best.trial)}};
}

Json objective_rows(const core::Study& study) {
    Json rows = Json::array();
    for (const core::Objective& one : study.objectives())
        rows.push_back({{"metric", one.metric}, {"direction", std::string(store::to_text(one.direction))}});
    return rows;
}

Json front_view(const State& state, const core::Front& front) {
    const auto objectives = state.study().objectives();
    std::vector<search::Values> points;
    Json rows = Json::array();
    for (std::size_t i = 0; i < front.trials.size(); ++i) {
        Json values = Json::object();
        search::Values& point = points.emplace_back();
        for (std::size_t k = 0; k < objectives.size(); ++k) {
            values[objectives[k].metric] = front.values[i][k];
            point.push_back(core::minimised(objectives[k].direction, front.values[i][k]));
        }
        rows.push_back({{"trial", front.trials[i].trial.value()},
                        {"values", values},
                        {"step", front.trials[i].step},
                        {"params", to_json(state.trial(front.trials[i].trial).params)}});
    }
    const search::Values reference = search::reference_beyond(points);
    Json corner = Json::object();
    for (std::size_t k = 0; k < reference.size(); ++k)
        corner[objectives[k].metric] = core::minimised(objectives[k].direction, reference[k]);
    return {{"study", state.study().name},
            {"objectives", objective_rows(state.study())},
            {"unit", state.study().fidelity.unit},
            {"provisional", front.provisional},
            {"front", rows},
            {"reference", corner},
            {"hypervolume", points.empty() ? Json(nullptr) : Json(search::hypervolume(points, reference))}};
}

Json status_view(const State& state) {
    const core::Study& study = state.study();
    Json trials = {{"total", state.trials.size()}};
    const auto counts = count_states(state);
    for (const std::string& name : state_names()) trials[name] = counts.at(name);
    Json workers = Json::array();
    for (const auto& [name, worker] : state.workers)
        workers.push_back(
            {{"name", name}, {"host", worker.host}, {"slots", worker.slots}, {"used", worker.used}});
    const auto best = best_of(state);
    Json ending = nullptr;
    if (state.ending) ending = {{"how", name_of(state.ending->how)}, {"reason", state.ending->reason}};
    return {{"study", study.name},
            {"state", state_name(state)},
            {"ending", ending},
            {"objective",
             {{"metric", study.objective.metric},
              {"direction", std::string(store::to_text(study.objective.direction))}}},
            {"objectives", objective_rows(study)},
            {"learned", state.learned},
            {"sampler", study.sampler.name},
            {"scheduler", study.fidelity.name},
            {"created", base::to_utc_text(state.created_at)},
            {"last_fact", base::to_utc_text(state.last_at)},
            {"active_seconds", base::seconds(state.active)},
            {"trials", trials},
            {"proposals_ended", or_null(state.proposals_ended)},
            {"resource",
             {{"unit", study.fidelity.unit},
              {"spent", state.spent},
              {"planned", or_null(planned_resource(state))}}},
            {"best", best ? best_view(state, *best) : Json(nullptr)},
            {"workers", workers},
            {"rungs", rung_rows(state)}};
}

/// All objectives by metric; null without a value.
static Json values_of(const State& state, const Trial& trial) {
    const core::Point* result = trial.result();
    if (!result) return nullptr;
    Json values = {{state.study().objective.metric, result->value}};
    for (std::size_t i = 0; i < result->others.size(); ++i)
        values[state.study().others[i].metric] = result->others[i];
    return values;
}

static Json parent_of(const Trial& trial) {
    if (!trial.parent) return nullptr;
    return {{"trial", trial.parent->trial.value()}, {"step", trial.parent->step}};
}

Json lineage_rows(const State& state, core::TrialId id) {
    if (!state.trial(id).parent) return nullptr;
    Json rows = Json::array();
    core::Resource to = state.trial(id).reached;
    for (const Trial* trial = &state.trial(id);; trial = &state.trial(trial->parent->trial)) {
        const Json row = {{"trial", trial->id.value()},
                          {"from", trial->begun()},
                          {"to", to},
                          {"params", to_json(trial->params)}};
        rows.insert(rows.begin(), row);
        if (!trial->parent) return rows;
        to = trial->begun();
    }
}

Json trial_row(const State& state, const Trial& trial) {
    const auto* running = std::get_if<core::Running>(&trial.phase);
    return {{"trial", trial.id.value()},
            {"state", state_name(trial)},
            {"value", or_null(trial.value())},
            {"values", values_of(state, trial)},
            {"step", trial.reached},
            {"goal", trial.goal},
            {"bracket", trial.bracket},
            {"attempts", trial.attempts},
            {"worker", running ? Json(running->worker) : Json(nullptr)},
            {"parent", parent_of(trial)},
            {"proposed", base::to_utc_text(trial.proposed_at)},
            {"params", to_json(trial.params)},
            {"study", state.study().name}};
}

Json trial_view(const State& state, const std::vector<core::StampedFact>& facts, core::TrialId id) {
    TrialStory story(state, id);
    for (const core::StampedFact& fact : facts) story.hear(fact);
    const Trial& trial = state.trial(id);
    const auto* end = std::get_if<core::Ended>(&trial.phase);
    Json ended = nullptr;
    if (end != nullptr)
        ended = {{"how", state_name(trial)},
                 {"value", or_null(end->value)},
                 {"reason", end->reason},
                 {"at", or_null(story.ended_at)}};
    return {{"study", state.study().name},
            {"trial", id.value()},
            {"state", state_name(trial)},
            {"value", or_null(trial.value())},
            {"step", trial.reached},
            {"goal", trial.goal},
            {"bracket", trial.bracket},
            {"proposed", or_null(story.proposed_at)},
            {"params", to_json(trial.params)},
            {"parent", parent_of(trial)},
            {"lineage", lineage_rows(state, id)},
            {"ended", ended},
            {"curve", story.curve},
            {"attempts", story.attempts},
            {"verdicts", story.verdicts}};
}

}  // namespace quench::orchestrator::cli
