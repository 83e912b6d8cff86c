#include "trainer/mlpf/candidates.hpp"

#include <cmath>

namespace quench::trainer::mlpf {
namespace {

bool is_charged(Index kind) {
    return kind == 1 || kind == 4 || kind == 5;  // hadron, electron, muon
}

}  // namespace

template <class Scalar>
void candidates(const Outputs<Scalar>& outputs, const Matrix<Scalar>& features, Targets targets,
                Matrix<Scalar>& out) {
    out.setZero(features.rows(), target_columns);
    for (Index row = 0; row < features.rows(); ++row) {
        Index kind = 0, charge = 0;
        outputs.logits.row(row).maxCoeff(&kind);
        outputs.charge.row(row).maxCoeff(&charge);
        if (kind == 0) continue;
        Scalar pt = outputs.momentum(row, 0), energy = outputs.momentum(row, 4);
        if (targets == Targets::log_ratio) {
            pt = features(row, feature::pt) * std::exp(pt);
            energy = features(row, feature::energy) * std::exp(energy);
        }
        const Scalar cosh_eta = std::cosh(outputs.momentum(row, 1));
        if (is_charged(kind))
            energy = pt * cosh_eta;
        else
            pt = energy / cosh_eta;
        out.row(row) << static_cast<Scalar>(kind), static_cast<Scalar>(charge - 1), std::abs(pt),
            outputs.momentum.row(row).segment(1, 3), std::abs(energy);
        if (!out.row(row).allFinite() || !outputs.logits.row(row).allFinite()) out.row(row).setZero();
    }
}

template void candidates<float>(const Outputs<float>&, const Matrix<float>&, Targets, Matrix<float>&);
template void candidates<double>(const Outputs<double>&, const Matrix<double>&, Targets, Matrix<double>&);

}  // namespace quench::trainer::mlpf
