#include "search/scheduler/survival.hpp"

#include "base/random.hpp"
#include "predictor/forecaster.hpp"
#include "search/scheduler/amount.hpp"
#include "search/scheduler/energy_evidence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

/// Contenders with what is known of each: forecasts in the unit of values at the target.
struct Field {
    std::vector<Contender> contenders;
    std::vector<double> forecasts;
    std::vector<std::optional<double>> deviations;  ///< of the forecasts' errors, where these are known
    std::string predictor;
    std::optional<predictor::EnergyReport> energies = std::nullopt;  ///< of what was fitted by annealing
};

double value_now(const SurvivalQuestion::Contender& contender) {
    return recent_best(contender.curve.values);
}

double root_mean_square(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<double> values_now(const std::vector<Movement>& movements) {
    std::vector<double> values;
    for (const Movement& movement : movements) values.push_back(movement.now);
    return values;
}

std::vector<double> earlier_disturbances(const SurvivalQuestion& question, double spread) {
    std::vector<double> all;
    for (const auto& stage : question.earlier) {
        if (all.size() >= SurvivalWork::most_earlier) break;
        const double then = spread_of(values_now(stage));
        const double narrowed = then > 0 && spread > 0 ? std::sqrt(std::min(1.0, spread / then)) : 1;
        for (const double one : disturbances(stage, trend_of(stage))) all.push_back(narrowed * one);
    }
    return all;
}

/// By the last value.
std::optional<Field> by_last_value(const SurvivalQuestion& question) {
    const bool known = question.movements.size() >= SurvivalWork::enough;
    const Trend trend = trend_of(question.movements);
    std::vector<double> now;
    for (const auto& contender : question.contenders) now.push_back(value_now(contender));
    std::vector<double> all = earlier_disturbances(question, spread_of(now));
    for (const double one : disturbances(question.movements, trend)) all.push_back(one);
    const double deviation = root_mean_square(all);
    if (all.size() < SurvivalWork::enough || deviation == 0) return std::nullopt;
    const auto shared = std::make_shared<const std::vector<double>>(std::move(all));
    Field field;
    field.predictor = "last";
    for (const double value : now) {
        field.contenders.push_back({.value = value, .unit = 1, .disturbances = shared});
        field.forecasts.push_back(known ? trend.at(value) : value);
        // How far all curves fall until then is known from those that came there alone: without them ranks
        // are what is forecast, and the value stands for one.
        field.deviations.push_back(known ? std::optional(std::max(trend.slope, 0.1) * deviation)
                                         : std::nullopt);
    }
    return field;
}

std::optional<Field> by_predictor(const SurvivalQuestion& question, std::string& complaint) {
    if (!question.predictor || question.movements.size() < SurvivalWork::enough) return std::nullopt;
    const auto forecaster = predictor::Forecaster::fit(*question.predictor, question.curves,
                                                       question.question, {.seed = question.key});
    if (!forecaster) {
        complaint =
            fmt::format("{} gave no forecast: {}", question.predictor->name(), forecaster.error().text());
        return std::nullopt;
    }
    const auto scores =
        std::make_shared<const std::vector<double>>(forecaster->scores().begin(), forecaster->scores().end());
    const double unit = root_mean_square(*scores);
    Field field;
    field.predictor = question.predictor->name();
    field.energies = forecaster->energies();
    for (const auto& contender : question.contenders) {
        const auto prediction = forecaster->predict(contender.curve);
        if (!prediction) return std::nullopt;
        field.contenders.push_back(
            {.value = prediction->value, .unit = prediction->spread, .disturbances = scores});
        field.forecasts.push_back(prediction->value);
        field.deviations.push_back(prediction->spread * unit);
    }
    return field;
}

}  // namespace

void SurvivalWork::run() const {
    std::call_once(once_, [this] {
        const std::size_t count = question_.contenders.size();
        outcome_.resize(count);
        if (question_.question.known < 1) {  // a curve of so many steps has no point yet
            done_ = true;
            return;
        }
        auto last = by_last_value(question_);
        auto model = by_predictor(question_, complaint_);
        const bool leads = question_.predictor_leads && model.has_value();
        const auto& field = leads ? model : last;
        const auto& rival = leads ? last : model;
        if (field && question_.places < count) {
            const auto chance = chances(field->contenders, question_.places, question_.key);
            for (std::size_t i = 0; i < count; ++i) {
                Evidence evidence{.target = question_.target,
                                  .predictor = field->predictor,
                                  .deviation = field->deviations[i],
                                  .chance = chance[i],
                                  .rival = ""};
                if (rival) {
                    evidence.rival = rival->predictor;
                    evidence.rival_forecast = rival->forecasts[i];
                }
                if (model) add_energies(evidence, model->energies);
                outcome_[i].forecast = field->forecasts[i];
                outcome_[i].evidence = std::move(evidence);
            }
            std::vector<double> edge = field->forecasts;
            std::sort(edge.begin(), edge.end());
            threshold_ = edge[question_.places - 1];
            std::vector<double> now;
            for (const auto& contender : question_.contenders) now.push_back(value_now(contender));
            std::sort(now.begin(), now.end());
            const double safe = now[question_.places - 1];
            for (std::size_t i = 0; i < count; ++i)
                outcome_[i].stops =
                    value_now(question_.contenders[i]) > safe && chance[i] <= question_.bearable;
        }
        done_ = true;
    });
}

const std::vector<Survival>& SurvivalWork::outcome() const {
    run();
    return outcome_;
}

const std::string& SurvivalWork::complaint() const {
    run();
    return complaint_;
}

std::optional<double> SurvivalWork::threshold() const {
    run();
    return threshold_;
}

Judgement judgement_of(const SurvivalWork& work, std::size_t contender, const Decision& decision) {
    const SurvivalQuestion& question = work.question();
    const Survival& outcome = work.outcome()[contender];
    Judgement judgement;
    judgement.trial = decision.trial;
    judgement.step = decision.at;
    judgement.forecast = outcome.forecast;
    judgement.threshold = work.threshold();
    judgement.evidence = outcome.evidence;
    judgement.reason = fmt::format("rank {} of {} at {}: ", contender + 1, question.contenders.size(),
                                   amount_text(decision.at, decision.unit));
    judgement.reason += outcome.evidence ? fmt::format("a chance of {:.1f} % to be among the best {} at {}",
                                                       100 * outcome.evidence->chance.value_or(0),
                                                       question.places, question.target)
                                         : std::string("too little is known of curves to stop any");
    if (!work.complaint().empty()) judgement.reason += "; " + work.complaint();
    bool stops = decision.stops && outcome.evidence;
    if (stops && decision.audit > 0 &&
        base::Rng(judgement.trial.value(), "audit of stops", static_cast<std::uint64_t>(question.target))
                .uniform() < decision.audit) {
        stops = false;
        judgement.evidence->audited = true;
        judgement.reason += "; it would stop, but goes on as an audit of such verdicts";
    }
    judgement.verdict = stops ? Verdict::stop : Verdict::proceed;
    judgement.to = stops ? 0 : decision.next;
    return judgement;
}

}  // namespace quench::search::scheduler
