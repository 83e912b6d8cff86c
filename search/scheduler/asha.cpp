#include "search/scheduler/asha.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {

Asha::Asha(Options options)
    : options_(std::move(options)),
      shares_(options_.min, options_.max, options_.eta, options_.brackets),
      highest_(options_.max) {
    QUENCH_CHECK(options_.min >= 1 && options_.max >= options_.min && options_.eta >= 2,
                 "ASHA needs 1 <= min <= max and eta >= 2");
    for (int bracket = 0; bracket < options_.brackets; ++bracket)
        for (const Resource at : ladder(options_.min, options_.max, options_.eta, bracket)) {
            Level& level = levels_.emplace_back();
            level.at = at;
            level.bracket = bracket;
        }
    std::stable_sort(levels_.begin(), levels_.end(),
                     [](const Level& a, const Level& b) { return a.at < b.at; });
    for (std::size_t k = 0; k < levels_.size(); ++k)
        for (std::size_t higher = k + 1; higher < levels_.size() && !levels_[k].above; ++higher)
            if (levels_[higher].bracket == levels_[k].bracket) levels_[k].above = higher;
}

void Asha::limit_promotions(Resource highest) {
    highest_ = highest;
}

std::size_t Asha::first_level(int bracket) const {
    const auto at = std::find_if(levels_.begin(), levels_.end(),
                                 [bracket](const Level& level) { return level.bracket == bracket; });
    QUENCH_CHECK(at != levels_.end(), "a trial was proposed to a bracket that does not exist");
    return static_cast<std::size_t>(at - levels_.begin());
}

void Asha::tell(const Event& event) {
    std::visit([this](const auto& e) { on(e); }, event);
}

void Asha::on(const Proposed& event) {
    Trial trial;
    trial.rung = first_level(event.bracket);
    while (levels_[trial.rung].above && levels_[trial.rung].at < event.to)
        trial.rung = *levels_[trial.rung].above;
    shares_.started(event.bracket);
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    ++levels_[trial.rung].running;
    ++running_;
}

void Asha::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end()) return;
    Trial& trial = found->second;
    trial.released = false;  // it reports, so a process of it runs
    Level& level = levels_[trial.rung];
    if (trial.stage != Stage::training || event.step < level.at) return;
    withdraw(event.trial, trial);
    trial.stage = Stage::arrived;
    trial.result = make_result(event.value, event.trial);
    level.results.insert(trial.result);
    level.busy.insert(trial.result);
    arrived_.push_back(event.trial);
}

void Asha::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    if (event.verdict == Verdict::stop) {
        end(event.trial, true);
    } else if (event.verdict == Verdict::pause) {
        if (trial.stage != Stage::arrived) return;
        withdraw(event.trial, trial);
        trial.stage = Stage::paused;
        Level& level = levels_[trial.rung];
        (trial.released ? level.ready : level.busy).insert(trial.result);
    } else {
        // A proceed while it trains is a wrapper's and changes nothing here.
        if (trial.stage == Stage::training || !levels_[trial.rung].above) return;
        withdraw(event.trial, trial);
        ++levels_[trial.rung].promoted;
        trial.rung = *levels_[trial.rung].above;
        trial.stage = Stage::training;
        trial.released = false;
        ++levels_[trial.rung].running;
        ++running_;
    }
}

void Asha::on(const Released& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.released) return;
    Trial& trial = found->second;
    trial.released = true;
    if (trial.stage != Stage::paused) return;
    Level& level = levels_[trial.rung];
    level.busy.erase(trial.result);
    level.ready.insert(trial.result);
}

void Asha::on(const Ended& event) {
    end(event.trial, event.how != Ending::completed && event.how != Ending::stopped);
}

void Asha::on(const ProposalsEnded& /*event*/) {
    proposals_ended_ = true;
}

void Asha::withdraw(TrialId id, const Trial& trial) {
    Level& level = levels_[trial.rung];
    if (trial.stage == Stage::training) {
        --level.running;
        --running_;
        return;
    }
    level.busy.erase(trial.result);
    level.ready.erase(trial.result);
    if (trial.stage == Stage::arrived)
        if (const auto at = std::find(arrived_.begin(), arrived_.end(), id); at != arrived_.end())
            arrived_.erase(at);
}

void Asha::end(TrialId id, bool badly) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    withdraw(id, trial);
    if (trial.stage == Stage::training && badly)
        levels_[trial.rung].results.insert({std::numeric_limits<double>::infinity(), id});
    trial.stage = Stage::over;
}

std::size_t Asha::goes_on(const Level& level) const {
    return level.results.size() / static_cast<std::size_t>(options_.eta);
}

