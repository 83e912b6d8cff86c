#include "search/sampler/distinct.hpp"

#include "search/sampler/hashed_proposals.hpp"
#include "search/sampler/numbered_proposals.hpp"

#include <algorithm>

namespace quench::search::sampler {
namespace {

std::unique_ptr<Proposals> none_yet(const space::Space& space, std::uint64_t seed, Instead instead) {
    auto numbering = space::Numbering::of_values(space);
    if (!numbering && !space.constraints().empty()) numbering = space::Numbering::of_values_freely(space);
    if (!numbering) return std::make_unique<HashedProposals>(space::Encoding(space), seed, instead);
    return std::make_unique<NumberedProposals>(space::Encoding(space), *std::move(numbering), seed, instead);
}

}  // namespace

Distinct::Distinct(std::unique_ptr<Sampler> inner, const space::Space& space, std::uint64_t seed,
                   Instead instead)
    : inner_(std::move(inner)), proposed_(none_yet(space, seed, instead)) {}

Distinct::Distinct(const Distinct& other)
    : inner_(other.inner_->clone()), proposed_(other.proposed_->clone()) {}

void Distinct::tell(const Event& event) {
    inner_->tell(event);
    if (const auto* proposed = std::get_if<Proposed>(&event)) proposed_->insert(proposed->configuration);
}

std::vector<space::Configuration> Distinct::ask(TrialId first, std::size_t count) const {
    if (proposed_->exhausted()) return {};
    auto asked = inner_->ask(first, count);
    if (asked.empty()) return asked;
    if (count == 1) {
        if (proposed_->contains(asked[0])) asked[0] = proposed_->replacement(asked[0], first);
        return asked;
    }
    // A batch is what single questions would give, each told before the next: where one is replaced, the
    // sampler is asked again for those after it.
    const auto proposed = proposed_->clone();
    TrialId trial = first;
    for (std::size_t i = 0; i < asked.size(); ++i, trial = trial.next()) {
        if (proposed->exhausted()) {
            asked.resize(i);
            break;
        }
        const bool repeated = proposed->contains(asked[i]);
        if (repeated) asked[i] = proposed->replacement(asked[i], trial);
        proposed->insert(asked[i]);
        if (!repeated || i + 1 == asked.size()) continue;
        const auto informed = inner_->clone();
        TrialId told = first;
        for (std::size_t j = 0; j <= i; ++j, told = told.next())
            informed->tell(Proposed{told, asked[j], 0, 0});
        const auto rest = informed->ask(trial.next(), asked.size() - i - 1);
        std::copy(rest.begin(), rest.end(), asked.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        asked.resize(i + 1 + rest.size());
    }
    return asked;
}

std::unique_ptr<Sampler> Distinct::clone() const {
    return std::unique_ptr<Distinct>(new Distinct(*this));
}

}  // namespace quench::search::sampler
