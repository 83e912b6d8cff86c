// The combined graph layer of MLPF's GNN as published (Pata et al., EPJC 81:381 and arXiv 2203.00330): one
// event, padded to a multiple of the bins and masked. The fast path pads nothing; that both agree is the
// point.
#pragma once

#include "trainer/reference/dense.hpp"

namespace quench::trainer::reference {

struct GraphOptions {
    std::size_t bin_size = 1;
    std::size_t messages = 1;
    double dist_mult = 0.1;
    double clip_low = 0;
    bool normalize_degrees = true;
    bool layer_norm = false;
    Last distance = Last::linear;
};

/// Which rows are sorted to which place: place p holds row order[p]. There are bins = N / bin_size bins. A
/// row's code is argmax([s, -s]) of s = d R[:, :max(1, bins / 2)], plus bins - 1 if it is masked; the sort by
/// code is stable. `points` (N x distance_dim) are a multiple of bin_size, R is `codebook`.
std::vector<std::size_t> bin_order(const Table& points, const Mask& mask, const Table& codebook,
                                   std::size_t bin_size);

/// A_ij = clip(exp(-dist_mult |d_i - d_j|), clip_low, 1) m_i m_j, with |d| = sqrt(max(sum d^2, 1e-6)) and
/// the mask m.
Table kernel(const Table& points, const Mask& mask, const GraphOptions& options);
/// dL/dd from dL/dA.
Table kernel_backward(const Table& points, const Mask& mask, const GraphOptions& options,
                      const Table& d_kernel);

/// The gated heterophily convolution x <- elu(g hom + (1 - g) het) m with hom = n A (n x T), het = x W,
/// g = sigmoid(x G + b), n = (sum_j |A_ij| + 1e-6)^(-1/2) m or, with raw degrees, 1. `name`.weights holds
/// T, W and G side by side (D x 3 D).
Table message(const Arrays& arrays, const std::string& name, const Table& x, const Table& kernel,
              const Mask& mask, const GraphOptions& options);

struct MessageGradients {
    Table x, kernel;
};
/// dL/dx and dL/dA of rows without a mask; those of the arrays are added to `gradients`.
MessageGradients message_backward(const Arrays& arrays, const std::string& name, const Table& x,
                                  const Table& kernel, const GraphOptions& options, const Table& dy,
                                  Arrays& gradients);

/// x <- layer norm, if asked for; d = ffn(x); bins by their order; the kernel of each bin, and `messages`
/// messages in it; back to the order of the elements. `padding` fills the rows that are added: what they hold
/// must not matter.
Table graph_layer(const Arrays& arrays, const std::string& name, const Table& x, const GraphOptions& options,
                  double padding = 0);
/// dL/dx of an event; the bins are taken as given, for no gradient passes through their choice.
Table graph_layer_backward(const Arrays& arrays, const std::string& name, const Table& x,
                           const GraphOptions& options, const Table& dy, Arrays& gradients);

}  // namespace quench::trainer::reference
