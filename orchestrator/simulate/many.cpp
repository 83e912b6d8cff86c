#include "orchestrator/simulate/many.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace quench::orchestrator::simulate {

std::vector<Run> simulate_many(const core::Study& study, const Landscape& landscape, const Cost& cost,
                               std::size_t seeds, std::size_t threads) {
    std::vector<Run> runs(seeds);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < seeds; i = next++) {
            core::Study seeded = study;
            seeded.sampler.seed += i;
            runs[i] = simulate(seeded, landscape, cost);
        }
    };
    // A thread whose memory runs out hands its exception on instead of ending the program.
    std::vector<std::exception_ptr> failures(
        std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(seeds, 1)));
    std::vector<std::jthread> others;
    for (std::exception_ptr& failure : failures)
        others.emplace_back([&work, &failure] {
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
        });
    others.clear();
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
    return runs;
}

}  // namespace quench::orchestrator::simulate
