// One study on a closed-form problem, without processes.
#pragma once

#include "bench/search_quality/problem.hpp"
#include "search/sampler/sampler.hpp"
#include "search/scheduler/scheduler.hpp"

namespace quench::bench {

struct Outcome {
    std::vector<double> best;  ///< the least regret after each evaluation
    double ask_seconds = 0;    ///< of the processor, all asks together
};

/// `workers` trials run at a time; which of them ends next is drawn with the key `seed`, so that any order of
/// results occurs. One worker: one after the other.
Outcome run_study(const Problem& problem, search::sampler::Sampler& sampler, std::size_t evaluations,
                  std::size_t workers, std::uint64_t seed);

struct Timing {
    std::size_t finished = 1000;  ///< trials before the asks that are timed
    std::size_t asks = 50;
    std::size_t objectives = 1;  ///< 2: the second is the regret of the mirrored point
};

/// Median seconds of the processor of single asks after so many random trials have ended; between the asks
/// another one ends.
double ask_time(const Problem& problem, search::sampler::Sampler& sampler, const Timing& timing);

struct JobTime {
    double seconds = 0;      ///< median
    std::size_t trials = 0;  ///< that there were: `timing.finished`, or all that the schedule has
};

/// The same of a scheduler's `next_job`, one worker, random values, trials of up to `max`; 100 calls are
/// timed as one, for the clock ticks in microseconds. A schedule that ends before so many trials is timed at
/// its last jobs.
JobTime job_time(search::scheduler::Scheduler& scheduler, const search::space::Space& space,
                 search::Resource max, const Timing& timing);

}  // namespace quench::bench
