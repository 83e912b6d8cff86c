#include "search/scheduler/pbt.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::search::scheduler {

Pbt::Pbt(Options options, space::Space space)
    : options_(std::move(options)), space_(std::move(space)), fresh_(options_.population) {
    QUENCH_CHECK(options_.population >= 1 && options_.interval >= 1 && options_.max >= 1 &&
                     options_.quantile > 0 && options_.quantile <= 0.5,
                 "population-based training needs a population, an interval and a quantile up to a half");
    levels_[next_step(0)];
}

/// The step of the member that came least far and may still go on, or be replaced there. It never falls.
Resource Pbt::last_of_population() const {
    if (fresh_ > 0) return 0;
    Resource last = options_.max;
    if (!vacancies_.empty()) last = *vacancies_.begin();
    for (const auto& [trial, member] : members_)
        if (member.stage != Stage::trained)
            last = std::min(last, member.lineage.empty() ? 0 : member.lineage.rbegin()->first);
    return last;
}

Resource Pbt::next_step(Resource after) const {
    const Resource intervals = after / options_.interval + 1;
    if (intervals > options_.max / options_.interval) return options_.max;
    return intervals * options_.interval;
}

void Pbt::tell(const Event& event) {
    std::visit([this](const auto& e) { on(e); }, event);
}

void Pbt::on(const Proposed& event) {
    Member member;
    member.at = event.to;
    member.configuration = event.configuration;
    if (event.parent) {
        const auto due = next();
        if (const auto* succession = std::get_if<Succession>(&due)) {
            if (const auto replaced = succession->replaced) {
                Judgement stop;
                stop.trial = *replaced;
                stop.step = members_.at(*replaced).at;
                stop.verdict = Verdict::stop;
                stop.reason =
                    fmt::format("{}: trial {} takes its place, from trial {} at {}", succession->reason,
                                event.trial.value(), event.parent->trial.value(),
                                amount_text(event.parent->step, options_.unit));
                stop.threshold = succession->threshold;
                due_.push_back(std::move(stop));
                members_.erase(*replaced);
            } else {
                vacancies_.erase(vacancies_.find(succession->step));
            }
        }
        if (const auto parent = members_.find(event.parent->trial); parent != members_.end()) {
            // What was before the last of the population is never asked for again.
            const auto& lineage = parent->second.lineage;
            member.lineage = {lineage.lower_bound(last_of_population()), lineage.end()};
            parent->second.copying.insert(event.trial);
            copies_[event.trial] = event.parent->trial;
        }
    } else if (fresh_ > 0) {
        --fresh_;
    }
    const bool is_new = members_.emplace(event.trial, std::move(member)).second;
    QUENCH_CHECK(is_new, "a trial was proposed twice");
    next_ = event.trial.next();
    ++levels_[event.to].running;
}

void Pbt::on(const Reported& event) {
    let_parent_go(event.trial);
    const auto found = members_.find(event.trial);
    if (found == members_.end()) return;
    Member& member = found->second;
    member.released = false;  // it reports, so a process of it runs
    if (member.stage != Stage::training || event.step < member.at) return;
    member.stage = Stage::arrived;
    const Result result = make_result(event.value, event.trial);
    member.lineage[member.at] = result;
    Level& level = levels_[member.at];
    level.results.insert(result);
    --level.running;
    Judgement arrival;
    arrival.trial = event.trial;
    arrival.step = member.at;
    if (member.at >= options_.max) {
        arrival.verdict = Verdict::stop;
        arrival.reason = "trained to max (" + amount_text(member.at, options_.unit) + ")";
    } else {
        arrival.verdict = Verdict::pause;
        arrival.reason =
            "at " + amount_text(member.at, options_.unit) + ": ranked when a worker is free for it";
    }
    due_.push_back(std::move(arrival));
}

void Pbt::on(const Judged& event) {
    forget_judgement(event.trial);
    const auto found = members_.find(event.trial);
    if (found == members_.end() || found->second.stage == Stage::trained) return;
    Member& member = found->second;
    if (event.verdict == Verdict::stop) {
        if (member.stage == Stage::arrived && member.at >= options_.max)
            member.stage = Stage::trained;
        else
            lose(event.trial);
    } else if (event.verdict == Verdict::pause) {
        if (member.stage == Stage::arrived && member.at < options_.max) member.stage = Stage::paused;
    } else if (member.stage != Stage::training) {  // a proceed while it trains is a wrapper's
        ++levels_[member.at].promoted;
        member.at = event.to;
        member.stage = Stage::training;
        member.released = false;
        ++levels_[member.at].running;
    }
}

void Pbt::on(const Released& event) {
    const auto found = members_.find(event.trial);
    if (found != members_.end()) found->second.released = true;
}

void Pbt::on(const Ended& event) {
    let_parent_go(event.trial);
    forget_judgement(event.trial);
    const auto found = members_.find(event.trial);
    if (found == members_.end() || found->second.stage == Stage::trained) return;
    lose(event.trial);
}

void Pbt::lose(TrialId trial) {
    const auto found = members_.find(trial);
    const Member& member = found->second;
    if (member.stage == Stage::training) {
        --levels_[member.at].running;
        ++levels_[member.at].failed;
    }
    if (failures_ < options_.population) {
        ++failures_;
        if (member.lineage.empty())
            ++fresh_;
        else
            vacancies_.insert(member.lineage.rbegin()->first);
    }
    members_.erase(found);
}

void Pbt::let_parent_go(TrialId child) {
    const auto copy = copies_.find(child);
    if (copy == copies_.end()) return;
    if (const auto parent = members_.find(copy->second); parent != members_.end())
        parent->second.copying.erase(child);
    copies_.erase(copy);
}

