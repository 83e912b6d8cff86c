#include "predictor/anneal/schedule.hpp"

#include "predictor/anneal/simulated.hpp"

#include <cmath>
#include <numeric>

namespace quench::predictor::anneal {

SweepOrder::SweepOrder(std::size_t points, std::uint64_t seed, bool shuffled)
    : order_(points), rng_(seed, "anneal order"), shuffled_(shuffled) {
    std::iota(order_.begin(), order_.end(), 0u);
}

std::span<const std::uint32_t> SweepOrder::next() {
    if (!shuffled_) return order_;
    // 32 random bits times i: the bias of at most i / 2^32 orders no sweep in a way that could matter.
    const auto draw = [&](std::uint64_t random, std::size_t i) {
        std::swap(order_[i - 1], order_[(random & 0xffffffffu) * i >> 32]);
    };
    for (std::size_t i = order_.size(); i > 1; i -= 2) {
        const std::uint64_t random = rng_.bits();
        draw(random, i);
        draw(random >> 32, i - 1);  // of one: it stays
    }
    return order_;
}

std::pair<double, double> probe_beta_range(ReplicaGroup& group, const ScaledProblem& problem, Moves moves,
                                           Rule rule, std::uint64_t seed) {
    // From where a flip costs a tenth of the temperature at most, by factors of two, to where floats end.
    constexpr int most_steps = 40;
    constexpr double factor = 2;
    if (problem.largest_flip() <= 0) return {1, 1};  // all energies are equal
    SweepOrder order(problem.view().points, seed, true);
    double beta = 0.1 / problem.largest_flip();
    double hot = beta, cold = beta;
    double before = 1;
    for (int step = 0; step < most_steps; ++step, beta *= factor) {
        const KernelCounts counts = group.sweep(order.next(), beta, moves, rule);
        const std::uint64_t tried = counts.pairs > 0 ? counts.pairs : counts.singles;
        const std::uint64_t accepted = counts.pairs > 0 ? counts.pairs_accepted : counts.singles_accepted;
        const double rate = static_cast<double>(accepted) / static_cast<double>(tried);
        // Between two steps: by interpolation of log(beta) against the rate.
        const auto crossing = [&](double level) {
            const double part = before > rate ? (before - level) / (before - rate) : 1.0;
            return beta * std::pow(factor, std::min(std::max(part, 0.0), 1.0) - 1);
        };
        if (before > SimulatedAnnealer::hot_acceptance && rate <= SimulatedAnnealer::hot_acceptance)
            hot = crossing(SimulatedAnnealer::hot_acceptance);
        cold = beta;
        if (rate <= SimulatedAnnealer::cold_acceptance) {
            cold = crossing(SimulatedAnnealer::cold_acceptance);
            break;
        }
        before = rate;
    }
    return {std::min(hot, cold), cold};
}

std::vector<double> beta_schedule(const Parameters& parameters, std::pair<double, double> range) {
    const auto [hot, cold] = range;
    const std::size_t steps =
        (parameters.num_sweeps + parameters.num_sweeps_per_beta - 1) / parameters.num_sweeps_per_beta;
    std::vector<double> betas;
    betas.reserve(parameters.num_sweeps);
    for (std::size_t sweep = 0; sweep < parameters.num_sweeps; ++sweep) {
        const std::size_t step = sweep / parameters.num_sweeps_per_beta;
        const double part = steps > 1 ? static_cast<double>(step) / static_cast<double>(steps - 1) : 1.0;
        if (parameters.beta_schedule_type == BetaSchedule::custom)
            betas.push_back(parameters.beta_schedule[std::min(step, parameters.beta_schedule.size() - 1)]);
        else if (parameters.beta_schedule_type == BetaSchedule::linear)
            betas.push_back(hot + part * (cold - hot));
        else
            betas.push_back(hot * std::pow(cold / hot, part));
    }
    return betas;
}

}  // namespace quench::predictor::anneal
