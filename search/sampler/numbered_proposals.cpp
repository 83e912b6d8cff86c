#include "search/sampler/numbered_proposals.hpp"

#include "base/random.hpp"
#include "search/space/cell.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::sampler {
namespace {

constexpr std::uint64_t farthest = 8;  ///< cells that an ordered axis is moved by, up and down
constexpr int most_skipped = 1000;  ///< configurations that break a constraint, where these are numbered too

struct Change {
    std::size_t axis;
    std::uint64_t cell;
    std::uint64_t distance;
};

std::vector<Change> single_changes(const space::Encoding& encoding, const space::Point& point) {
    std::vector<Change> changes;
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
        const space::Axis& a = encoding.axes()[axis];
        if (std::isnan(point[axis]) || !a.cells) continue;
        const std::uint64_t own = encoding.cell(axis, point[axis]);
        const bool nominal = a.relation == space::Relation::nominal;
        const std::uint64_t low = nominal || own < farthest ? 0 : own - farthest;
        const std::uint64_t high = nominal ? *a.cells - 1 : std::min(own + farthest, *a.cells - 1);
        for (std::uint64_t cell = low; cell <= high; ++cell)
            if (cell != own)
                changes.push_back({axis, cell, nominal ? 1 : std::max(cell, own) - std::min(cell, own)});
    }
    return changes;
}

}  // namespace

NumberedProposals::NumberedProposals(space::Encoding encoding, space::Numbering numbering, std::uint64_t seed,
                                     Instead instead)
    : encoding_(std::move(encoding)),
      numbering_(std::move(numbering)),
      order_(numbering_.count(), seed, "distinct configurations"),
      seed_(seed),
      instead_(instead) {}

void NumberedProposals::insert(const space::Configuration& configuration) {
    if (encoding_.space().check(configuration)) taken_.insert(place_of(configuration));
}

bool NumberedProposals::contains(const space::Configuration& configuration) const {
    return taken_.contains(place_of(configuration));
}

std::uint64_t NumberedProposals::place_of(const space::Configuration& configuration) const {
    space::Numbering::Cells cells;
    for (const space::Parameter& parameter : encoding_.space().parameters()) {
        const auto found = configuration.find(parameter.name);
        cells.push_back(found == configuration.end() ? std::nullopt
                                                     : space::cell_of(parameter.domain, found->second));
    }
    return order_.place_of(numbering_.rank(cells));
}

space::Configuration NumberedProposals::configuration_at(std::uint64_t place) const {
    const auto cells = numbering_.unrank(order_.item_at(place));
    space::Configuration configuration;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const space::Parameter& parameter = encoding_.space().parameters()[i];
        if (cells[i]) configuration.emplace(parameter.name, space::value_at(parameter.domain, *cells[i]));
    }
    return configuration;
}

std::optional<space::Configuration> NumberedProposals::neighbour(const space::Configuration& repeated,
                                                                 TrialId trial) const {
    base::Rng rng(seed_, "neighbour instead of a repetition", trial.value());
    const space::Point point = encoding_.encode(repeated);
    auto changes = single_changes(encoding_, point);
    rng.shuffle(changes);
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.distance < b.distance; });
    for (const Change& change : changes) {
        space::Point moved = point;
        moved[change.axis] = encoding_.centre(change.axis, change.cell);
        for (double& coordinate : moved)  // the change may make parameters active
            if (std::isnan(coordinate)) coordinate = rng.uniform();
        auto near = encoding_.decode(moved);
        if (!taken_.contains(place_of(near))) return near;
    }
    return std::nullopt;
}

space::Configuration NumberedProposals::replacement(const space::Configuration& repeated,
                                                    TrialId trial) const {
    if (instead_ == Instead::neighbour)
        if (auto near = neighbour(repeated, trial)) return *std::move(near);
    std::uint64_t place = taken_.free_from(0);
    for (int skipped = 0; skipped < most_skipped && place < order_.size(); ++skipped) {
        auto configuration = configuration_at(place);
        if (!encoding_.space().broken_constraint(configuration)) return configuration;
        place = taken_.free_from(place + 1);
    }
    return repeated;
}

std::unique_ptr<Proposals> NumberedProposals::clone() const {
    return std::make_unique<NumberedProposals>(*this);
}

}  // namespace quench::search::sampler
