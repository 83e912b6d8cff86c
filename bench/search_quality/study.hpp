// One study on a closed-form problem, without processes.
#pragma once

#include "bench/search_quality/problem.hpp"
#include "search/sampler/sampler.hpp"

namespace quench::bench {

struct Outcome {
    std::vector<double> best;  ///< the least regret after each evaluation
    double ask_seconds = 0;    ///< of the processor, all asks together
};

/// `workers` trials run at a time; which of them ends next is drawn with the key `seed`, so that any order of
/// results occurs. One worker: one after the other.
Outcome run_study(const Problem& problem, search::sampler::Sampler& sampler, std::size_t evaluations,
                  std::size_t workers, std::uint64_t seed);

/// Median seconds of the processor of single asks after `finished` random trials have ended; between the asks
/// another one ends.
double ask_time(const Problem& problem, search::sampler::Sampler& sampler, std::size_t finished,
                std::size_t asks);

}  // namespace quench::bench
