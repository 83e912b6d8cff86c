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

template <class Scalar>
void Standardization<Scalar>::apply(Matrix<Scalar>& encoded) const {
    if (mean.size() == 0) return;
    for (Index i = 0; i < encoded.rows(); ++i)
        encoded.row(i).array() = (encoded.row(i) - mean).array() * scale.array();
}

template <class Scalar>
Standardization<Scalar> standardization_of(const Matrix<Scalar>& encoded) {
    constexpr double least_deviation = 1e-6;
    Standardization<Scalar> out{nn::RowVector<Scalar>::Zero(encoded.cols()),
                                nn::RowVector<Scalar>::Ones(encoded.cols())};
    if (encoded.rows() == 0) return out;
    const auto rows = static_cast<double>(encoded.rows());
    for (Index column = element_types; column < encoded.cols(); ++column) {
        const auto x = encoded.col(column).template cast<double>().array();
        const double mean = x.sum() / rows;
        const double deviation = std::sqrt((x - mean).square().sum() / rows);
        out.mean(column) = static_cast<Scalar>(mean);
        if (deviation > least_deviation) out.scale(column) = static_cast<Scalar>(1 / deviation);
    }
    return out;
}

template struct Standardization<float>;
template struct Standardization<double>;
template Standardization<float> standardization_of<float>(const Matrix<float>&);
template Standardization<double> standardization_of<double>(const Matrix<double>&);
template void encode<float>(Encoding, const Matrix<float>&, Matrix<float>&);
template void encode<double>(Encoding, const Matrix<double>&, Matrix<double>&);

}  // namespace quench::trainer::mlpf
