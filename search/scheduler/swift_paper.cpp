#include "search/scheduler/swift_paper.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"
#include "search/scheduler/energy_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

Resource last_target(const std::vector<HyperbandBracket>& plan) {
    return plan.empty() ? 1 : plan.front().rounds.back();
}

/// With linear interpolation between order statistics.
double quantile_of(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    if (below + 1 >= values.size()) return values.back();
    return values[below] + (place - static_cast<double>(below)) * (values[below + 1] - values[below]);
}

}  // namespace

SwiftPaper::SwiftPaper(Options options) : options_(std::move(options)), curves_(last_target(options_.plan)) {
    QUENCH_CHECK(options_.predictor != nullptr && !options_.plan.empty(),
                 "Swift-Hyperband needs a predictor and a schedule");
    for (const HyperbandBracket& plan : options_.plan) rounds_.emplace_back(plan.rounds.size());
    started_.resize(options_.plan.size());
    slots_ = options_.plan.front().trials;
}

void SwiftPaper::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) on(*proposed);
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) on(*ended);
    if (std::holds_alternative<ProposalsEnded>(event)) proposals_ended_ = true;
    go_on();
}

Resource SwiftPaper::decision(std::size_t round) const {
    const Resource from = round == 0 ? 0 : targets()[round - 1];
    const auto length = static_cast<double>(targets()[round] - from);
    return from + static_cast<Resource>(std::ceil(length * options_.known));
}

/// n_next
std::size_t SwiftPaper::survivors() const {
    return last_round() ? 1 : hyperband_keeps(slots_, options_.eta);
}

void SwiftPaper::on(const Proposed& event) {
    const auto at = std::find_if(options_.plan.begin(), options_.plan.end(),
                                 [&](const HyperbandBracket& plan) { return plan.s == event.bracket; });
    QUENCH_CHECK(at != options_.plan.end(), "a trial was proposed to a bracket that does not exist");
    Trial trial;
    trial.bracket = static_cast<std::size_t>(at - options_.plan.begin());
    trial.late = trial.bracket != bracket_ || round_ != 0 || phase_ != Phase::first;
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    ++open_;
    ++started_[trial.bracket];
    ++rounds_[trial.bracket].front().running;
    if (trial.late) return;
    members_.push_back(event.trial);
    ++pending_;
}

void SwiftPaper::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    curves_.add(event.trial, event.step, event.value);
    if (trial.late) {
        if (trial.judged || event.step < options_.plan[trial.bracket].rounds.front()) return;
        make_due({.trial = event.trial,
                  .step = event.step,
                  .verdict = Verdict::stop,
                  .to = 0,
                  .reason = "its round was judged before it was proposed",
                  .forecast = {},
                  .threshold = {}});
        return;
    }
    if (trial.stage == Stage::to_decision && event.step >= decision(round_))
        arrive_at_decision(event.trial, trial, event.value);
    if ((trial.stage == Stage::vanguard || trial.stage == Stage::selected) && event.step >= target())
        arrive_at_target(event.trial, trial, event.value);
}

void SwiftPaper::arrive_at_decision(TrialId id, Trial& trial, double value) {
    trial.value = value;
    const std::size_t curves = taught_[target()].size() + under_way_;
    const bool first = static_cast<double>(sent_) < options_.vanguard * static_cast<double>(survivors());
    if (!first && curves >= options_.teaching) {
        trial.stage = Stage::undecided;
        ++undecided_;
        --pending_;
        return;
    }
    trial.stage = Stage::vanguard;
    ++sent_;
    ++under_way_;
    Judgement judgement;
    judgement.trial = id;
    judgement.step = decision(round_);
    judgement.verdict = Verdict::proceed;
    judgement.to = target();
    judgement.reason = first ? fmt::format("place {} to come to {}: the first are trained without a forecast",
                                           sent_, amount_text(judgement.step, options_.unit))
                             : fmt::format("curve {} of {} to {} that a predictor is fitted on", curves + 1,
                                           options_.teaching, amount_text(target(), options_.unit));
    if (judgement.to > judgement.step) make_due(std::move(judgement));
}

