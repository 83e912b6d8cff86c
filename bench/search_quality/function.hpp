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

const std::vector<Function>& functions();
const std::vector<FixedFunction>& fixed_functions();
/// For judging: no sampler was shaped on these.
const std::vector<FixedFunction>& unseen_functions();

}  // namespace quench::bench
