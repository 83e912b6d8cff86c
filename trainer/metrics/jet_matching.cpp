#include "trainer/metrics/jet_matching.hpp"

#include <cmath>
#include <numbers>

namespace quench::trainer::metrics {

double delta_r(const event::Jet& a, const event::Jet& b) {
    const double dphi = std::remainder(double{a.phi} - double{b.phi}, 2 * std::numbers::pi);
    return std::hypot(double{a.eta} - double{b.eta}, dphi);
}

std::vector<std::optional<std::size_t>> match_jets(std::span<const event::Jet> truth,
                                                   std::span<const event::Jet> reconstructed,
                                                   double distance) {
    std::vector<std::optional<std::size_t>> out;
    out.reserve(truth.size());
    for (const event::Jet& jet : truth) {
        std::optional<std::size_t> nearest;
        double least = distance;
        for (std::size_t i = 0; i < reconstructed.size(); ++i)
            if (const double d = delta_r(jet, reconstructed[i]); d < least) {
                least = d;
                nearest = i;
            }
        out.push_back(nearest);
    }
    return out;
}

event::JetDefinition usual_jets(event::Detector detector) {
    if (detector == event::Detector::clic)
        return {.algorithm = event::JetAlgorithm::ee_genkt, .radius = 0.7, .least_pt = 5};
    return {.algorithm = event::JetAlgorithm::anti_kt, .radius = 0.4, .least_pt = 15};
}

}  // namespace quench::trainer::metrics
