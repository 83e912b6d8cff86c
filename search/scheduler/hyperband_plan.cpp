#include "search/scheduler/hyperband_plan.hpp"

#include "base/contract.hpp"

#include <algorithm>

namespace quench::search::scheduler {
namespace {

Resource divide_half_to_even(Resource a, Resource b) {
    const Resource quotient = a / b;
    const Resource rest = a % b;
    const bool up = rest > b - rest || (rest == b - rest && quotient % 2 == 1);
    return quotient + (up ? 1 : 0);
}

}  // namespace

std::vector<HyperbandBracket> hyperband_plan(Resource min, Resource max, Resource eta) {
    QUENCH_CHECK(min >= 1 && max >= min && eta >= 2, "Hyperband needs 1 <= min <= max and eta >= 2");
    // Powers of eta up to max / min, in integers: a floating logarithm takes log_3(81) for 3.999...
    std::vector<Resource> powers{1};
    while (powers.back() <= max / min / eta) powers.push_back(powers.back() * eta);

    const auto brackets = static_cast<Resource>(powers.size());
    std::vector<HyperbandBracket> plan;
    for (Resource s = brackets - 1; s >= 0; --s) {
        HyperbandBracket bracket;
        bracket.s = static_cast<int>(s);
        bracket.trials = static_cast<std::size_t>((brackets * powers[s] + s) / (s + 1));
        for (Resource i = 0; i <= s; ++i)
            bracket.rounds.push_back(divide_half_to_even(max, powers[static_cast<std::size_t>(s - i)]));
        plan.push_back(std::move(bracket));
    }
    return plan;
}

HyperbandBracket successive_halving_plan(Resource min, Resource max, Resource eta,
                                         std::optional<std::size_t> trials) {
    HyperbandBracket bracket = hyperband_plan(min, max, eta).front();
    bracket.trials = 1;
    for (int i = 0; i < bracket.s; ++i) bracket.trials *= static_cast<std::size_t>(eta);
    if (trials) bracket.trials = *trials;
    return bracket;
}

std::size_t hyperband_keeps(std::size_t trials, Resource eta) {
    return std::max<std::size_t>(trials / static_cast<std::size_t>(eta), 1);
}

std::vector<std::size_t> hyperband_sizes(const HyperbandBracket& bracket, std::size_t trials, Resource eta) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < bracket.rounds.size(); ++i) {
        sizes.push_back(trials);
        if (trials > 0) trials = hyperband_keeps(trials, eta);
    }
    return sizes;
}

Resource hyperband_resource(const HyperbandBracket& bracket, std::size_t trials, Resource eta) {
    const auto sizes = hyperband_sizes(bracket, trials, eta);
    Resource spent = 0;
    Resource from = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        spent += static_cast<Resource>(sizes[i]) * (bracket.rounds[i] - from);
        from = bracket.rounds[i];
    }
    return spent;
}

}  // namespace quench::search::scheduler
