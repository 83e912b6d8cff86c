#include "trainer/event/jets.hpp"

#include <cmath>
#include <mutex>

#include <fastjet/ClusterSequence.hh>

namespace quench::trainer::event {
namespace {

std::vector<fastjet::PseudoJet> particles_of(std::span<const float> rows) {
    std::vector<fastjet::PseudoJet> particles;
    for (std::size_t i = 0; i + target_columns <= rows.size(); i += target_columns) {
        const std::span row = rows.subspan(i, target_columns);
        if (row[0] == 0 || !(row[2] > 0)) continue;
        const double pt = row[2], pz = pt * std::sinh(row[3]);
        // A network may say any eta; what FastJet makes of infinite momenta is not defined.
        if (!std::isfinite(pz * pz)) continue;
        particles.emplace_back(pt * row[5], pt * row[4], pz, row[6]);
    }
    return particles;
}

fastjet::JetDefinition fastjet_definition(const JetDefinition& definition) {
    constexpr double power = -1;
    if (definition.algorithm == JetAlgorithm::ee_genkt)
        return {fastjet::ee_genkt_algorithm, definition.radius, power};
    return {fastjet::antikt_algorithm, definition.radius};
}

}  // namespace

std::vector<Jet> find_jets(std::span<const float> rows, const JetDefinition& definition) {
    // FastJet's first clustering of a process prints a banner on stdout, and its library is built without
    // thread safety.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    fastjet::ClusterSequence::set_fastjet_banner_stream(nullptr);

    const std::vector<fastjet::PseudoJet> particles = particles_of(rows);
    if (particles.empty()) return {};
    const fastjet::ClusterSequence clusters(particles, fastjet_definition(definition));
    std::vector<Jet> jets;
    for (const fastjet::PseudoJet& jet : fastjet::sorted_by_pt(clusters.inclusive_jets(definition.least_pt)))
        jets.push_back({static_cast<float>(jet.pt()), static_cast<float>(jet.eta()),
                        static_cast<float>(jet.phi_std()), static_cast<float>(jet.e())});
    return jets;
}

}  // namespace quench::trainer::event
