#include "search/scheduler/swift_asha.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quench::search::scheduler {
namespace {

/// What contenders are ranked by; the best possible where a curve has no point yet.
double value_of(const predictor::Curve& curve) {
    return curve.values.empty() ? -std::numeric_limits<double>::infinity() : recent_best(curve.values);
}

}  // namespace

SwiftAsha::SwiftAsha(Options options)
    : options_(std::move(options)), plain_(options_.asha), history_(options_.asha.max) {
    for (const Rung& rung : plain_.rungs()) {
        const bool lowest = stretches_.empty() || stretches_.back().bracket != rung.bracket;
        const Resource from = lowest ? 0 : stretches_.back().target;
        Stretch& stretch = stretches_.emplace_back();
        stretch.bracket = rung.bracket;
        stretch.from = from;
        stretch.target = rung.at;
        stretch.points = decision_points(from, rung.at, options_.decisions, spacing_for(options_.start_cost));
        stretch.crowds.resize(stretch.points.size());
    }
}

void SwiftAsha::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) on(*proposed);
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) end(ended->trial);
    plain_.tell(event);
}

std::size_t SwiftAsha::stretch_to(int bracket, Resource target) const {
    for (std::size_t i = 0; i < stretches_.size(); ++i)
        if (stretches_[i].bracket == bracket && stretches_[i].target >= target) return i;
    QUENCH_CHECK(false, "a trial was proposed to a bracket or an amount that does not exist");
    return 0;
}

Resource SwiftAsha::after(const Stretch& stretch, Resource step) const {
    const auto next = std::upper_bound(stretch.points.begin(), stretch.points.end(), step);
    return next == stretch.points.end() ? stretch.target : *next;
}

void SwiftAsha::on(const Proposed& event) {
    Trial trial;
    trial.stretch = stretch_to(event.bracket, event.to);
    trial.to = event.to;
    history_.propose(event.trial, static_cast<std::size_t>(event.bracket));
    trials_.emplace(event.trial, trial);
}

void SwiftAsha::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.over || event.step <= history_.reached(event.trial)) return;
    Trial& trial = found->second;
    history_.report(event.trial, event.step, event.value);
    contest_.report(event.trial, event.step, event.value);
    const bool at_rung = event.step >= stretches_[trial.stretch].target;
    if (!trial.work && !at_rung && event.step >= trial.to) decide(event.trial, trial);
}

void SwiftAsha::decide(TrialId id, Trial& trial) {
    Stretch& stretch = stretches_[trial.stretch];
    const auto next = std::lower_bound(stretch.points.begin(), stretch.points.end() - 1, trial.to);
    const auto point = static_cast<std::size_t>(next - stretch.points.begin());
    Crowd& crowd = stretch.crowds[point];
    const double value = value_of(history_.curve(id, stretch.points[point]));
    crowd.arrived.insert(make_result(value, id));
    if (!crowd.work || 8 * crowd.arrived.size() > 9 * crowd.asked) {
        crowd.asked = crowd.arrived.size();
        crowd.work = std::make_shared<SurvivalWork>(question_of(stretch, point));
    }
    trial.work = crowd.work;
    trial.point = point;
    const auto& contenders = crowd.work->question().contenders;
    const auto worse = std::upper_bound(
        contenders.begin(), contenders.end(), value,
        [](double own, const SurvivalQuestion::Contender& other) { return own < value_of(other.curve); });
    trial.contender = static_cast<std::size_t>(std::max(worse - contenders.begin(), std::ptrdiff_t{1}) - 1);
    const auto going_on =
        static_cast<double>(stretch.crowds.front().arrived.size()) / static_cast<double>(options_.asha.eta);
    trial.allowance = std::max(0.0, options_.risk * going_on - stretch.risked);
    waiting_[id] = trial.to;
}

