#include "search/scheduler/curve_book.hpp"

#include <algorithm>

namespace quench::search::scheduler {

CurveBook::CurveBook(Resource max) : stride_((max + most_points - 1) / most_points) {}

void CurveBook::add(TrialId trial, Resource step, double value) {
    if (step < 1) return;
    auto& curve = curves_[trial];
    if (points_to(step) > curve.size()) curve.resize(points_to(step), value);
}

std::span<const double> CurveBook::values(TrialId trial) const {
    const auto found = curves_.find(trial);
    if (found == curves_.end()) return {};
    return found->second;
}

predictor::Curve CurveBook::curve(TrialId trial, std::size_t points) const {
    const auto all = values(trial);
    const auto some = all.first(std::min(points, all.size()));
    return {.parameters = {}, .values = {some.begin(), some.end()}};
}

}  // namespace quench::search::scheduler
