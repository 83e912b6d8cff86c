// Question: how fast are flips tried, and how near to the minimum do reads come, in which time, on one core?
//
//   annealing [READS SWEEPS REPEATS [BETA_HOT BETA_COLD]]     one line a problem and instruction set;
//   processor
//                                    time of a call, and of its sampling at most
//
// Problems are Q-SVR of power-law learning curves (points x bits, B = 2, k0 = K-1, C about 1.75; annealing
// notes, section 4) and dense Gaussian ones. The gap is that of the energy to the lowest that anything here
// finds.
#include "base/random.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/qsvr/encoding.hpp"
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

}  // namespace

int main(int argc, char** argv) {
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
                cpu_ms = std::min(cpu_ms, 1e3 * double(std::clock() - begin) / CLOCKS_PER_SEC);
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
}
