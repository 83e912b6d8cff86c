#include "trainer/mlpf/positions.hpp"

#include "trainer/event/card.hpp"
#include "trainer/event/event.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quench::trainer::mlpf {
namespace {

constexpr auto delphes_columns = static_cast<Index>(event::feature_columns(event::Detector::delphes));
constexpr double most_eta = 7;
constexpr Index outer_eta = 6;  // of a Delphes track, followed by sine and cosine

}  // namespace

template <class Scalar>
void calorimeter_positions(const Matrix<Scalar>& features, Matrix<Scalar>& out) {
    const bool delphes = features.cols() == delphes_columns;
    out.resize(features.rows(), 3);
    for (Index row = 0; row < features.rows(); ++row) {
        const bool track = delphes && features(row, feature::type) == Scalar(2);
        auto at = out.row(row);
        at = features.row(row).segment(track ? outer_eta : feature::eta, 3);
        for (Index c = 0; c < 3; ++c) {
            const Scalar most = c == 0 ? Scalar(most_eta) : Scalar(1);
            at(c) = std::isfinite(at(c)) ? std::clamp(at(c), -most, most) : Scalar(0);
        }
        if (!delphes) continue;
        const event::Direction seen{
            .eta = static_cast<double>(at(0)),
            .phi = std::atan2(static_cast<double>(at(1)), static_cast<double>(at(2)))};
        const auto cell = event::cell_at(event::Calorimeter::hcal, seen);
        if (!cell) continue;
        const double phi = std::midpoint(cell->phi_low, cell->phi_high);
        at << static_cast<Scalar>(cell->eta()), static_cast<Scalar>(std::sin(phi)),
            static_cast<Scalar>(std::cos(phi));
    }
}

template void calorimeter_positions<float>(const Matrix<float>&, Matrix<float>&);
template void calorimeter_positions<double>(const Matrix<double>&, Matrix<double>&);

}  // namespace quench::trainer::mlpf
