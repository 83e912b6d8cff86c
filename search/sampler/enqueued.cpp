#include "search/sampler/enqueued.hpp"

namespace quench::search::sampler {

std::vector<space::Configuration> Enqueued::ask(TrialId first, std::size_t count) const {
    std::vector<space::Configuration> asked;
    TrialId trial = first;
    for (; asked.size() < count && trial.value() < first_.size(); trial = trial.next())
        asked.push_back(first_[trial.value()]);
    if (asked.empty()) return inner_->ask(first, count);
    if (asked.size() == count) return asked;
    const auto informed = inner_->clone();
    TrialId told = first;
    for (const auto& configuration : asked) {
        informed->tell(Proposed{told, configuration, 0, 0});
        told = told.next();
    }
    for (auto& configuration : informed->ask(trial, count - asked.size()))
        asked.push_back(std::move(configuration));
    return asked;
}

}  // namespace quench::search::sampler
