#include "search/sampler/random.hpp"

#include "base/random.hpp"

namespace quench::search::sampler {

Random::Random(space::Space space, std::uint64_t seed) : space_(std::move(space)), seed_(seed) {}

void Random::tell(const Event& /*event*/) {}

std::vector<space::Configuration> Random::ask(TrialId first, std::size_t count) const {
    std::vector<space::Configuration> configurations;
    std::vector<double> point(space_.dimensions());
    for (TrialId trial = first; configurations.size() < count; trial = trial.next()) {
        base::Rng rng(seed_, "random sampler", trial.value());
        for (double& coordinate : point) coordinate = rng.uniform();
        configurations.push_back(space_.decode(point));
    }
    return configurations;
}

std::unique_ptr<Sampler> Random::clone() const {
    return std::make_unique<Random>(*this);
}

}  // namespace quench::search::sampler
