#include "predictor/anneal/replica_run.hpp"

#include "predictor/anneal/descent.hpp"
#include "predictor/anneal/random.hpp"
#include "predictor/anneal/schedule.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace quench::predictor::anneal {
namespace {

struct Chosen {
    const Kernel* kernel = nullptr;
    const char* name = "";
};

bool processor_has(InstructionSet set) {
#if defined(__x86_64__)
    // All that the kernels are compiled with (CMakeLists.txt).
    if (set == InstructionSet::avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    if (set == InstructionSet::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return set == InstructionSet::baseline;
}

/// The kernel asked for, or the fastest that compiler and processor have; null if there is none.
Chosen choose(InstructionSet wanted) {
    const struct {
        InstructionSet set;
        Chosen chosen;
    } candidates[] = {{InstructionSet::avx512, {avx512_kernel(), "avx512"}},
                      {InstructionSet::avx2, {avx2_kernel(), "avx2"}},
                      {InstructionSet::baseline, {baseline_kernel(), "baseline"}}};
    for (const auto& [set, chosen] : candidates) {
        if (wanted != InstructionSet::best && wanted != set) continue;
        if (chosen.kernel != nullptr && processor_has(set)) return chosen;
    }
    return {};
}

/// Calls work(i) for i < count on `threads` threads; who does which index must not matter.
template <class Work>
void share(std::size_t count, std::size_t threads, const Work& work) {
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    std::atomic<std::size_t> next = 0;
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++) work(i);
    };
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < std::min(threads, count); ++thread) others.emplace_back(take);
    take();
}

/// Descends the lowest reads, each assignment once.
SampleSet descended(const Problem& problem, const qubo::FactoredQubo& factored, SampleSet set,
                    const Parameters& parameters) {
    const std::size_t count = std::min(parameters.descent_reads, set.samples().size());
    if (count == 0) return set;
    const Descent descent(factored);
    std::vector<Sample> samples(set.samples().begin(), set.samples().end());
    const auto repeats = [&](std::size_t i) {  // ties stand side by side
        return i > 0 && set.samples()[i].bits == set.samples()[i - 1].bits;
    };
    share(count, parameters.threads, [&](std::size_t i) {
        if (repeats(i)) return;
        descent.lower(samples[i].bits);
        samples[i].energy = energy(problem, samples[i].bits);
    });
    for (std::size_t i = 1; i < count; ++i) {
        if (repeats(i)) samples[i] = samples[i - 1];
    }
    return SampleSet(std::move(samples), set.info());
}

}  // namespace

void Progress::sweep_done() {
    if (!tell_) return;
    const std::uint64_t done = ++done_;
    constexpr std::uint64_t steps = 100;
    if (done * steps / total_ == (done - 1) * steps / total_) return;
    const std::scoped_lock lock(one_at_a_time_);
    tell_(done, total_);
}

Bits ReplicaRun::first_state(std::size_t read) const {
    const auto& given = parameters.initial_states;
    if (read < given.size()) return given[read];
    if (parameters.initial_states_generator == InitialStatesGenerator::tile)
        return given[read % given.size()];
    return random_state(problem.size(), parameters.seed, read);
}

SweepOrder ReplicaRun::order() const {
    const bool shuffled = parameters.randomize_order || moves == Moves::singles_and_pairs;
    return {problem.points, parameters.seed, shuffled};
}

base::Result<SampleSet> sample_by_groups(const Problem& problem, const Parameters& parameters,
                                         const GroupMethod& method) {
    const auto begin = std::chrono::steady_clock::now();
    if (auto checked = check(problem, parameters); !checked) return checked.error();
    const auto [kernel, kernel_name] = choose(parameters.instruction_set);
    if (kernel == nullptr)
        return base::Error(
            "the instruction set is not there (this processor or this build lacks it) ask for best");
    const qubo::FactoredQubo factored = anneal::factored(problem);
    if (factored.slots() == 0 || factored.slots() > most_slots)
        return base::Error("a point has " + std::to_string(factored.slots()) +
                           " bits (the annealer takes 1 to " + std::to_string(most_slots) +
                           ") encode with fewer, or expand the problem");
    const ScaledProblem scaled(factored);
    const Moves moves = parameters.pair_flips ? Moves::singles_and_pairs : Moves::singles;
    const Rule rule =
        parameters.proposal_acceptance_criteria == AcceptanceCriteria::gibbs ? Rule::gibbs : Rule::metropolis;
    std::pair<double, double> range{1, 1};
    if (parameters.beta_range) {
        range = *parameters.beta_range;
    } else if (parameters.beta_schedule_type != BetaSchedule::custom && parameters.num_sweeps > 0) {
        constexpr std::uint64_t probe = ~std::uint64_t{0};  // no group has this index
        ReplicaGroup group(*kernel, scaled, parameters.seed, probe);
        for (std::size_t lane = 0; lane < lanes; ++lane)
            group.set(lane, factored, random_state(factored.size(), parameters.seed, lane));
        range = probe_beta_range(group, scaled, moves, rule, parameters.seed);
    }
    const std::vector<double> betas = beta_schedule(parameters, range);
    Info info{.annealer = std::string(method.name), .beta_range = range, .instruction_set = kernel_name};
    if (!betas.empty()) info.beta_range = {betas.front(), betas.back()};
    info.preprocessing_ns = nanoseconds_since(begin);

    const auto sampling = std::chrono::steady_clock::now();
    std::vector<GroupResult> groups((parameters.num_reads + lanes - 1) / lanes);
    Progress progress(parameters.progress, groups.size() * parameters.num_sweeps);
    const ReplicaRun run{factored, scaled, parameters, *kernel, betas, range, moves, rule, progress};
    share(groups.size(), parameters.threads, [&](std::size_t i) { groups[i] = method.run(run, i); });
    std::vector<Bits> reads;
    for (GroupResult& group : groups) {
        std::ranges::move(group.reads, std::back_inserter(reads));
        info.flips_attempted += group.attempted;
        info.flips_accepted += group.accepted;
        info.interrupted |= group.interrupted;
    }
    info.sampling_ns = nanoseconds_since(sampling);

    const auto after = std::chrono::steady_clock::now();
    SampleSet set =
        descended(problem, factored, SampleSet(problem, std::move(reads), std::move(info)), parameters);
    set.info().postprocessing_ns = nanoseconds_since(after);
    return set;
}

}  // namespace quench::predictor::anneal
