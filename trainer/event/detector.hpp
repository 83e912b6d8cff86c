// The detector: a solenoid, a tracker, an electromagnetic and a hadronic calorimeter, and the rule-based
// particle flow on what they measure.
#pragma once

#include "base/random.hpp"
#include "trainer/event/particle.hpp"

#include <vector>

namespace quench::trainer::event {

/// What the detector sees and what is made of it; jets of the targets are left out. Tracks come first, then
/// ECAL and HCAL towers.
///
/// Targets: a track's is its particle. A tower's is the sum of the particles in it that have no track, with
/// the category of the most energetic one; charged hadrons beyond |eta| 2.5 count as neutral, neutral hadrons
/// below 9 GeV as nothing. A K0S or Lambda counts in the towers of both calorimeters, as in the published
/// data. The charge is the physical one (the published data have the sign of the PDG code, opposite for
/// leptons).
///
/// Candidates: eflow.hpp, the ECAL first. Electrons and muons are known by truth, as in the card; muons keep
/// the direction that they had before angular smearing.
Event detect(const std::vector<Particle>& particles, base::Rng& rng);

}  // namespace quench::trainer::event
