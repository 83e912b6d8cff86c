// From what the network says to particles.
#pragma once

#include "trainer/mlpf/loss.hpp"

namespace quench::trainer::mlpf {

/// rows x 7, the columns of targets: the class of the largest logit, the charge of the largest charge logit,
/// and the momentum; all 0 where the class is none. A row with anything that is not finite is 0 as a whole:
/// nothing can be built from it. pt and E are never negative.
///
/// The network predicts pt, eta and E apart from each other, and no massless particle has all three: charged
/// candidates keep their pt and neutral ones their E, and the other follows from E = pt cosh(eta), as with
/// the rule-based candidates of Delphes. Without this the rapidity of forward particles is nonsense, and jets
/// lose their direction.
template <class Scalar>
void candidates(const Outputs<Scalar>& outputs, const Matrix<Scalar>& features, Targets targets,
                Matrix<Scalar>& out);

}  // namespace quench::trainer::mlpf
