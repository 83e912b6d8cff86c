// A collision as the trainer takes it: what the detector saw, what really was there, what a rule-based
// reconstruction makes of it. Wherever it comes from, a generator or a file, it has this form.
#pragma once

#include <cstddef>
#include <vector>

namespace quench::trainer::event {

/// The classes of targets; what a particle is to the detector.
enum class Category { none, charged_hadron, neutral_hadron, photon, electron, muon };
inline constexpr std::size_t categories = 6;

/// Whose elements: which columns they have. Energies and momenta in GeV, lengths in mm, times in ns.
///
/// delphes, 12 columns (pp, tracks and calorimeter towers; jpata/particleflow, delphes/ntuplizer.py):
///   tower: type 1 | ET | eta | sin phi | cos phi | E | E in the ECAL | E in the HCAL | 0 | 0 | 0 | 0
///   track: type 2 | pt | eta | sin phi | cos phi | p | eta, sin phi, cos phi at the calorimeter | charge |
///          is a generated muon | is a generated electron
/// clic, 17 columns (e+e-, tracks and clusters):
///   track:   type 1 | pt | eta | sin phi | cos phi | p | chi2 | ndf | dE/dx | its error | radius of the
///            innermost hit | tan lambda | D0 | omega | Z0 | time | 0
///   cluster: type 2 | ET | eta | sin phi | cos phi | E | x | y | z | iTheta | E in the ECAL | in the HCAL |
///            elsewhere | hits | sigma x | sigma y | sigma z
enum class Detector { delphes, clic };

constexpr std::size_t feature_columns(Detector detector) {
    return detector == Detector::delphes ? 12 : 17;
}
/// class | charge | pt | eta | sin phi | cos phi | E.
inline constexpr std::size_t target_columns = 7;

/// A jet of generated particles [GeV].
struct Jet {
    float pt = 0, eta = 0, phi = 0, energy = 0;

    friend bool operator==(const Jet&, const Jet&) = default;
};

/// Row i of each table speaks of element i; tables are row-major.
struct Event {
    Detector detector = Detector::delphes;
    std::size_t rows = 0;
    std::vector<float> elements{};    ///< rows x feature_columns(detector)
    std::vector<float> targets{};     ///< rows x 7; a row of zeros where nothing is to be built
    std::vector<float> candidates{};  ///< rows x 7, of the rule-based reconstruction; empty if there was none
    std::vector<Jet> jets{};          ///< of the targets; may be empty

    friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace quench::trainer::event
