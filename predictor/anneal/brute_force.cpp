#include "predictor/anneal/brute_force.hpp"

#include <bit>

namespace quench::predictor::anneal {

base::Result<SampleSet> BruteForceAnnealer::sample(const Problem& problem,
                                                   const Parameters& parameters) const {
    if (auto checked = check(problem, parameters); !checked) return checked.error();
    const auto begin = std::chrono::steady_clock::now();
    const qubo::Qubo qubo = dense(problem);
    const std::size_t n = qubo.size();
    if (n > most_variables)
        return base::Error("too many variables for brute force (" + std::to_string(n) + ", and 2^" +
                           std::to_string(n) + " assignments would take too long) use at most " +
                           std::to_string(most_variables) + ", or branch and bound");
    Bits bits(n, 0);
    std::vector<double> fields(qubo.linear().begin(), qubo.linear().end());
    double energy = 0;
    double best_energy = 0;
    std::uint64_t best = 0;
    for (std::uint64_t step = 1; step >> n == 0; ++step) {
        const auto i =
            static_cast<std::size_t>(std::countr_zero(step));  // the bit in which Gray codes differ
        const double sign = bits[i] != 0 ? -1 : 1;
        energy += sign * fields[i];
        bits[i] ^= 1;
        const auto couplings = qubo.row(i);
        for (std::size_t j = 0; j < n; ++j) fields[j] += sign * couplings[j];
        if (energy < best_energy) {
            best_energy = energy;
            best = step ^ (step >> 1);
        }
        if (step % (1u << 16) != 0) continue;
        if (parameters.progress) parameters.progress(step, std::uint64_t{1} << n);
        if (parameters.interrupt_function.stop_requested())
            return base::Error(
                "interrupted (brute force has no answer before its end) let it run, or anneal instead");
    }
    for (std::size_t i = 0; i < n; ++i) bits[i] = static_cast<std::uint8_t>(best >> i & 1u);
    Info info;
    info.annealer = name();
    info.proved_optimal = true;
    info.sampling_ns = nanoseconds_since(begin);
    return SampleSet(problem, {bits}, std::move(info));
}

}  // namespace quench::predictor::anneal
