#include "search/sampler/hashed_proposals.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace quench::search::sampler {
namespace {

constexpr int most_neighbours = 40, most_draws = 100;
constexpr double float_step = 0.05;  ///< of an axis: standard deviation of a neighbour's change

/// Moves one active coordinate: an ordered axis by a cell or two, a nominal one anywhere, a float a little.
void move_one(const space::Encoding& encoding, space::Point& point, base::Rng& rng) {
    const std::size_t axis = rng.below(point.size());
    if (std::isnan(point[axis])) return;
    const space::Axis& a = encoding.axes()[axis];
    if (!a.cells) {
        point[axis] = std::clamp(point[axis] + float_step * rng.normal(), 0.0, 1.0);
        return;
    }
    const std::uint64_t own = encoding.cell(axis, point[axis]);
    const bool nominal = a.relation == space::Relation::nominal;
    const std::uint64_t low = nominal || own < 2 ? 0 : own - 2;
    const std::uint64_t high = nominal ? *a.cells - 1 : std::min(own + 2, *a.cells - 1);
    point[axis] = encoding.centre(axis, low + rng.below(high - low + 1));
}

}  // namespace

std::size_t HashedProposals::hash_of(const space::Configuration& configuration) const {
    space::Point point = encoding_.encode(configuration);
    for (double& coordinate : point) coordinate += 0.0;  // -0 is 0
    const auto* bytes = reinterpret_cast<const char*>(point.data());
    return std::hash<std::string_view>()({bytes, point.size() * sizeof(double)});
}

void HashedProposals::insert(const space::Configuration& configuration) {
    if (encoding_.space().check(configuration)) hashes_.insert(hash_of(configuration));
}

space::Configuration HashedProposals::replacement(const space::Configuration& repeated, TrialId trial) const {
    base::Rng rng(seed_, "instead of a repetition", trial.value());
    const space::Point point = encoding_.encode(repeated);
    for (int i = 0; instead_ == Instead::neighbour && i < most_neighbours; ++i) {
        space::Point moved = point;
        move_one(encoding_, moved, rng);
        for (double& coordinate : moved)  // the change may make parameters active
            if (std::isnan(coordinate)) coordinate = rng.uniform();
        auto near = encoding_.decode(moved);
        if (!contains(near)) return near;
    }
    for (int i = 0; i < most_draws; ++i) {
        space::Point anywhere(point.size());
        for (double& coordinate : anywhere) coordinate = rng.uniform();
        auto drawn = encoding_.decode(anywhere);
        if (!contains(drawn)) return drawn;
    }
    return repeated;
}

}  // namespace quench::search::sampler
