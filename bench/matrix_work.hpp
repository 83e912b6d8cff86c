// How many operations the matrix products of MLPF take, counted from its shapes.
#pragma once

#include "trainer/mlpf/batch.hpp"
#include "trainer/mlpf/hyperparameters.hpp"

namespace quench::bench {

/// Multiplications and additions of all matrix products of one forward and backward pass over events of these
/// sizes (rows). Everything else (kernels, activations, norms, losses, optimizer) counts as nothing, so that
/// operations over time, beside the rate of large products alone, says what share of the time is not lost.
double matrix_operations(const trainer::mlpf::Hyperparameters& hyper, trainer::mlpf::Index feature_columns,
                         const std::vector<trainer::mlpf::Index>& sizes);

}  // namespace quench::bench
