#include "search/sampler/random.hpp"

#include "base/random.hpp"

namespace quench::search::sampler {
namespace {

constexpr int most_draws =
    1000;  ///< until one fulfils the constraints; then the space finds one near the last

}  // namespace

Random::Random(space::Space space, std::uint64_t seed) : space_(std::move(space)), seed_(seed) {}

void Random::tell(const Event& /*event*/) {}

std::vector<space::Configuration> Random::ask(TrialId first, std::size_t count) const {
    std::vector<space::Configuration> configurations;
    std::vector<double> point(space_.dimensions());
    for (TrialId trial = first; configurations.size() < count; trial = trial.next()) {
        base::Rng rng(seed_, "random sampler", trial.value());
        space::Configuration drawn;
        for (int draw = 0; draw < most_draws; ++draw) {
            for (double& coordinate : point) coordinate = rng.uniform();
            drawn = space_.decode_freely(point);
            if (!space_.broken_constraint(drawn)) break;
        }
        configurations.push_back(space_.broken_constraint(drawn) ? space_.decode(point) : std::move(drawn));
    }
    return configurations;
}

std::unique_ptr<Sampler> Random::clone() const {
    return std::make_unique<Random>(*this);
}

}  // namespace quench::search::sampler
