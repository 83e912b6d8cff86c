#include "trainer/mlpf/encoding.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::mlpf {
namespace {

constexpr Index delphes_columns = 12;

// Which columns hold energies or momenta. Delphes: 1, 5, and for a tower (type 1) those in ECAL and HCAL, 6
// and
// 7. CLIC: 1, 5, and for a cluster (type 2) those in ECAL, HCAL and elsewhere, 10 to 12.
bool is_energy(Index columns, Index type, Index column) {
    if (column == feature::pt || column == feature::energy) return true;
    if (columns == delphes_columns) return type == 1 && (column == 6 || column == 7);
    return type == 2 && column >= 10 && column <= 12;
}

}  // namespace

template <class Scalar>
void encode(Encoding encoding, const Matrix<Scalar>& features, Matrix<Scalar>& out) {
    out.setZero(features.rows(), encoded_columns(features.cols()));
    for (Index row = 0; row < features.rows(); ++row) {
        const Scalar kind = features(row, feature::type);
        const Index type = kind == Scalar(1) ? 1 : (kind == Scalar(2) ? 2 : 0);
        out(row, type) = Scalar(1);
        for (Index column = 1; column < features.cols(); ++column) {
            Scalar value = features(row, column);
            value = std::isfinite(value) ? std::clamp(value, Scalar(-1e6), Scalar(1e6)) : Scalar(0);
            const bool log = encoding == Encoding::logs && is_energy(features.cols(), type, column);
            out(row, element_types + column - 1) = log ? std::log1p(std::max(value, Scalar(0))) : value;
        }
    }
}

template void encode<float>(Encoding, const Matrix<float>&, Matrix<float>&);
template void encode<double>(Encoding, const Matrix<double>&, Matrix<double>&);

}  // namespace quench::trainer::mlpf
