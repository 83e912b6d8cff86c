#include "search/sampler/gp/input_warp.hpp"

#include <cmath>

namespace quench::search::sampler {

InputWarp input_warp(double x, double bend) {
    if (std::abs(bend) < 1e-3) {  // to third order: the quotients below would lose digits
        const double bow = x * (x - 1), tilt = 2 * x - 1;
        return {x + bend * bow * (1.0 / 2 + bend * tilt / 12),
                1 + bend * (tilt / 2 + bend * (6 * bow + 1) / 12), bow * (1.0 / 2 + bend * tilt / 6)};
    }
    const double whole = std::expm1(bend), part = std::expm1(bend * x);
    return {part / whole, bend * (part + 1) / whole, (x * (part + 1) - part / whole * (whole + 1)) / whole};
}

}  // namespace quench::search::sampler
