#include "search/sampler/distinct.hpp"

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

std::unique_ptr<Sampler> Distinct::wrap(std::unique_ptr<Sampler> sampler, const space::Space& space,
                                        std::uint64_t seed, Instead instead) {
    auto numbering = space::Numbering::of_values(space);
    if (!numbering && !space.constraints().empty()) numbering = space::Numbering::of_values_freely(space);
    if (!numbering) return sampler;
    return std::unique_ptr<Sampler>(
        new Distinct(std::move(sampler), space::Encoding(space), std::move(*numbering), seed, instead));
}

Distinct::Distinct(std::unique_ptr<Sampler> inner, space::Encoding encoding, space::Numbering numbering,
                   std::uint64_t seed, Instead instead)
    : inner_(std::move(inner)),
      encoding_(std::move(encoding)),
      numbering_(std::move(numbering)),
      order_(numbering_.count(), seed, "distinct configurations"),
      seed_(seed),
      instead_(instead) {}

std::uint64_t Distinct::place_of(const space::Configuration& configuration) const {
    space::Numbering::Cells cells;
    for (const space::Parameter& parameter : encoding_.space().parameters()) {
        const auto found = configuration.find(parameter.name);
        cells.push_back(found == configuration.end() ? std::nullopt
                                                     : space::cell_of(parameter.domain, found->second));
    }
    return order_.place_of(numbering_.rank(cells));
}

space::Configuration Distinct::configuration_at(std::uint64_t place) const {
    const auto cells = numbering_.unrank(order_.item_at(place));
    space::Configuration configuration;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const space::Parameter& parameter = encoding_.space().parameters()[i];
        if (cells[i]) configuration.emplace(parameter.name, space::value_at(parameter.domain, *cells[i]));
    }
    return configuration;
}

std::optional<space::Configuration> Distinct::neighbour(const space::Configuration& repeated,
                                                        const TakenPlaces& taken, TrialId trial) const {
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
        if (!taken.contains(place_of(near))) return near;
    }
    return std::nullopt;
}

space::Configuration Distinct::replacement(const space::Configuration& repeated, const TakenPlaces& taken,
                                           TrialId trial) const {
    if (instead_ == Instead::neighbour)
        if (auto near = neighbour(repeated, taken, trial)) return *std::move(near);
    std::uint64_t place = taken.free_from(0);
    for (int skipped = 0; skipped < most_skipped && place < order_.size(); ++skipped) {
        auto configuration = configuration_at(place);
        if (!encoding_.space().broken_constraint(configuration)) return configuration;
        place = taken.free_from(place + 1);
    }
    return repeated;
}

void Distinct::tell(const Event& event) {
    inner_->tell(event);
    const auto* proposed = std::get_if<Proposed>(&event);
    if (proposed && encoding_.space().check(proposed->configuration))
        taken_.insert(place_of(proposed->configuration));
}

std::vector<space::Configuration> Distinct::ask(TrialId first, std::size_t count) const {
    if (taken_.count() == order_.size()) return {};
    auto asked = inner_->ask(first, count);
    if (asked.empty()) return asked;
    if (const std::uint64_t place = place_of(asked[0]); count == 1) {
        if (taken_.contains(place)) asked[0] = replacement(asked[0], taken_, first);
        return asked;
    }
    // A batch is what single questions would give, each told before the next: where one is replaced, the
    // sampler is asked again for those after it.
    std::unique_ptr<Sampler> informed;
    TakenPlaces taken = taken_;
    TrialId trial = first;
    for (std::size_t i = 0; i < asked.size(); ++i, trial = trial.next()) {
        if (taken.count() == order_.size()) {
            asked.resize(i);
            break;
        }
        const bool repeated = taken.contains(place_of(asked[i]));
        if (repeated) asked[i] = replacement(asked[i], taken, trial);
        taken.insert(place_of(asked[i]));
        if (!repeated || i + 1 == asked.size()) continue;
        informed = inner_->clone();
        TrialId told = first;
        for (std::size_t j = 0; j <= i; ++j, told = told.next())
            informed->tell(Proposed{told, asked[j], 0, 0});
        const auto rest = informed->ask(trial.next(), asked.size() - i - 1);
        std::copy(rest.begin(), rest.end(), asked.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        asked.resize(i + 1 + rest.size());
    }
    return asked;
}

std::unique_ptr<Sampler> Distinct::clone() const {
    auto copy =
        std::unique_ptr<Distinct>(new Distinct(inner_->clone(), encoding_, numbering_, seed_, instead_));
    copy->taken_ = taken_;
    return copy;
}

}  // namespace quench::search::sampler
