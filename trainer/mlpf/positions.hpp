// Where elements are on the calorimeter.
#pragma once

#include "trainer/mlpf/batch.hpp"

namespace quench::trainer::mlpf {

/// rows x 3: eta, sin phi and cos phi at the calorimeter. With the 12 columns of Delphes a track is where it
/// enters the calorimeter, and everything is at the centre of the HCAL cell that it is in, so that a track
/// and the tower that it hit are at one place, which is what rule-based particle flow goes by. With 17
/// columns, where cells are fine, a cluster is where it is and a track where it began. What is not finite
/// counts as 0, and no |eta| as more than 7.
template <class Scalar>
void calorimeter_positions(const Matrix<Scalar>& features, Matrix<Scalar>& out);

}  // namespace quench::trainer::mlpf
