// Attention with a kernel in place of the softmax, as the weighted mean that it is: of quadratic cost, every
// pair of rows in turn. The fast path sums keys and values first and never sees a pair.
#pragma once

#include "trainer/reference/dense.hpp"

namespace quench::trainer::reference {

/// For each head h, with q = query(x_q), k = key(x), v = value(x), cut into heads of d columns (d the width
/// of x, as Keras's MultiHeadAttention with key_dim = d):
///   phi(u) = (elu(u d^(-1/4) P^T) + 1) / sqrt(m), P = `name`.projection (m x d);
///   w_ij = phi(q_i) . phi(k_j) m_j with the mask m; out_i = sum_j w_ij v_j / (sum_j w_ij + 1e-6);
/// then output(heads side by side). One event. (Choromanski et al., arXiv 2009.14794; the feature map of
/// Katharopoulos et al., arXiv 2006.16236.)
Table attention(const Arrays& arrays, const std::string& name, std::size_t heads, const Table& x_q,
                const Table& x, const Mask& mask);

struct AttentionGradients {
    Table x_q, x;
};
/// dL/dx_q and dL/dx of rows without a mask; those of the arrays are added to `gradients`.
AttentionGradients attention_backward(const Arrays& arrays, const std::string& name, std::size_t heads,
                                      const Table& x_q, const Table& x, const Table& dy, Arrays& gradients);

/// n = LN(x); a = attention(q = x or, if there is one, the learned query in every row; keys and values n) m;
/// y = LN(n + a); FFN(y), and y added to it with `residual`. One event.
Table transformer_layer(const Arrays& arrays, const std::string& name, std::size_t heads, bool residual,
                        const Table& x, const Mask& mask);

}  // namespace quench::trainer::reference
