#include "orchestrator/cli/forecast_record.hpp"

#include "orchestrator/simulate/calibration.hpp"
#include "orchestrator/store/names.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

namespace quench::orchestrator::cli {
namespace {

using core::Resource;
using core::State;
using core::Trial;
using core::VerdictGiven;

constexpr double normal_90 = 1.645;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// The objective at the first report at or beyond a step.
std::optional<double> value_at(const Trial& trial, Resource step) {
    for (const core::Point& point : trial.curve)
        if (point.step >= step && std::isfinite(point.value)) return point.value;
    return std::nullopt;
}

bool best_of_bracket(const State& state, const Trial& trial, Resource step) {
    const auto own = value_at(trial, step);
    return std::ranges::none_of(state.trials, [&](const Trial& other) {
        const auto value = value_at(other, step);
        return other.bracket == trial.bracket && value && own &&
               core::better(state.study().objective.direction, *value, *own);
    });
}

/// Did it go on from the step? Nothing while that is open, and for a trial that did not come to it.
std::optional<bool> went_on(const State& state, const Trial& trial, Resource step) {
    if (!value_at(trial, step)) return std::nullopt;
    if (trial.reached > step || trial.goal > step) return true;
    if (!std::holds_alternative<core::Ended>(trial.phase)) return std::nullopt;
    return step >= state.study().fidelity.max && best_of_bracket(state, trial, step);
}

std::vector<VerdictGiven> verdicts_of(const std::vector<core::StampedFact>& facts,
                                      std::optional<core::TrialId> trial) {
    std::vector<VerdictGiven> all;
    for (const core::StampedFact& stamped : facts)
        if (const auto* verdict = std::get_if<VerdictGiven>(&stamped.fact))
            if (!trial || verdict->trial == *trial) all.push_back(*verdict);
    return all;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

Json median_or_null(const std::vector<double>& values) {
    return values.empty() ? Json(nullptr) : Json(median(values));
}

struct Record {
    std::vector<double> errors;
    std::size_t decided = 0;
    std::size_t inside = 0;
    std::size_t with_deviation = 0;
    std::vector<double> energy_gaps, random_energy_gaps;  ///< of those fitted by annealing
};

/// Two predictors that forecast the same.
struct Duel {
    std::vector<double> errors, errors_of_last;
    std::size_t nearer = 0;
};

Json chance_rows(const State& state, const std::vector<VerdictGiven>& verdicts, bool only_audited) {
    constexpr auto& edges = simulate::Calibration::edges;
    Json rows = Json::array();
    for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
        std::size_t count = 0;
        std::size_t on = 0;
        double sum = 0;
        for (const VerdictGiven& verdict : verdicts) {
            if (!verdict.evidence || !verdict.evidence->chance) continue;
            if (only_audited && !verdict.evidence->audited) continue;
            const double chance = *verdict.evidence->chance;
            const bool last = bin + 2 == edges.size();
            if (chance < edges[bin] || (chance >= edges[bin + 1] && !last)) continue;
            const auto outcome = went_on(state, state.trial(verdict.trial), verdict.evidence->target);
            if (!outcome) continue;
            ++count;
            sum += chance;
            if (*outcome) ++on;
        }
        if (count == 0) continue;
        const auto n = static_cast<double>(count);
        rows.push_back({{"from", edges[bin]},
                        {"to", edges[bin + 1]},
                        {"verdicts", count},
                        {"mean_chance", sum / n},
                        {"went_on", static_cast<double>(on) / n}});
    }
    return rows;
}

Json predictor_rows(const State& state, const std::vector<VerdictGiven>& verdicts) {
    std::map<std::string, Record> records;
    for (const VerdictGiven& verdict : verdicts) {
        if (!verdict.evidence || !verdict.forecast) continue;
        const auto& evidence = *verdict.evidence;
        const auto truth = value_at(state.trial(verdict.trial), evidence.target);
        if (!truth) continue;
        Record& own = records[evidence.predictor];
        own.errors.push_back(std::abs(*truth - *verdict.forecast));
        ++own.decided;
        if (evidence.deviation) ++own.with_deviation;
        if (evidence.deviation && own.errors.back() <= normal_90 * *evidence.deviation) ++own.inside;
        if (evidence.rival_forecast)
            records[evidence.rival].errors.push_back(std::abs(*truth - *evidence.rival_forecast));
        if (evidence.energy_gap && evidence.random_energy_gap) {  // a model's, never the last value's
            Record& annealed = evidence.predictor == "last" ? records[evidence.rival] : own;
            annealed.energy_gaps.push_back(*evidence.energy_gap);
            annealed.random_energy_gaps.push_back(*evidence.random_energy_gap);
        }
    }
    // A predictor that never answered is told apart from one that was not asked for.
    if (const auto& asked = state.study().fidelity.predictor) records.try_emplace(asked->model);
    Json rows = Json::array();
    for (const auto& [name, record] : records)
        rows.push_back(
            {{"predictor", name},
             {"forecasts", record.errors.size()},
             {"decided", record.decided},
             {"median_error", median_or_null(record.errors)},
             {"inside", record.with_deviation == 0 ? Json(nullptr)
                                                   : Json(static_cast<double>(record.inside) /
                                                          static_cast<double>(record.with_deviation))},
             {"energy_gap", median_or_null(record.energy_gaps)},
             {"random_energy_gap", median_or_null(record.random_energy_gaps)}});
    return rows;
}

Json duel_rows(const State& state, const std::vector<VerdictGiven>& verdicts) {
    std::map<std::string, Duel> duels;
    for (const VerdictGiven& verdict : verdicts) {
        if (!verdict.evidence || !verdict.forecast || !verdict.evidence->rival_forecast) continue;
        const auto& evidence = *verdict.evidence;
        const auto truth = value_at(state.trial(verdict.trial), evidence.target);
        if (!truth) continue;
        const bool last_decided = evidence.predictor == "last";
        double error = std::abs(*truth - *verdict.forecast);
        double of_last = std::abs(*truth - *evidence.rival_forecast);
        if (last_decided) std::swap(error, of_last);
        Duel& duel = duels[last_decided ? evidence.rival : evidence.predictor];
        duel.errors.push_back(error);
        duel.errors_of_last.push_back(of_last);
        if (error < of_last) ++duel.nearer;
    }
    Json rows = Json::array();
    for (const auto& [name, duel] : duels)
        rows.push_back(
            {{"predictor", name},
             {"forecasts", duel.errors.size()},
             {"median_error", median(duel.errors)},
             {"median_error_of_last", median(duel.errors_of_last)},
             {"nearer", static_cast<double>(duel.nearer) / static_cast<double>(duel.errors.size())}});
    return rows;
}

}  // namespace

Json verdict_rows(const State& state, const std::vector<core::StampedFact>& facts, core::TrialId id) {
    const Trial& trial = state.trial(id);
    Json rows = Json::array();
    for (const VerdictGiven& verdict : verdicts_of(facts, id)) {
        Json row = {{"step", verdict.step},
                    {"verdict", std::string(store::to_text(verdict.verdict))},
                    {"to", verdict.verdict == search::Verdict::proceed ? Json(verdict.to) : Json(nullptr)},
                    {"forecast", or_null(verdict.forecast)},
                    {"threshold", or_null(verdict.threshold)}};
        for (const char* key :
             {"target", "predictor", "deviation", "chance", "audited", "rival", "rival_forecast",
              "energy_gap", "random_energy_gap", "came_to", "inside", "went_on", "right"})
            row[key] = nullptr;
        if (const auto& evidence = verdict.evidence) {
            row["target"] = evidence->target;
            row["predictor"] = evidence->predictor;
            row["deviation"] = or_null(evidence->deviation);
            row["chance"] = or_null(evidence->chance);
            row["audited"] = evidence->audited;
            if (!evidence->rival.empty()) row["rival"] = evidence->rival;
            row["rival_forecast"] = or_null(evidence->rival_forecast);
            row["energy_gap"] = or_null(evidence->energy_gap);
            row["random_energy_gap"] = or_null(evidence->random_energy_gap);
            const auto truth = value_at(trial, evidence->target);
            row["came_to"] = or_null(truth);
            if (truth && verdict.forecast && evidence->deviation)
                row["inside"] = std::abs(*truth - *verdict.forecast) <= normal_90 * *evidence->deviation;
            const auto on = went_on(state, trial, evidence->target);
            row["went_on"] = or_null(on);
            // An audit goes on to show whether a stop would have been right.
            const bool stops = verdict.verdict == search::Verdict::stop || evidence->audited;
            if (on) row["right"] = *on != stops;
        }
        row["reason"] = verdict.reason;
        rows.push_back(std::move(row));
    }
    return rows;
}

Json calibration_view(const State& state, const std::vector<core::StampedFact>& facts) {
    const auto verdicts = verdicts_of(facts, std::nullopt);
    std::size_t stopped = 0;
    double risked = 0;
    for (const VerdictGiven& verdict : verdicts) {
        if (!verdict.evidence || verdict.verdict != search::Verdict::stop) continue;
        ++stopped;
        risked += verdict.evidence->chance.value_or(0);
    }
    return {{"study", state.study().name},
            {"scheduler", state.study().fidelity.name},
            {"verdicts", verdicts.size()},
            {"stopped", stopped},
            {"risked", risked},
            {"chances", chance_rows(state, verdicts, false)},
            {"audits", chance_rows(state, verdicts, true)},
            {"predictors", predictor_rows(state, verdicts)},
            {"beside_last", duel_rows(state, verdicts)}};
}

}  // namespace quench::orchestrator::cli
