#include "predictor/anneal/annealer.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace quench::predictor::anneal {
namespace {

using base::Error;

bool finite(const std::vector<double>& values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

bool finite(const Problem& problem) {
    if (const auto* dense = std::get_if<qubo::Qubo>(&problem)) return dense->finite();
    const auto& factored = std::get<qubo::FactoredQubo>(problem);
    return finite(factored.weights) && finite(factored.kernel) && finite(factored.linear) &&
           std::isfinite(factored.offset);
}

bool is_beta(double beta) {
    return std::isfinite(beta) && beta >= 0;
}

base::Result<> check_schedule(const Parameters& parameters) {
    if (parameters.num_sweeps_per_beta == 0)
        return Error(
            "num_sweeps_per_beta is 0 (every inverse temperature has at least one sweep) give 1 or more");
    if (const auto& range = parameters.beta_range) {
        if (!is_beta(range->first) || !is_beta(range->second))
            return Error(
                "beta_range is not usable (inverse temperatures are finite and not negative) give (hot, "
                "cold)");
        if (range->first > range->second)
            return Error(
                "beta_range falls (hot is first, the smaller inverse temperature) swap the two, or say every "
                "step by a custom beta_schedule");
        const bool zero = range->first == 0 || range->second == 0;
        if (parameters.beta_schedule_type == BetaSchedule::geometric && zero)
            return Error(
                "beta_range holds 0 (a geometric schedule has factors) give positive numbers or a linear "
                "schedule");
    }
    if (parameters.beta_schedule_type != BetaSchedule::custom) return base::success();
    const std::size_t wanted = parameters.num_sweeps / parameters.num_sweeps_per_beta;
    if (parameters.beta_schedule.size() != wanted)
        return Error("beta_schedule has " + std::to_string(parameters.beta_schedule.size()) +
                     " values (num_sweeps / num_sweeps_per_beta is " + std::to_string(wanted) +
                     ") give one for each");
    if (!std::ranges::all_of(parameters.beta_schedule, is_beta))
        return Error(
            "beta_schedule holds an unusable value (inverse temperatures are finite and not negative) "
            "correct it");
    return base::success();
}

base::Result<> check_states(std::size_t bits, const Parameters& parameters) {
    for (const Bits& state : parameters.initial_states) {
        if (state.size() != bits)
            return Error("an initial state has " + std::to_string(state.size()) +
                         " values (the problem has " + std::to_string(bits) +
                         " variables) give one for each");
        if (std::ranges::any_of(state, [](auto bit) { return bit > 1; }))
            return Error(
                "an initial state holds something else than 0 and 1 (variables are binary) convert it");
    }
    const std::size_t given = parameters.initial_states.size();
    const auto generator = parameters.initial_states_generator;
    if (generator == InitialStatesGenerator::none && given < parameters.num_reads)
        return Error("too few initial states (" + std::to_string(given) + " for " +
                     std::to_string(parameters.num_reads) +
                     " reads, and the generator is none) give more, or use random or tile");
    if (generator == InitialStatesGenerator::tile && given == 0)
        return Error("no initial state to tile (the generator is tile) give one, or use random");
    return base::success();
}

}  // namespace

base::Result<> check(const Problem& problem, const Parameters& parameters) {
    if (!finite(problem))
        return Error("a coefficient is not finite (energies would mean nothing) correct the problem");
    if (parameters.num_reads == 0) return Error("num_reads is 0 (there would be no sample) give 1 or more");
    if (parameters.num_reads > most_reads)
        return Error("num_reads is too large (above " + std::to_string(most_reads) +
                     ") call several times with other seeds");
    if (parameters.num_sweeps > most_sweeps)
        return Error("num_sweeps is too large (above " + std::to_string(most_sweeps) +
                     ") use more reads instead");
    if (auto checked = check_schedule(parameters); !checked) return checked;
    return check_states(size(problem), parameters);
}

}  // namespace quench::predictor::anneal
