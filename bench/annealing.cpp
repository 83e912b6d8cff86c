// Questions, on one core: how fast are flips tried, how near to the minimum do reads come, and in which time?
//
//   annealing speed [READS SWEEPS REPEATS]    one line a problem, way and instruction set; processor time
//   annealing quality [TABLE.csv...]          Q-SVR of 128 reads x 300 sweeps, C = 1.75, ten splits of each
//                                             set of curves: 120 variables against the proved minimum (branch
//                                             and bound), 960 against the optimum without bits
//
// Problems of `speed` are Q-SVR of power-law learning curves (points x bits, B = 2, k0 = K-1) and dense
// Gaussian ones; the gap is that of the energy to the lowest that anything there finds. Ways: `pairs`, as the
// annealer is by default; for dense problems also `neal`, single flips over the temperatures that dwave-neal
// takes by default, which is what its own flips per ns are measured with.
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

/// dwave-neal's default inverse temperatures: of the problem in spins, h and J (x = (1 + s) / 2).
std::pair<double, double> neal_range(const qubo::Qubo& problem) {
    double largest_field = 0, smallest = 1e300;
    const auto smaller = [&](double value) {
        if (value != 0) smallest = std::min(smallest, std::abs(value));
    };
    for (std::size_t i = 0; i < problem.size(); ++i) {
        double h = problem.linear()[i] / 2, couplings = 0;
        const auto row = problem.row(i);
        for (std::size_t j = 0; j < problem.size(); ++j) {
            if (j == i) continue;
            h += row[j] / 4;
            couplings += std::abs(row[j] / 4);
            smaller(row[j] / 4);
        }
        smaller(h);
        largest_field = std::max(largest_field, std::abs(h) + couplings);
    }
    return {std::log(2) / (2 * largest_field), std::log(100) / (2 * smallest)};
}

/// One line of `speed`, and what its repeats took.
struct Run {
    const char* way;
    anneal::Parameters parameters;
    std::vector<double> cpu_ms = {}, sampling_shares = {};
    std::optional<anneal::SampleSet> found = {};
};

/// What the problem is annealed with.
std::vector<Run> runs_of(const anneal::Problem& problem, anneal::Parameters parameters) {
    std::vector<Run> runs;
    for (const auto set : {InstructionSet::avx512, InstructionSet::avx2, InstructionSet::baseline}) {
        parameters.instruction_set = set;
        runs.push_back({"pairs", parameters});
        if (const auto* dense = std::get_if<qubo::Qubo>(&problem)) {
            anneal::Parameters singles = parameters;
            singles.pair_flips = false;
            singles.beta_range = neal_range(*dense);
            runs.push_back({"neal", singles});
        }
    }
    return runs;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

int speed(int argc, char** argv) {
    anneal::Parameters parameters;
    if (argc > 2) {
        parameters.num_reads = std::strtoul(argv[1], nullptr, 10);
        parameters.num_sweeps = std::strtoul(argv[2], nullptr, 10);
    }
    const int repeats = argc > 3 ? std::atoi(argv[3]) : 3;
    const anneal::SimulatedAnnealer annealer;
    std::printf("%-15s %-5s %-8s %8s %8s %7s %7s %8s %9s %9s %s\n", "problem", "way", "set", "cpu ms",
                "of it", "att/ns", "best", "accepted", "mean gap", "best gap", "betas");
    for (const auto& [name, problem] : cases()) {
        anneal::Parameters thorough = parameters;
        thorough.num_sweeps = 10 * parameters.num_sweeps;
        thorough.seed = 99;
        double lowest = annealer.sample(problem, thorough)->first().energy;
        std::vector<Run> runs = runs_of(problem, parameters);
        // In turn, so that what else the machine does meets all alike.
        for (int repeat = 0; repeat < repeats; ++repeat) {
            for (Run& run : runs) {
                const std::clock_t begin = std::clock();
                auto found = annealer.sample(problem, run.parameters);
                if (!found) continue;  // an instruction set that is not here
                // Processor time, not wall-clock: other programs may run on this machine too.
                run.cpu_ms.push_back(cpu_ms_since(begin));
                const auto& info = found->info();
                // Parts are told in wall-clock time: their shares hold as a rule, not in each repeat.
                run.sampling_shares.push_back(
                    double(info.sampling_ns) /
                    double(info.preprocessing_ns + info.sampling_ns + info.postprocessing_ns));
                lowest = std::min(lowest, found->first().energy);
                run.found = std::move(*found);
            }
        }
        for (const Run& run : runs) {
            if (!run.found) continue;
            const auto& info = run.found->info();
            double mean = 0;
            for (const auto& sample : run.found->samples())
                mean += sample.energy / double(run.found->samples().size());
            const auto gap = [&](double energy) { return 100 * (energy - lowest) / std::abs(lowest); };
            const double share = median(run.sampling_shares);
            const auto rate = [&](double cpu_ms) {
                return double(info.flips_attempted) / (share * cpu_ms) / 1e6;
            };
            std::printf("%-15s %-5s %-8s %8.2f %8.2f %7.3f %7.3f %8.3f %8.3f%% %8.3f%% %.3g..%.3g\n",
                        name.c_str(), run.way, info.instruction_set.c_str(), median(run.cpu_ms),
                        share * median(run.cpu_ms), rate(median(run.cpu_ms)),
                        rate(*std::ranges::min_element(run.cpu_ms)),
                        double(info.flips_accepted) / double(info.flips_attempted), gap(mean),
                        gap(run.found->first().energy), info.beta_range->first, info.beta_range->second);
        }
        std::fflush(stdout);
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