SurvivalQuestion SwiftAsha::question_of(const Stretch& stretch, std::size_t point) const {
    const Resource at = stretch.points[point];
    const Standing& arrived = stretch.crowds[point].arrived;
    const std::size_t all = arrived.size();
    const std::size_t count = std::min(all, options_.most_contenders);
    SurvivalQuestion question;
    for (std::size_t i = 0; i < count; ++i) {
        const TrialId contender = arrived.at_rank(i * all / count)->trial;
        question.contenders.push_back({contender, history_.curve(contender, at)});
    }
    // One in eta of those that set out goes on, and those that were stopped before have set out too. They are
    // a sample of all that will: two standard deviations of their number are added.
    double set_out = static_cast<double>(all);
    for (std::size_t before = 0; before < point; ++before)
        set_out += static_cast<double>(stretch.crowds[before].stopped);
    const auto eta = static_cast<double>(options_.asha.eta);
    const double going_on = set_out / eta + 2 * std::sqrt(set_out * (eta - 1)) / eta;
    const double sampled = std::ceil(going_on * static_cast<double>(count) / static_cast<double>(all));
    question.places = std::clamp(static_cast<std::size_t>(sampled), std::size_t{1}, count);
    question.key = (static_cast<std::uint64_t>(stretch.target) << 32) + (all << 8) + point;
    question.predictor = options_.predictor;
    question.predictor_leads = contest_.predictor_leads();
    history_.recall(question, {.now = at,
                               .target = stretch.target,
                               .eta = options_.asha.eta,
                               .unselected = stretch.from == 0,
                               .besides_group = std::nullopt});
    return question;
}

void SwiftAsha::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.over) return;
    Trial& trial = found->second;
    Stretch& stretch = stretches_[trial.stretch];
    if (event.verdict == Verdict::stop) {
        if (trial.work) ++stretch.crowds[trial.point].stopped;
        if (trial.work && event.evidence) stretch.risked += event.evidence->chance.value_or(0);
        return end(event.trial);
    }
    if (event.verdict != Verdict::proceed) return;
    contest_.promise(event);
    const Resource reached = history_.reached(event.trial);
    if (trial.work) {
        trial.work.reset();
        waiting_.erase(event.trial);
    } else if (reached >= stretch.target && trial.stretch + 1 < stretches_.size()) {
        history_.choose(event.trial, stretch.target);
        ++trial.stretch;
    }
    trial.to = event.to;
}

void SwiftAsha::end(TrialId id) {
    const auto found = trials_.find(id);
    if (found == trials_.end()) return;
    found->second.over = true;
    found->second.work.reset();
    waiting_.erase(id);
    contest_.forget(id);
}

std::shared_ptr<const Work> SwiftAsha::work_due() const {
    std::shared_ptr<const Work> any;
    for (const auto& [id, at] : waiting_) {
        any = trials_.at(id).work;
        if (!any->done()) return any;
    }
    return any;
}

std::vector<Judgement> SwiftAsha::judgements_due() const {
    std::vector<Judgement> due = plain_.judgements_due();
    for (const auto& [id, at] : waiting_) {
        const Trial& trial = trials_.at(id);
        const SurvivalWork& work = *trial.work;
        const auto& evidence = work.outcome()[trial.contender].evidence;
        const bool hopeful = trial.contender < work.question().places;
        due.push_back(judgement_of(work, trial.contender,
                                   {.trial = id,
                                    .stops = !hopeful && evidence && *evidence->chance <= trial.allowance,
                                    .at = at,
                                    .next = after(stretches_[trial.stretch], history_.reached(id)),
                                    .unit = options_.asha.unit,
                                    .audit = options_.audit}));
    }
    return due;
}

Job SwiftAsha::next_job() const {
    Job job = plain_.next_job();
    if (auto* start = std::get_if<Start>(&job))
        start->to = after(stretches_[stretch_to(start->bracket, 1)], 0);
    if (auto* promote = std::get_if<Promote>(&job)) {
        Judgement& judgement = promote->judgement;
        const Trial& trial = trials_.at(judgement.trial);
        judgement.to = after(stretches_[trial.stretch + 1], history_.reached(judgement.trial));
    }
    return job;
}

std::unique_ptr<Scheduler> SwiftAsha::clone() const {
    return std::make_unique<SwiftAsha>(*this);
}

}  // namespace quench::search::scheduler
