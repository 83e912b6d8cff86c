#include "search/sampler/taken_places.hpp"

#include <algorithm>

namespace quench::search::sampler {

void TakenPlaces::insert(std::uint64_t place) {
    if (place < mark_) return;
    const auto at = std::lower_bound(beyond_.begin(), beyond_.end(), place);
    if (at != beyond_.end() && *at == place) return;
    beyond_.insert(at, place);
    std::size_t joined = 0;
    while (joined < beyond_.size() && beyond_[joined] == mark_ + joined) ++joined;
    mark_ += joined;
    beyond_.erase(beyond_.begin(), beyond_.begin() + static_cast<std::ptrdiff_t>(joined));
}

bool TakenPlaces::contains(std::uint64_t place) const {
    return place < mark_ || std::binary_search(beyond_.begin(), beyond_.end(), place);
}

std::uint64_t TakenPlaces::free_from(std::uint64_t from) const {
    from = std::max(from, mark_);
    auto at = std::lower_bound(beyond_.begin(), beyond_.end(), from);
    for (; at != beyond_.end() && *at == from; ++at) ++from;
    return from;
}

}  // namespace quench::search::sampler