void Pbt::forget_judgement(TrialId trial) {
    std::erase_if(due_, [&](const Judgement& judgement) { return judgement.trial == trial; });
}

std::size_t Pbt::quantile_at(Resource step) const {
    if (step < options_.min) return 0;
    // The margin: 0.07 * 100 is a little less than 7 as a double.
    return static_cast<std::size_t>(options_.quantile * static_cast<double>(levels_.at(step).results.size()) +
                                    1e-9);
}

bool Pbt::among_best(const Member& member, Resource step) const {
    const auto then = member.lineage.find(step);
    return then != member.lineage.end() &&
           levels_.at(step).results.rank_of(then->second) < std::max<std::size_t>(quantile_at(step), 1);
}

bool Pbt::among_worst(const Member& member) const {
    const Standing& results = levels_.at(member.at).results;
    return results.rank_of(member.lineage.at(member.at)) + quantile_at(member.at) >= results.size();
}

std::optional<Parent> Pbt::parent_at(Resource step) const {
    std::vector<Parent> candidates;
    for (const auto& [trial, member] : members_)
        if (at_rest(member) && among_best(member, step)) candidates.push_back({trial, member.at});
    if (candidates.empty()) return std::nullopt;
    base::Rng rng(options_.seed, "pbt parent", next_.value());
    return candidates[rng.below(candidates.size())];
}

bool Pbt::parent_will_come(Resource step) const {
    return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
        const Member& member = entry.second;
        return member.stage != Stage::trained && member.at < options_.max && among_best(member, step);
    });
}

std::string Pbt::standing_text(const Member& member) const {
    const Standing& results = levels_.at(member.at).results;
    return fmt::format("rank {} of {} at {}", results.rank_of(member.lineage.at(member.at)) + 1,
                       results.size(), amount_text(member.at, options_.unit));
}

std::optional<Pbt::Succession> Pbt::succession_at(Resource step) const {
    const auto parent = proposals_ended_ ? std::nullopt : parent_at(step);
    if (!parent) return std::nullopt;
    if (vacancies_.contains(step)) return Succession{step, *parent, std::nullopt, "", std::nullopt};
    for (const auto& [trial, member] : members_) {
        if (!at_rest(member) || member.at != step || !among_worst(member)) continue;
        const std::size_t worst = quantile_at(step);
        const Standing& results = levels_.at(step).results;
        return Succession{step, *parent, trial,
                          fmt::format("{}, of the worst {}", standing_text(member), worst),
                          finite_value_at(results, results.size() - worst - 1)};
    }
    return std::nullopt;
}

std::optional<Judgement> Pbt::promotion_at(Resource step) const {
    const bool replaces = !proposals_ended_ && parent_will_come(step);
    for (const auto& [trial, member] : members_) {
        if (!at_rest(member) || member.at != step || !member.copying.empty()) continue;
        const bool bad = among_worst(member);
        if (bad && replaces) continue;  // it waits for one of the best to pause
        Judgement judgement;
        judgement.trial = trial;
        judgement.step = step;
        judgement.verdict = Verdict::proceed;
        judgement.to = next_step(step);
        judgement.reason = standing_text(member);
        if (bad)
            judgement.reason += proposals_ended_ ? ": no trial may take its place any more"
                                                 : ": none of the best is left to be copied";
        return judgement;
    }
    return std::nullopt;
}

std::variant<std::monostate, Pbt::Succession, Judgement> Pbt::next() const {
    std::set<Resource> steps(vacancies_.begin(), vacancies_.end());
    for (const auto& [trial, member] : members_)
        if (at_rest(member)) steps.insert(member.at);
    for (const Resource step : steps) {
        if (auto succession = succession_at(step)) return *std::move(succession);
        if (auto promotion = promotion_at(step)) return *std::move(promotion);
    }
    return std::monostate();
}

Job Pbt::next_job() const {
    if (!proposals_ended_ && fresh_ > 0) return Start{.bracket = 0, .to = next_step(0)};
    auto due = next();
    if (auto* promotion = std::get_if<Judgement>(&due)) return Promote{std::move(*promotion)};
    if (const auto* succession = std::get_if<Succession>(&due)) {
        const Parent& parent = succession->parent;
        return Start{.bracket = 0,
                     .to = next_step(parent.step),
                     .child = Child{parent, perturbed(space_, members_.at(parent.trial).configuration,
                                                      options_.perturbation,
                                                      base::Rng(options_.seed, "pbt child", next_.value()))}};
    }
    const auto open = std::count_if(members_.begin(), members_.end(),
                                    [](const auto& member) { return member.second.stage != Stage::trained; });
    if (open > 0)
        return Wait{fmt::format("{} members of the population are being trained or wait for others", open)};
    if (members_.empty()) return Finished{"no member of the population is left"};
    return Finished{fmt::format("all {} members of the population are trained to max", members_.size())};
}

std::vector<Judgement> Pbt::judgements_due() const {
    return due_;
}

std::vector<Rung> Pbt::rungs() const {
    std::vector<Rung> table;
    for (const auto& [at, level] : levels_) {
        Rung& rung = table.emplace_back();
        rung.at = at;
        rung.running = level.running;
        rung.arrived = level.results.size() + level.failed;
        rung.promoted = level.promoted;
        rung.best = finite_value_at(level.results, 0);
    }
    return table;
}

std::optional<Resource> Pbt::planned_resource() const {
    return static_cast<Resource>(options_.population) * options_.max;
}

std::unique_ptr<Scheduler> Pbt::clone() const {
    return std::make_unique<Pbt>(*this);
}

}  // namespace quench::search::scheduler
