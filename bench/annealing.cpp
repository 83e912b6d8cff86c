// Questions, on one core: how fast are flips tried, how near to the minimum do reads come, and in which time?
//
//   annealing speed [READS SWEEPS REPEATS [BETA_HOT BETA_COLD]]    one line a problem and instruction set;
//   processor
//                                                                  time of a call, and of its sampling at
//                                                                  most
//   annealing quality [TABLE.csv...]    Q-SVR of 128 reads x 300 sweeps, C = 1.75, ten splits of each set of
//   curves:
//                                       120 variables against the proved minimum (branch and bound), 960
//                                       against the optimum without bits
//
// Problems of `speed` are Q-SVR of power-law learning curves (points x bits, B = 2, k0 = K-1) and dense
// Gaussian ones; the gap is that of the energy to the lowest that anything there finds.
#include "base/random.hpp"
#include "bench/curve_sets.hpp"
#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/evaluation.hpp"
#include "predictor/features.hpp"
#include "predictor/qsvr/encoding.hpp"
#include "predictor/qsvr/fit.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

using namespace quench::predictor;
using anneal::InstructionSet;

struct Case {
    std::string name;
    anneal::Problem problem;
};

std::vector<Case> cases() {
    std::vector<Case> all;
    const struct { std::size_t points, bits; } sizes[] = {{20, 3}, {40, 3}, {80, 3}, {80, 6}};
    for (const auto& [points, bits] : sizes) {
        const Regression r = curves(points, 1);
        const auto qubo =
            qsvr::encode(r.kernel, r.targets, {.bits = bits, .base = 2, .exponent = double(bits) - 1});
        all.push_back({"qsvr " + std::to_string(qubo.size()), qubo});
        all.push_back({"qsvr dense " + std::to_string(qubo.size()), quench::predictor::qubo::expand(qubo)});
    }
    for (const std::size_t n : {120, 960}) all.push_back({"gauss " + std::to_string(n), gaussian(n, 1)});
    return all;
}

double cpu_ms_since(std::clock_t begin) {
    return 1e3 * double(std::clock() - begin) / CLOCKS_PER_SEC;
}

int speed(int argc, char** argv) {
    anneal::Parameters parameters;
    if (argc > 2) {
        parameters.num_reads = std::strtoul(argv[1], nullptr, 10);
        parameters.num_sweeps = std::strtoul(argv[2], nullptr, 10);
    }
    const int repeats = argc > 3 ? std::atoi(argv[3]) : 3;
    if (argc > 5) parameters.beta_range = {{std::atof(argv[4]), std::atof(argv[5])}};
    const anneal::SimulatedAnnealer annealer;
    std::printf("%-16s %-9s %8s %8s %8s %8s %9s %9s %s\n", "problem", "set", "cpu ms", "of it", "att/ns",
                "accepted", "mean gap", "best gap", "betas");
    for (const auto& [name, problem] : cases()) {
        anneal::Parameters thorough = parameters;
        thorough.num_sweeps = 10 * parameters.num_sweeps;
        thorough.seed = 99;
        double lowest = annealer.sample(problem, thorough)->first().energy;
        for (const auto set : {InstructionSet::avx512, InstructionSet::avx2, InstructionSet::baseline}) {
            parameters.instruction_set = set;
            std::optional<anneal::SampleSet> found;
            double cpu_ms = 1e300, sampling_ms = 1e300;
            for (int repeat = 0; repeat < repeats; ++repeat) {
                const std::clock_t begin = std::clock();
                auto set_found = annealer.sample(problem, parameters);
                if (!set_found) break;
                found = *set_found;
                // Processor time, not wall-clock: other programs may run on this machine too.
                cpu_ms = std::min(cpu_ms, cpu_ms_since(begin));
                sampling_ms = std::min(sampling_ms, 1e-6 * double(found->info().sampling_ns));
            }
            if (!found) continue;
            sampling_ms = std::min(sampling_ms, cpu_ms);
            const auto& info = found->info();
            const auto count = double(found->samples().size());
            double mean = 0;
            for (const auto& sample : found->samples()) mean += sample.energy / count;
            lowest = std::min(lowest, found->first().energy);
            const auto gap = [&](double energy) { return 100 * (energy - lowest) / std::abs(lowest); };
            std::printf("%-16s %-9s %8.2f %8.2f %8.3f %8.3f %8.3f%% %8.3f%% %.3g..%.3g\n", name.c_str(),
                        info.instruction_set.c_str(), cpu_ms, sampling_ms,
                        double(info.flips_attempted) / sampling_ms / 1e6,
                        double(info.flips_accepted) / double(info.flips_attempted), gap(mean),
                        gap(found->first().energy), info.beta_range->first, info.beta_range->second);
        }
    }
    return 0;
}

