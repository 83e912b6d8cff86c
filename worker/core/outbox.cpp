#include "worker/core/outbox.hpp"

namespace quench::worker::core {

std::uint64_t Outbox::add(Item item) {
    const std::uint64_t seq = ++last_;
    std::visit([seq](auto& i) { i.seq = seq; }, item);
    if (const auto* report = std::get_if<protocol::Report>(&item)) ++reports_[report->key];
    items_.emplace_hint(items_.end(), seq, std::move(item));
    return seq;
}

bool Outbox::acknowledge(std::uint64_t seq) {
    const auto found = items_.find(seq);
    if (found == items_.end()) return false;
    if (const auto* report = std::get_if<protocol::Report>(&found->second)) {
        const auto count = reports_.find(report->key);
        if (--count->second == 0) reports_.erase(count);
    }
    if (seq < cursor_) --in_flight_;
    items_.erase(found);
    return true;
}

void Outbox::flush(std::vector<protocol::ToCoordinator>& sends) {
    for (auto it = items_.lower_bound(cursor_); it != items_.end() && in_flight_ < window_; ++it) {
        std::visit([&](const auto& item) { sends.emplace_back(item); }, it->second);
        cursor_ = it->first + 1;
        ++in_flight_;
    }
}

void Outbox::rewind() {
    cursor_ = 1;
    in_flight_ = 0;
}

std::size_t Outbox::reports_of(const protocol::AttemptKey& key) const {
    const auto found = reports_.find(key);
    return found == reports_.end() ? 0 : found->second;
}

}  // namespace quench::worker::core
