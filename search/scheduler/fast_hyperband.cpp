#include "search/scheduler/fast_hyperband.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"
#include "search/scheduler/energy_evidence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

constexpr std::ptrdiff_t most_teachers = 200;  ///< the latest: a fit of more takes long and tells no more

}  // namespace

FastHyperband::FastHyperband(Options options)
    : options_(std::move(options)),
      plain_({options_.plan, options_.eta, options_.unit}),
      curves_(options_.plan.front().rounds.back()) {
    QUENCH_CHECK(options_.predictor != nullptr, "Fast-Hyperband needs a predictor");
    started_.resize(options_.plan.size());
    for (const HyperbandBracket& plan : options_.plan) finished_.emplace_back(plan.rounds.size());
}

void FastHyperband::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) on(*proposed);
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) end(ended->trial);
    if (std::holds_alternative<ProposalsEnded>(event)) proposals_ended_ = true;
    plain_.tell(event);
}

void FastHyperband::on(const Proposed& event) {
    Trial trial;
    while (trial.bracket < options_.plan.size() && options_.plan[trial.bracket].s != event.bracket)
        ++trial.bracket;
    QUENCH_CHECK(trial.bracket < options_.plan.size(),
                 "a trial was proposed to a bracket that does not exist");
    trials_.emplace(event.trial, trial);
    ++started_[trial.bracket];
}

void FastHyperband::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.over || event.step <= found->second.reached) return;
    Trial& trial = found->second;
    trial.reached = event.step;
    curves_.add(event.trial, event.step, event.value);
    if (!trial.training) return;
    doubts_.erase(event.trial);
    if (event.step >= options_.plan[trial.bracket].rounds[trial.round])
        arrive(event.trial, trial, event.value);
    else
        doubt(event.trial, trial, event.step);
}

void FastHyperband::arrive(TrialId id, Trial& trial, double value) {
    trial.training = false;
    taught_[options_.plan[trial.bracket].rounds[trial.round]].push_back(id);
    finished_[trial.bracket][trial.round].insert(make_result(value, id));
}

void FastHyperband::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.over) return;
    Trial& trial = found->second;
    if (event.verdict == Verdict::stop) return end(event.trial);
    if (event.verdict != Verdict::proceed || trial.training) return;
    const auto& rounds = options_.plan[trial.bracket].rounds;
    while (trial.round + 1 < rounds.size() && rounds[trial.round] < event.to) ++trial.round;
    trial.training = true;
}

void FastHyperband::end(TrialId id) {
    const auto found = trials_.find(id);
    if (found == trials_.end()) return;
    found->second.over = true;
    doubts_.erase(id);
}

void FastHyperband::doubt(TrialId id, const Trial& trial, Resource step) {
    const HyperbandBracket& plan = options_.plan[trial.bracket];
    const Resource target = plan.rounds[trial.round];
    const predictor::Question question{curves_.points_to(step), curves_.points_to(target)};
    if (question.known < 1 || question.known >= question.target) return;
    const auto& teachers = taught_[target];
    if (teachers.size() < options_.teaching) return;
    const std::size_t starting = proposals_ended_ ? started_[trial.bracket] : plan.trials;
    const std::size_t slots = hyperband_sizes(plan, starting, options_.eta)[trial.round];
    const std::size_t next = hyperband_keeps(slots, options_.eta);
    const Standing& finished = finished_[trial.bracket][trial.round];
    const double needed = std::ceil(options_.finished * static_cast<double>(next));
    if (finished.size() < std::max<std::size_t>(1, static_cast<std::size_t>(needed))) return;
    const std::size_t rank = std::min(next, finished.size());
    const auto threshold = finite_value_at(finished, rank - 1);
    if (!threshold) return;
    auto& fit = fits_[{trial.bracket, trial.round, step}];
    if (!fit) {
        std::vector<predictor::Curve> training;
        const auto latest = teachers.end() - std::min(std::ssize(teachers), most_teachers);
        for (auto teacher = latest; teacher != teachers.end(); ++teacher)
            training.push_back(curves_.curve(*teacher, question.target));
        fit = std::make_shared<CalibratedFit>(options_.predictor, std::move(training), question);
    }
    doubts_[id] = {.step = step,
                   .target = target,
                   .curve = curves_.curve(id, question.known),
                   .threshold = *threshold,
                   .rank = rank,
                   .fit = fit};
}

std::optional<Judgement> FastHyperband::judgement(TrialId id, const Doubt& doubt) const {
    const predictor::Forecaster* forecaster = doubt.fit->forecaster();
    if (forecaster == nullptr) return std::nullopt;
    const auto chance = forecaster->probability_below(doubt.curve, doubt.threshold);
    const auto forecast = forecaster->forecast(doubt.curve);
    if (!chance || !forecast || !std::isfinite(forecast->value) || !(*chance <= options_.risk))
        return std::nullopt;
    Judgement judgement;
    judgement.trial = id;
    judgement.step = doubt.step;
    judgement.verdict = Verdict::stop;
    judgement.forecast = forecast->value;
    judgement.threshold = doubt.threshold;
    judgement.evidence = Evidence{.target = doubt.target,
                                  .predictor = std::string(options_.predictor->name()),
                                  .deviation = forecast->deviation,
                                  .chance = *chance,
                                  .rival = ""};
    add_energies(*judgement.evidence, forecaster->energies());
    judgement.reason =
        fmt::format("at {}: a chance of {:.1f} % to be better at {} than number {} there",
                    amount_text(doubt.step, options_.unit), 100 * *chance, doubt.target, doubt.rank);
    return judgement;
}

std::shared_ptr<const Work> FastHyperband::work_due() const {
    std::shared_ptr<const Work> any;
    for (const auto& [id, doubt] : doubts_) {
        if (!doubt.fit->done()) return doubt.fit;
        any = doubt.fit;
    }
    return any;
}

std::vector<Judgement> FastHyperband::judgements_due() const {
    std::vector<Judgement> due = plain_.judgements_due();
    for (const auto& [id, doubt] : doubts_)
        if (auto stop = judgement(id, doubt)) due.push_back(std::move(*stop));
    return due;
}

std::unique_ptr<Scheduler> FastHyperband::clone() const {
    return std::make_unique<FastHyperband>(*this);
}

}  // namespace quench::search::scheduler