/// A regression on `points` curves of a set, as Q-SVR sees it.
Regression regression_of(const quench::bench::CurveSet& set, std::size_t points, std::uint64_t seed) {
    const auto split = quench::predictor::random_split(set.curves, points, 1, Together::configuration, seed);
    std::vector<Curve> training;
    for (const std::size_t row : split.train) training.push_back(set.curves[row]);
    const auto features = Features::learn(
        training, set.question,
        {.differences = 0, .parameters = false, .most_values = 13, .scaling = Scaling::quantile});
    return {qsvr::rbf_kernel(features->rows(), features->width(), 0.1), features->targets()};
}

/// One size: best gap and time of ten splits, the worst of both last.
void quality_of(const quench::bench::CurveSet& set, std::size_t points, std::size_t bits) {
    const anneal::SimulatedAnnealer annealer;
    const qsvr::Encoding encoding{.bits = bits, .base = 2, .exponent = double(bits) - 1};
    std::vector<double> times, gaps;
    std::size_t hits = 0, proofs = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Regression r = regression_of(set, points, seed);
        const auto problem = qsvr::encode(r.kernel, r.targets, encoding);
        double fastest = 1e300;
        std::optional<anneal::SampleSet> found;
        for (int repeat = 0; repeat < 5; ++repeat) {
            const std::clock_t begin = std::clock();
            found = *annealer.sample(problem, {.num_reads = 128, .num_sweeps = 300, .seed = seed});
            fastest = std::min(fastest, cpu_ms_since(begin));
        }
        times.push_back(fastest);
        const double energy = found->first().energy;
        double bound = 0;
        if (points * bits <= 60) {
            const auto exact =
                anneal::BranchAndBoundAnnealer().sample(problem, {.initial_states = {found->first().bits}});
            bound = exact->first().energy;
            proofs += exact->info().proved_optimal ? 1 : 0;
            hits += exact->info().proved_optimal && energy <= bound + 1e-9 * std::abs(bound) ? 1 : 0;
        } else {
            bound = qsvr::objective(r.kernel, r.targets,
                                    qsvr::continuous_optimum(r.kernel, r.targets, encoding.epsilon,
                                                             encoding.penalty, qsvr::implied_box(encoding)),
                                    encoding);
        }
        gaps.push_back(100 * (energy - bound) / std::abs(bound));
    }
    std::ranges::sort(times);
    std::ranges::sort(gaps);
    std::printf("%-26s %6zu %8.2f %8.2f %9.3f%% %9.3f%%", set.name.c_str(), 2 * points * bits, times[5],
                times.back(), gaps[5], gaps.back());
    if (proofs > 0) std::printf(" %4zu of %zu proved", hits, proofs);
    std::printf("\n");
    std::fflush(stdout);
}

int quality(int argc, char** argv) {
    auto sets = quench::bench::synthetic_sets(300, 1);
    for (int i = 2; i < argc; ++i) sets.push_back(quench::bench::table_set(argv[i]));
    std::printf("%-26s %6s %8s %8s %10s %10s %s\n", "set", "bits", "cpu ms", "slowest", "best gap", "worst",
                "minimum found");
    for (const auto& [points, bits] : {std::pair<std::size_t, std::size_t>{20, 3}, {80, 6}})
        for (const auto& set : sets)
            if (set.curves.size() > points) quality_of(set, points, bits);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "speed") return speed(argc - 1, argv + 1);
    if (what == "quality") return quality(argc, argv);
    std::fprintf(stderr, "annealing speed|quality ... (see the beginning of annealing.cpp)\n");
    return 2;
}
