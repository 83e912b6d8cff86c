#include "search/sampler/grid.hpp"

#include "search/space/cell.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::search::sampler {
namespace {

double coordinate(std::uint64_t index, std::uint64_t points) {
    return points == 1 ? 0.5 : static_cast<double>(index) / static_cast<double>(points - 1);
}

space::Value axis_value(const space::Domain& domain, std::uint64_t index, std::uint64_t points) {
    if (space::last_cell(domain)) return space::value_at(domain, index);
    return space::value_at_coordinate(domain, coordinate(index, points));
}

std::optional<std::uint64_t> axis_index(const space::Domain& domain, const space::Value& value,
                                        std::uint64_t points) {
    if (space::last_cell(domain)) return space::cell_of(domain, value);
    const double near = space::coordinate_of(domain, value) * static_cast<double>(points - 1);
    const auto index = static_cast<std::uint64_t>(std::round(near));
    if (index >= points || axis_value(domain, index, points) != value) return std::nullopt;
    return index;
}

constexpr std::uint64_t most_points = 1'000'000'000;  ///< more could not be told apart on the unit interval

}  // namespace

base::Result<std::unique_ptr<Sampler>> Grid::make(space::Space space, std::uint64_t seed,
                                                  std::uint64_t points) {
    if (points < 1 || points > most_points)
        return base::Error(fmt::format(
            "grid_points is {} (an axis has at least 1 value and at most {}) give a number between", points,
            most_points));
    const base::Error too_large(
        "the sampler grid is too large for this space (it would have more than 2^63 - 1 configurations) give "
        "steps to integers, lower grid_points, or take the sampler random");
    std::vector<std::uint64_t> sizes;
    for (const space::Parameter& parameter : space.parameters()) {
        const std::uint64_t last = space::last_cell(parameter.domain).value_or(points - 1);
        if (last >= static_cast<std::uint64_t>(INT64_MAX)) return too_large;
        sizes.push_back(last + 1);
    }
    auto numbering = space::Numbering::make(space, sizes, [&](std::size_t axis, std::uint64_t cell) {
        return axis_value(space.parameters()[axis].domain, cell, points);
    });
    if (!numbering && !space.constraints().empty())
        return base::Error(fmt::format(
            "the sampler grid is too large for this space (its constraints tie parameters of more than {} "
            "combinations) give steps to integers, lower grid_points, or take the sampler random",
            space::Numbering::most_listed));
    if (!numbering) return too_large;
    if (numbering->count() == 0)
        return base::Error(
            "the sampler grid has no point in this space (each breaks a constraint) raise grid_points, or "
            "take "
            "the sampler random");
    return std::unique_ptr<Sampler>(new Grid(std::move(space), std::move(*numbering), seed, points));
}

Grid::Grid(space::Space space, space::Numbering numbering, std::uint64_t seed, std::uint64_t points)
    : space_(std::move(space)),
      numbering_(std::move(numbering)),
      order_(numbering_.count(), seed, "grid sampler"),
      points_(points) {}

space::Configuration Grid::configuration_at(std::uint64_t place) const {
    const auto cells = numbering_.unrank(order_.item_at(place));
    space::Configuration configuration;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const space::Parameter& parameter = space_.parameters()[i];
        if (cells[i]) configuration.emplace(parameter.name, axis_value(parameter.domain, *cells[i], points_));
    }
    return configuration;
}

std::optional<std::uint64_t> Grid::place_of(const space::Configuration& configuration) const {
    if (!space_.check(configuration)) return std::nullopt;
    space::Numbering::Cells cells;
    for (const space::Parameter& parameter : space_.parameters()) {
        cells.emplace_back();
        const auto found = configuration.find(parameter.name);
        if (found == configuration.end()) continue;
        cells.back() = axis_index(parameter.domain, found->second, points_);
        if (!cells.back()) return std::nullopt;
    }
    return order_.place_of(numbering_.rank(cells));
}

void Grid::tell(const Event& event) {
    const auto* proposed = std::get_if<Proposed>(&event);
    if (!proposed) return;
    if (const auto place = place_of(proposed->configuration)) taken_.insert(*place);
}

std::vector<space::Configuration> Grid::ask(TrialId /*first*/, std::size_t count) const {
    std::vector<space::Configuration> configurations;
    for (std::uint64_t place = taken_.free_from(0); configurations.size() < count && place < order_.size();
         place = taken_.free_from(place + 1))
        configurations.push_back(configuration_at(place));
    return configurations;
}

std::unique_ptr<Sampler> Grid::clone() const {
    return std::unique_ptr<Sampler>(new Grid(*this));
}

}  // namespace quench::search::sampler
