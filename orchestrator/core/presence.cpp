#include "orchestrator/core/presence.hpp"

namespace quench::orchestrator::core {

Contact* Presence::by_peer(const Peer& peer) {
    const auto session = sessions.find(peer);
    return session == sessions.end() ? nullptr : &contacts.at(session->second);
}

void Presence::forget(const std::string& session) {
    const auto contact = contacts.find(session);
    if (contact == contacts.end()) return;
    sessions.erase(contact->second.peer);
    contacts.erase(contact);
}

base::TimePoint Presence::heard(const std::string& session) const {
    const auto contact = contacts.find(session);
    return contact == contacts.end() ? started : contact->second.heard;
}

}  // namespace quench::orchestrator::core
