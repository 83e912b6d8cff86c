#include "trainer/event/jets.hpp"

#include <cmath>
#include <mutex>

#include <fastjet/ClusterSequence.hh>

namespace quench::trainer::event {

std::vector<Jet> find_jets(std::span<const float> rows) {
    // FastJet's first clustering of a process prints a banner on stdout, and its library is built without
    // thread safety.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    fastjet::ClusterSequence::set_fastjet_banner_stream(nullptr);

    std::vector<fastjet::PseudoJet> particles;
    for (std::size_t i = 0; i + target_columns <= rows.size(); i += target_columns) {
        const std::span row = rows.subspan(i, target_columns);
        if (row[0] == 0 || !(row[2] > 0)) continue;
        const double pt = row[2];
        particles.emplace_back(pt * row[5], pt * row[4], pt * std::sinh(row[3]), row[6]);
    }
    if (particles.empty()) return {};
    const fastjet::ClusterSequence clusters(particles,
                                            fastjet::JetDefinition(fastjet::antikt_algorithm, jet_radius));
    std::vector<Jet> jets;
    for (const fastjet::PseudoJet& jet : fastjet::sorted_by_pt(clusters.inclusive_jets(least_jet_pt)))
        jets.push_back({static_cast<float>(jet.pt()), static_cast<float>(jet.eta()),
                        static_cast<float>(jet.phi_std()), static_cast<float>(jet.e())});
    return jets;
}

}  // namespace quench::trainer::event
