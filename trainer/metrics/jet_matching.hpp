// Which reconstructed jet belongs to which true one.
#pragma once

#include "trainer/event/jets.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace quench::trainer::metrics {

inline constexpr double matching_distance = 0.1;

/// sqrt(d eta^2 + d phi^2), with d phi within +-pi.
double delta_r(const event::Jet& a, const event::Jet& b);

/// For each true jet the nearest reconstructed one nearer than `distance`, by number. One reconstructed jet
/// may be that of several, as in the reference. Of equally near ones the first.
std::vector<std::optional<std::size_t>> match_jets(std::span<const event::Jet> truth,
                                                   std::span<const event::Jet> reconstructed,
                                                   double distance = matching_distance);

/// Anti-kt of radius 0.4 above 15 GeV for hadron collisions (delphes), generalised e+e- of radius 0.7 above
/// 5 GeV for lepton colliders (clic): what jpata/particleflow uses for each.
event::JetDefinition usual_jets(event::Detector detector);

}  // namespace quench::trainer::metrics