void SwiftPaper::arrive_at_target(TrialId id, Trial& trial, double value) {
    drop_judgement(id, trial);
    trial.value = value;
    if (trial.stage == Stage::vanguard) {
        --under_way_;
        trained_.push_back(value);
        taught_[target()].push_back(id);
    }
    trial.stage = Stage::arrived;
    --pending_;
    --round().running;
    round().results.insert(make_result(value, id));
}

void SwiftPaper::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    if (event.verdict == Verdict::stop) return end(event.trial, true);
    if (event.verdict == Verdict::pause || trial.late) return;
    if (trial.stage == Stage::vanguard) {
        drop_judgement(event.trial, trial);
    } else if (phase_ == Phase::second && !decides_early()) {
        if (trial.stage == Stage::undecided) {
            --undecided_;
            arrive_at_target(event.trial, trial, trial.value);
        } else {
            --pending_;
        }
        ++round().promoted;
        trial.stage = Stage::to_decision;
    } else if (phase_ == Phase::second && trial.stage == Stage::undecided) {
        --undecided_;
        trial.stage = Stage::selected;
    } else if (trial.stage == Stage::arrived && trial.judged) {
        ++round().promoted;
        drop_judgement(event.trial, trial);
        --pending_;
        trial.stage = Stage::to_decision;
    }
}

void SwiftPaper::on(const Ended& event) {
    end(event.trial, event.how != Ending::completed && event.how != Ending::stopped);
}

void SwiftPaper::end(TrialId id, bool badly) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    const bool in_next_round = trial.stage == Stage::to_decision && !trial.late && phase_ != Phase::first;
    if (trial.stage != Stage::arrived && !in_next_round) {
        Round& its = rounds_[trial.bracket][trial.late ? 0 : round_];
        --its.running;
        if (badly) its.results.insert({std::numeric_limits<double>::infinity(), id});
    }
    if (!trial.late) {
        if (trial.stage == Stage::vanguard) --under_way_;
        if (waited_for(trial)) --pending_;
        if (trial.stage == Stage::undecided) --undecided_;
    }
    drop_judgement(id, trial);
    trial.stage = Stage::over;
    --open_;
}

bool SwiftPaper::waited_for(const Trial& trial) const {
    const bool at_target = trial.stage == Stage::arrived;
    switch (phase_) {
        case Phase::first:
            return !at_target && trial.stage != Stage::undecided;
        case Phase::second:
            return trial.stage != Stage::to_decision && (!at_target || !decides_early());
        case Phase::ending:
            return trial.judged;
    }
    return false;
}

void SwiftPaper::make_due(Judgement judgement) {
    trials_.at(judgement.trial).judged = true;
    due_.push_back(std::move(judgement));
}

void SwiftPaper::drop_judgement(TrialId id, Trial& trial) {
    if (!trial.judged) return;
    trial.judged = false;
    // Judgements are given in order, so this one is the first as a rule.
    due_.erase(std::find_if(due_.begin(), due_.end(), [&](const Judgement& j) { return j.trial == id; }));
}

void SwiftPaper::go_on() {
    while (bracket_ < options_.plan.size() && pending_ == 0) {
        const bool filled =
            round_ > 0 || started_[bracket_] >= options_.plan[bracket_].trials || proposals_ended_;
        if (!filled) return;
        if (phase_ == Phase::first)
            begin_second();
        else if (phase_ == Phase::second && decides_early())
            end_round();
        else
            next_round();
    }
}

void SwiftPaper::begin_second() {
    phase_ = Phase::second;
    if (round_ == 0) slots_ = started_[bracket_];
    const predictor::Question question{curves_.points_to(decision(round_)), curves_.points_to(target())};
    const auto& teachers = taught_[target()];
    auto& fit = fits_[{target(), decision(round_)}];
    if (!fit && question.known > 0 && teachers.size() >= options_.teaching) {
        std::vector<predictor::Curve> training;
        for (const TrialId id : teachers) training.push_back(curves_.curve(id, question.target));
        fit = std::make_shared<ModelFit>(options_.predictor, std::move(training), question);
    }
    selection_ = {};
    selection_.fit = fit;
    for (const TrialId id : members_) {
        const Stage stage = trials_.at(id).stage;
        if (stage == Stage::undecided) selection_.undecided.push_back(id);
        if (stage == Stage::arrived) selection_.trained.push_back(id);
    }
    pending_ = selection_.undecided.size();
    if (!decides_early()) pending_ += selection_.trained.size();
    if (!trained_.empty()) selection_.threshold = quantile_of(trained_, options_.quantile);
    selection_.missing = survivors() - std::min(survivors(), trained_.size());
}

