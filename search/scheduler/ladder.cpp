#include "search/scheduler/ladder.hpp"

#include <cmath>

namespace quench::search::scheduler {

std::vector<Resource> ladder(Resource min, Resource max, Resource eta, int bracket) {
    std::vector<Resource> all;
    for (Resource at = min;; at *= eta) {
        all.push_back(at);
        if (at > max / eta) break;
    }
    if (all.back() != max) all.push_back(max);
    const auto first = static_cast<std::size_t>(bracket);
    if (first >= all.size()) return {};
    return {all.begin() + static_cast<std::ptrdiff_t>(first), all.end()};
}

BracketShares::BracketShares(Resource min, Resource max, Resource eta, int brackets)
    : started_(static_cast<std::size_t>(brackets), 0) {
    const auto rungs = static_cast<double>(ladder(min, max, eta, 0).size());
    for (int b = 0; b < brackets; ++b) {
        const double s = rungs - 1 - b;
        shares_.push_back(std::ceil(rungs * std::pow(static_cast<double>(eta), s) / (s + 1)));
    }
}

int BracketShares::next() const {
    std::size_t least = 0;
    const auto filled = [&](std::size_t b) { return static_cast<double>(started_[b]) / shares_[b]; };
    for (std::size_t b = 1; b < shares_.size(); ++b)
        if (filled(b) < filled(least)) least = b;
    return static_cast<int>(least);
}

}  // namespace quench::search::scheduler
