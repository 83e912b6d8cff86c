// Dense layers, feed-forward networks and layer normalisation by their equations, forward and backward.
#pragma once

#include "trainer/reference/table.hpp"

namespace quench::trainer::reference {

/// x for x > 0, else exp(x) - 1 (Clevert et al., arXiv 1511.07289).
double elu(double x);
/// d elu(x) / dx = 1 for x > 0, else exp(x).
double elu_slope(double x);
/// 1 / (1 + exp(-x)).
double sigmoid(double x);

enum class Last { linear, elu };

/// y_ij = sum_k x_ik W_kj + b_j, with the arrays `name`.weights and `name`.bias.
Table dense(const Arrays& arrays, const std::string& name, const Table& x);
/// Hidden layers y = elu(dense(x)), then one that is linear or has elu too: the layers `name`.0, `name`.1 ...
/// as far as there are arrays for them.
Table ffn(const Arrays& arrays, const std::string& name, const Table& x, Last last = Last::linear);
/// y_ij = gamma_j (x_ij - m_i) / sqrt(v_i + 1e-6) + beta_j, with the mean m_i and the variance v_i (divided
/// by n) of row i (Ba et al., arXiv 1607.06450; 1e-6 as MLPF has it).
Table layer_norm(const Arrays& arrays, const std::string& name, const Table& x);

// Backward: from dL/dy to dL/dx, which is returned; the gradients of the arrays are added to `gradients`
// under their names.
Table dense_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                     Arrays& gradients);
Table ffn_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                   Arrays& gradients, Last last = Last::linear);
Table layer_norm_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                          Arrays& gradients);

/// sum <- sum + term; an empty sum is 0.
void add(Table& sum, const Table& term);

}  // namespace quench::trainer::reference
