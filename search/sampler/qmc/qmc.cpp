#include "search/sampler/qmc/qmc.hpp"

#include "search/sampler/qmc/sobol.hpp"

namespace quench::search::sampler {

Qmc::Qmc(space::Space space, std::uint64_t seed) : space_(std::move(space)), seed_(seed) {}

void Qmc::tell(const Event& /*event*/) {}

std::vector<space::Configuration> Qmc::ask(TrialId first, std::size_t count) const {
    std::vector<space::Configuration> configurations;
    for (TrialId trial = first; configurations.size() < count; trial = trial.next())
        configurations.push_back(space_.decode(sobol_point(seed_, trial.value(), space_.dimensions())));
    return configurations;
}

std::unique_ptr<Sampler> Qmc::clone() const {
    return std::make_unique<Qmc>(*this);
}

}  // namespace quench::search::sampler