std::vector<SwiftPaper::Candidate> SwiftPaper::candidates() const {
    std::vector<Candidate> all;
    const std::size_t known = curves_.points_to(decision(round_));
    bool blind = selection_.fit == nullptr;
    for (const TrialId id : selection_.undecided) {
        Candidate candidate;
        candidate.trial = id;
        if (!blind) candidate.forecast = selection_.fit->forecast(curves_.curve(id, known));
        blind = blind || !candidate.forecast;
        all.push_back(std::move(candidate));
    }
    std::string why;
    if (blind && !all.empty() && selection_.fit && !selection_.fit->model())
        why = fmt::format(" ({}: {})", options_.predictor->name(), selection_.fit->model().error().text());
    std::size_t below = 0;
    for (Candidate& candidate : all) {
        candidate.selected = blind || (selection_.threshold && *candidate.forecast < *selection_.threshold);
        candidate.reason = blind ? "there is no forecast" + why + ": all are trained, as in Hyperband"
                           : candidate.selected ? "its forecast is below the best quarter of those trained"
                                                : "its forecast is not among the best";
        if (candidate.selected) ++below;
    }
    if (blind || below >= selection_.missing) return all;
    std::vector<Candidate*> order;
    for (Candidate& candidate : all) order.push_back(&candidate);
    std::stable_sort(order.begin(), order.end(),
                     [](const Candidate* a, const Candidate* b) { return *a->forecast < *b->forecast; });
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        order[rank]->selected = rank < selection_.missing;
        if (order[rank]->selected)
            order[rank]->reason =
                fmt::format("its forecast is number {}, and {} are missing", rank + 1, selection_.missing);
    }
    return all;
}

/// The published method says nothing of errors.
std::optional<Evidence> SwiftPaper::evidence_of(const Candidate& candidate) const {
    if (!candidate.forecast) return std::nullopt;
    Evidence evidence{.target = target(), .predictor = std::string(options_.predictor->name())};
    if (selection_.fit && selection_.fit->model())
        add_energies(evidence, (*selection_.fit->model())->energies());
    return evidence;
}

/// Of a round with something left to train after its decision point.
std::vector<Judgement> SwiftPaper::selection_judgements() const {
    std::vector<Judgement> judgements;
    if (undecided_ == 0) return judgements;
    for (Candidate& candidate : candidates()) {
        if (trials_.at(candidate.trial).stage != Stage::undecided)
            continue;  // given already, or it has ended
        judgements.push_back({.trial = candidate.trial,
                              .step = decision(round_),
                              .verdict = candidate.selected ? Verdict::proceed : Verdict::stop,
                              .to = candidate.selected ? target() : 0,
                              .reason = std::move(candidate.reason),
                              .forecast = candidate.forecast,
                              .threshold = selection_.threshold,
                              .evidence = evidence_of(candidate)});
    }
    return judgements;
}

/// Of a round whose decision point is its target: selection and end in one.
std::vector<Judgement> SwiftPaper::ranked_judgements() const {
    Standing results;
    for (const TrialId id : selection_.trained) results.insert(make_result(trials_.at(id).value, id));
    std::vector<Judgement> judgements;
    for (Candidate& candidate : candidates()) {
        if (candidate.selected) {
            results.insert(make_result(trials_.at(candidate.trial).value, candidate.trial));
        } else if (trials_.at(candidate.trial).stage == Stage::undecided) {
            judgements.push_back({.trial = candidate.trial,
                                  .step = target(),
                                  .verdict = Verdict::stop,
                                  .to = 0,
                                  .reason = std::move(candidate.reason),
                                  .forecast = candidate.forecast,
                                  .threshold = selection_.threshold,
                                  .evidence = evidence_of(candidate)});
        }
    }
    for (std::size_t rank = 0; rank < results.size(); ++rank) {
        const Stage stage = trials_.at(results.at_rank(rank)->trial).stage;
        if (stage == Stage::arrived || stage == Stage::undecided) judgements.push_back(ranked(results, rank));
    }
    return judgements;
}

