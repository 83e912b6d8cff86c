#include "trainer/mlpf/encoding.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::mlpf {

template <class Scalar>
Matrix<Scalar> encode(const Matrix<Scalar>& features) {
    constexpr Index types = 3;
    Matrix<Scalar> out = Matrix<Scalar>::Zero(features.rows(), encoded_columns);
    for (Index row = 0; row < features.rows(); ++row) {
        const auto type = static_cast<Index>(features(row, 0));
        if (type >= 0 && type < types) out(row, type) = Scalar(1);
        const bool tower = type == 1;
        for (Index column = 1; column < feature_columns; ++column) {
            Scalar value = features(row, column);
            value = std::isfinite(value) ? std::clamp(value, Scalar(-1e6), Scalar(1e6)) : Scalar(0);
            const bool energy = column == 1 || column == 5 || (tower && (column == 6 || column == 7));
            out(row, types + column - 1) = energy ? std::log1p(std::max(value, Scalar(0))) : value;
        }
    }
    return out;
}

template Matrix<float> encode<float>(const Matrix<float>&);
template Matrix<double> encode<double>(const Matrix<double>&);

}  // namespace quench::trainer::mlpf
