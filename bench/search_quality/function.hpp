// Formulas of test functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace quench::bench {

using Formula = std::function<double(const std::vector<double>&)>;

/// Least value 0 at the origin; z is x - optimum for x and optimum in [-5, 5].
struct Function {
    std::string name;
    Formula centred;
    bool rotated = false;  ///< an instance turns it
};

/// In a box of its own, less its least value.
struct FixedFunction {
    std::string name;
    std::vector<double> low, high;
    Formula regret;
};

/// A fixed function with cheap approximations: fidelity z in [0, 1], and at 1 it is the function itself. As
/// in Kandasamy et al., "Multi-fidelity Bayesian optimisation with continuous approximations" (ICML 2017),
/// with the constants of the authors' program (Dragonfly) and one z for all of their fidelity's coordinates.
struct FidelityFunction {
    std::string name;
    std::vector<double> low, high;
    /// Less the least value at z = 1.
    std::function<double(const std::vector<double>& x, double z)> regret;
};

const std::vector<Function>& functions();
const std::vector<FixedFunction>& fixed_functions();
/// The fixed functions again, with their approximations.
const std::vector<FidelityFunction>& fidelity_functions();
/// For judging: no sampler was shaped on these.
const std::vector<FixedFunction>& unseen_functions();

}  // namespace quench::bench
