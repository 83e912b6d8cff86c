#include "search/scheduler/perturbation.hpp"

#include "search/space/cell.hpp"
#include "search/space/encoding.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

double moved(double value, double low, double high, double factor, bool up) {
    const double half_width = high / 2 - low / 2;  // the width may have no double
    const double goal =
        low > 0 ? (up ? value * factor : value / factor) : value + (up ? 1 : -1) * (factor - 1) * half_width;
    return std::clamp(goal, low, high);
}

/// The cell nearest to a value, but another than `from` while there is one in this direction.
std::uint64_t cell_towards(double cells_above_low, std::uint64_t from, std::uint64_t last, bool up) {
    const double rounded = std::round(cells_above_low);
    std::uint64_t cell = rounded >= static_cast<double>(last) ? last
                         : rounded <= 0                       ? 0
                                                              : static_cast<std::uint64_t>(rounded);
    if (up && cell <= from) cell = from == last ? last : from + 1;
    if (!up && cell >= from) cell = from == 0 ? 0 : from - 1;
    return cell;
}

space::Value near(const space::FloatDomain& d, const space::Value& value, double factor, bool up) {
    const double goal = moved(std::get<double>(value), d.low, d.high, factor, up);
    const auto from = space::cell_of(d, value);
    if (!from) return goal;
    if (!d.step) return value;  // low and high coincide
    return space::value_at(d, cell_towards((goal - d.low) / *d.step, *from, *space::last_cell(d), up));
}

space::Value near(const space::IntDomain& d, const space::Value& value, double factor, bool up) {
    const auto low = static_cast<double>(d.low);
    const double goal = moved(static_cast<double>(std::get<std::int64_t>(value)), low,
                              static_cast<double>(d.high), factor, up);
    return space::value_at(d, cell_towards((goal - low) / static_cast<double>(d.step),
                                           *space::cell_of(d, value), *space::last_cell(d), up));
}

space::Value near(const space::CategoricalDomain& d, const space::Value& value, double /*factor*/, bool up) {
    const std::uint64_t from = *space::cell_of(d, value);
    return space::value_at(
        d, up ? std::min(from + 1, *space::last_cell(d)) : from - std::min<std::uint64_t>(from, 1));
}

}  // namespace

space::Configuration perturbed(const space::Space& space, const space::Configuration& configuration,
                               const PerturbationOptions& options, base::Rng rng) {
    const space::Encoding encoding(space);
    std::vector<double> point;
    for (std::size_t i = 0; i < space.dimensions(); ++i) {
        const space::Parameter& parameter = space.parameters()[i];
        // Three draws a parameter, so that what becomes of one does not change what another draws.
        const bool anew = rng.uniform() < options.resample;
        const bool up = rng.below(2) == 1;
        const double drawn = rng.uniform();
        const auto found = configuration.find(parameter.name);
        if (anew || found == configuration.end()) {
            point.push_back(drawn);
            continue;
        }
        const bool nominal = encoding.axes()[i].relation == space::Relation::nominal;
        const auto value =
            nominal ? found->second
                    : std::visit(
                          [&](const auto& domain) { return near(domain, found->second, options.factor, up); },
                          parameter.domain);
        point.push_back(space::coordinate_of(parameter.domain, value));
    }
    return space.decode(point);
}

}  // namespace quench::search::scheduler
