#pragma once

#include <span>

namespace quench::base {

/// The value below which a share in [0, 1] of sorted values lies, linear between neighbours, as by
/// numpy.quantile. One value or more; infinite ones are welcome.
double quantile(std::span<const double> sorted, double share);

}  // namespace quench::base