Judgement SwiftPaper::ranked(const Standing& results, std::size_t rank) const {
    const std::size_t keep = last_round() ? 0 : survivors();
    Judgement judgement;
    judgement.trial = results.at_rank(rank)->trial;
    judgement.step = target();
    judgement.verdict = rank < keep ? Verdict::proceed : Verdict::stop;
    judgement.reason =
        fmt::format("rank {} of {} at {}", rank + 1, members_.size(), amount_text(target(), options_.unit));
    if (last_round()) {
        judgement.reason = fmt::format("reached {}, the maximum: {}", amount_text(target(), options_.unit),
                                       judgement.reason);
        return judgement;
    }
    judgement.threshold = finite_value_at(results, keep - 1);
    if (rank < keep) judgement.to = decision(round_ + 1);
    judgement.reason += rank < keep ? fmt::format(": the best {} go on to {}", keep, targets()[round_ + 1])
                                    : fmt::format(": only the best {} go on", keep);
    return judgement;
}

void SwiftPaper::end_round() {
    phase_ = Phase::ending;
    for (std::size_t rank = 0; rank < round().results.size(); ++rank) {
        if (trials_.at(round().results.at_rank(rank)->trial).stage != Stage::arrived) continue;
        make_due(ranked(round().results, rank));
        ++pending_;
    }
}

void SwiftPaper::next_round() {
    phase_ = Phase::first;
    sent_ = under_way_ = 0;
    trained_.clear();
    slots_ = hyperband_keeps(slots_, options_.eta);
    std::vector<TrialId> on;
    for (const TrialId id : members_)
        if (trials_.at(id).stage == Stage::to_decision) on.push_back(id);
    members_ = std::move(on);
    pending_ = members_.size();
    if (!members_.empty()) {
        ++round_;
        round().running = pending_;
        return;
    }
    selection_ = {};
    round_ = 0;
    ++bracket_;
    if (bracket_ < options_.plan.size()) slots_ = options_.plan[bracket_].trials;
}

std::shared_ptr<const Work> SwiftPaper::work_due() const {
    const bool forecasts = phase_ == Phase::second && !selection_.undecided.empty();
    return forecasts ? selection_.fit : nullptr;
}

std::vector<Judgement> SwiftPaper::judgements_due() const {
    std::vector<Judgement> due{due_.begin(), due_.end()};
    if (phase_ != Phase::second) return due;
    for (Judgement& judgement : decides_early() ? selection_judgements() : ranked_judgements())
        due.push_back(std::move(judgement));
    return due;
}

Job SwiftPaper::next_job() const {
    if (bracket_ < options_.plan.size() && !proposals_ended_ && round_ == 0 && phase_ == Phase::first &&
        started_[bracket_] < options_.plan[bracket_].trials)
        return Start{.bracket = options_.plan[bracket_].s, .to = decision(0)};
    if (open_ > 0) return Wait{fmt::format("{} trials are still in their round", open_)};
    return Finished{proposals_ended_ ? "all trials that were proposed have ended"
                                     : "all brackets are complete"};
}

std::vector<Rung> SwiftPaper::rungs() const {
    std::vector<Rung> table;
    for (std::size_t b = 0; b < rounds_.size(); ++b) {
        const std::size_t trials = proposals_ended_ ? started_[b] : options_.plan[b].trials;
        const auto sizes = hyperband_sizes(options_.plan[b], trials, options_.eta);
        for (std::size_t i = 0; i < rounds_[b].size(); ++i) {
            const Round& its = rounds_[b][i];
            Rung& rung = table.emplace_back();
            rung.bracket = options_.plan[b].s;
            rung.at = options_.plan[b].rounds[i];
            rung.running = its.running;
            rung.arrived = its.results.size();
            rung.promoted = its.promoted;
            rung.planned = sizes[i];
            rung.best = finite_value_at(its.results, 0);
        }
    }
    return table;
}

std::optional<Resource> SwiftPaper::planned_resource() const {
    Resource planned = 0;
    for (std::size_t b = 0; b < options_.plan.size(); ++b)
        planned += hyperband_resource(options_.plan[b],
                                      proposals_ended_ ? started_[b] : options_.plan[b].trials, options_.eta);
    return planned;
}

std::unique_ptr<Scheduler> SwiftPaper::clone() const {
    return std::make_unique<SwiftPaper>(*this);
}

}  // namespace quench::search::scheduler
