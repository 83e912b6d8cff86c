// Closed-form problems with known optima, in seeded instances.
#pragma once

#include "search/space/space.hpp"
#include "search/trial_id.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace quench::bench {

/// To be minimised; the least noiseless value is 0.
struct Problem {
    std::string name;
    search::space::Space space;
    /// The regret of a configuration: what a study is judged by.
    std::function<double(const search::space::Configuration&)> regret;
    double noise = 0;  ///< standard deviation of what a sampler is told, beside the regret
    /// What a trial of the suite "fidelity" shows after step 1 to `full_fidelity`; of the last step it is the
    /// regret. Empty in other suites, where a trial is one evaluation.
    std::function<double(const search::space::Configuration&, search::Resource step)> after_step = {};
};

/// The steps that an evaluation of a problem with learning curves takes.
constexpr search::Resource full_fidelity = 64;

/// The names of a suite: "smooth" (closed forms of 2 to 6 dimensions), "unseen" (18 of 2 to 10 dimensions on
/// which no sampler was shaped), "bbob" (2, 5, 10 and 20 dimensions), "mixed", "embedded" (10 dimensions, 3
/// of which matter), "noisy", or "all".
/// Empty for an unknown suite.
std::vector<std::string> problem_names(const std::string& suite);

/// Instance `seed` of a problem: optimum, rotation and order of the choices are drawn anew; of "fidelity" the
/// order and the directions of the axes; "smooth" and "unseen" have one instance. The definitions
/// follow Hansen et al., "Real-parameter black-box optimization benchmarking 2009" (RR-6829), and Surjanovic
/// and Bingham's library of test functions. Throws std::runtime_error for an unknown name.
Problem make_problem(const std::string& name, std::uint64_t seed);

}  // namespace quench::bench
