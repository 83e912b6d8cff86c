// Locality-sensitive hashing: elements that lie near each other in the learned distance space fall into one
// bin.
#pragma once

#include "trainer/mlpf/batch.hpp"

#include <vector>

namespace quench::trainer::mlpf {

/// A reordering of a batch's rows within each event, cut into bins. No gradient passes through it.
struct Bins {
    std::vector<Index> order;  ///< place p of the sorted rows holds row order[p]
    std::vector<Index> begin;  ///< bin b has the places begin[b] .. begin[b+1]-1; one longer than bins
    bool in_order = true;      ///< order[p] is p everywhere
};

/// Sorts each event's rows by the hash of their points (rows x distance_dim) and cuts them into bins of
/// `bin_size`. The hash of a point d is argmax([s, -s]) with s = d R[:, :max(1, bins / 2)], the sort is
/// stable; an event that fits into one bin keeps its order. Only an event's last bin may be shorter: that is
/// what padding, sorted last and masked, amounts to.
template <class Scalar>
Bins make_bins(const Matrix<Scalar>& points, const Matrix<Scalar>& codebook, const std::vector<Index>& events,
               Index bin_size);

/// By how much positions are shifted before they are put on the curve: other shifts cut it elsewhere.
struct Origin {
    double eta = 0, phi = 0;
};

/// Sorts each event's rows along Hilbert's curve (Math. Ann. 38:459, 1891) through the square of eta from -2
/// pi to 2 pi and phi from 0 to 4 pi, of which phi needs half, in 2048 x 2048 cells; bins as above. What lies
/// near each other on the calorimeter then lies near each other in the order: a bin is a region. `positions`:
/// rows x 3, eta, sin phi, cos phi.
template <class Scalar>
Bins make_bins(const Matrix<Scalar>& positions, Origin origin, const std::vector<Index>& events,
               Index bin_size);

/// out <- the rows of `x` in the order of the bins, and back.
template <class Scalar>
void gather(const Matrix<Scalar>& x, const Bins& bins, Matrix<Scalar>& out);
template <class Scalar>
void scatter(const Matrix<Scalar>& x, const Bins& bins, Matrix<Scalar>& out);

}  // namespace quench::trainer::mlpf
