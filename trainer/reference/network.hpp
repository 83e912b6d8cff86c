// MLPF's networks as a whole, one event at a time: encoding, layers, heads (output decoding).
//
// What is computed is told by the hyperparameters of the fast path, a list of numbers; nothing that computes
// is shared with it, and this library is not linked with it.
#pragma once

#include "trainer/mlpf/hyperparameters.hpp"
#include "trainer/reference/table.hpp"

namespace quench::trainer::reference {

/// As mlpf::Outputs: rows x 6, rows x 3, rows x 5.
struct Outputs {
    Table logits, charge, momentum;
};

/// One-hot(type), type 0 for anything but 1 and 2, then the other features: 0 where they are not finite, and
/// clipped to +-1e6. With Encoding::logs log(1 + max(x, 0)) of every energy: columns 1 and 5; of 12 columns
/// (Delphes) with type 1 also 6 and 7, of 17 (CLIC) with type 2 also 10, 11 and 12.
Table encode(mlpf::Encoding encoding, const Table& features);

/// With z the classification stream, through a layer norm if asked for, and r the regression stream:
///   l = FFN(z), charge = FFN(z), zc = [z, l], e = [zc, r, l];
///   eta = clip(eta_in + FFN(zc), +-7), (sin, cos) = clip(in + FFN(zc), +-1),
///   E = |E_in + FFN(e)|, pt = |a pt_in + b| with pt_correction, else |a|, (a, b) = FFN(e).
/// With log-ratio targets pt is a and E is FFN(e).
Outputs heads(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const Table& features, const Table& z,
              const Table& r);

/// The network without dropout on the features of one event.
Outputs network(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const Table& features);

}  // namespace quench::trainer::reference