const Result* Asha::best_within(const Level& level, const std::set<Result>& candidates) const {
    if (candidates.empty()) return nullptr;
    const Result& best = *candidates.begin();
    return level.results.rank_of(best) < goes_on(level) ? &best : nullptr;
}

bool Asha::under_way() const {
    if (running_ > 0 || !arrived_.empty()) return true;
    return std::any_of(levels_.begin(), levels_.end(), [this](const Level& level) {
        return promotes(level) && (best_within(level, level.ready) || best_within(level, level.busy));
    });
}

Job Asha::next_job() const {
    for (std::size_t k = levels_.size(); k-- > 0;) {
        if (!promotes(levels_[k])) continue;
        if (const Result* best = best_within(levels_[k], levels_[k].ready)) return promotion(k, *best);
    }
    if (!proposals_ended_) {
        const int bracket = shares_.next();
        return Start{.bracket = bracket, .to = levels_[first_level(bracket)].at};
    }
    if (!under_way()) return Finished{"no trial is left to start, to train or to promote"};
    if (running_ > 0) return Wait{fmt::format("{} trials are on their way to a rung", running_)};
    return Wait{"a trial that will go on has not left its worker yet"};
}

std::vector<Judgement> Asha::judgements_due() const {
    std::vector<Judgement> due;
    for (const TrialId id : arrived_) due.push_back(arrival(id));
    if (!due.empty() || !proposals_ended_ || under_way()) return due;
    for (std::size_t k = 0; k < levels_.size(); ++k)
        for (const auto* paused : {&levels_[k].ready, &levels_[k].busy})
            for (const Result& result : *paused) {
                if (due.size() == options_.final_stops) return due;
                due.push_back(final_stop(k, result));
            }
    return due;
}

std::string Asha::standing_text(const Level& level, const Result& result) const {
    return fmt::format("rank {} of {} at {}", level.results.rank_of(result) + 1, level.results.size(),
                       amount_text(level.at, options_.unit));
}

Judgement Asha::arrival(TrialId id) const {
    const Trial& trial = trials_.at(id);
    const Level& level = levels_[trial.rung];
    Judgement judgement;
    judgement.trial = id;
    judgement.step = level.at;
    if (!level.above) {
        judgement.verdict = Verdict::stop;
        judgement.reason = "reached the top rung at " + amount_text(level.at, options_.unit);
        return judgement;
    }
    judgement.verdict = Verdict::pause;
    judgement.reason = standing_text(level, trial.result);
    const std::size_t best = goes_on(level);
    if (!promotes(level)) {
        judgement.reason += ": the highest rung so far";
    } else if (best == 0) {
        judgement.reason += fmt::format(": the best goes on once {} are here", options_.eta);
    } else {
        judgement.reason += fmt::format(": the best {} go on", best);
        judgement.threshold = finite_value_at(level.results, best - 1);
    }
    return judgement;
}

Promote Asha::promotion(std::size_t rung, const Result& result) const {
    const Level& level = levels_[rung];
    const std::size_t best = goes_on(level);
    Judgement judgement;
    judgement.trial = result.trial;
    judgement.step = level.at;
    judgement.verdict = Verdict::proceed;
    judgement.to = levels_[*level.above].at;
    judgement.reason = fmt::format("{}: the best {} go on", standing_text(level, result), best);
    judgement.threshold = finite_value_at(level.results, best - 1);
    return {std::move(judgement)};
}

Judgement Asha::final_stop(std::size_t rung, const Result& result) const {
    const Level& level = levels_[rung];
    const std::size_t best = goes_on(level);
    Judgement judgement;
    judgement.trial = result.trial;
    judgement.step = level.at;
    judgement.verdict = Verdict::stop;
    judgement.reason = standing_text(level, result) +
                       (!promotes(level) ? std::string(": the highest rung that was needed")
                        : best == 0      ? fmt::format(": of {} the best would go on", options_.eta)
                                         : fmt::format(": only the best {} go on", best)) +
                       ", and no more trials come";
    if (best > 0 && promotes(level)) judgement.threshold = finite_value_at(level.results, best - 1);
    return judgement;
}

std::vector<Rung> Asha::rungs() const {
    std::vector<Rung> table;
    for (int bracket = 0; bracket < options_.brackets; ++bracket)
        for (std::optional<std::size_t> k = first_level(bracket); k; k = levels_[*k].above) {
            const Level& level = levels_[*k];
            Rung& rung = table.emplace_back();
            rung.bracket = level.bracket;
            rung.at = level.at;
            rung.running = level.running;
            rung.arrived = level.results.size();
            rung.promoted = level.promoted;
            rung.best = finite_value_at(level.results, 0);
        }
    return table;
}

std::unique_ptr<Scheduler> Asha::clone() const {
    return std::make_unique<Asha>(*this);
}

}  // namespace quench::search::scheduler
