#include "search/space/feasible.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"
#include "search/space/cell.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <limits>

#include <fmt/format.h>

namespace quench::search::space {
namespace {

constexpr std::size_t most_known = 32;
constexpr std::uint64_t most_draws = 4096;   ///< for the first configurations: some milliseconds
constexpr std::size_t most_boxes = 20'000;   ///< some 50 ms
constexpr double finest = 0x1p-20;           ///< width of a continuous axis that is not halved any more
constexpr std::uint64_t most_repairs = 200;  ///< draws around a point
constexpr int halvings = 10;                 ///< on the way back to the point

bool is_categorical(const Space& space, std::size_t axis) {
    return std::holds_alternative<CategoricalDomain>(space.parameters()[axis].domain);
}

double within_unit(double u) {
    return u > 0 ? std::min(u, 1.0) : 0;  // NaN too
}

/// What an axis can still be: cells of a discrete one, a part of [0, 1] of a continuous one.
struct Extent {
    bool discrete = false;
    std::uint64_t first = 0, last = 0;
    double low = 0, high = 1;

    [[nodiscard]] bool can_be_halved() const { return discrete ? first < last : high - low > finest; }
};
using Box = std::vector<Extent>;  ///< one a parameter

class BoxSearch {
  public:
    explicit BoxSearch(const Space& space) : space_(space) {
        for (const Parameter& parameter : space.parameters()) {
            Extent extent;
            if (const auto last = last_cell(parameter.domain)) {
                extent.discrete = true;
                extent.last = *last;
                sizes_.push_back(static_cast<double>(*last) + 1);
            } else {
                sizes_.push_back(1);
            }
            whole_.push_back(extent);
        }
    }

    /// Breadth first: the middles of ever smaller boxes are tried.
    std::optional<Configuration> run() {
        std::deque<Box> open{whole_};
        for (; !open.empty() && looked_at_ < most_boxes; ++looked_at_) {
            const Box box = std::move(open.front());
            open.pop_front();
            const std::vector<Truth> active = activity(box);
            if (hopeless(box, active)) continue;
            if (auto found = middle(box)) return found;
            const auto axis = widest(box, active);
            if (!axis) continue;
            for (const bool upper : {false, true}) open.push_back(half(box, *axis, upper));
        }
        proven_ = open.empty() && !gave_up_;
        return std::nullopt;
    }

    [[nodiscard]] bool proven() const { return proven_; }
    [[nodiscard]] std::size_t looked_at() const { return looked_at_; }

    /// The first constraint that is broken whatever the configuration.
    [[nodiscard]] const Constraint* impossible() const {
        const auto ranges = ranges_of(whole_, activity(whole_));
        for (const Constraint& constraint : space_.constraints())
            if (constraint.over(ranges) == Truth::no) return &constraint;
        return nullptr;
    }

  private:
    /// Is a parameter active in the whole box, in a part of it, or nowhere?
    [[nodiscard]] std::vector<Truth> activity(const Box& box) const {
        std::vector<Truth> active(box.size(), Truth::yes);
        for (const std::size_t i : space_.dependencies_first())
            for (const Condition& condition : space_.parameters()[i].when) {
                const std::size_t on = index_of(condition.parameter);
                const Extent& parent = box[on];
                std::uint64_t fulfil = 0;
                for (const Value& value : condition.any_of) {
                    const auto cell = cell_of(space_.parameters()[on].domain, value);
                    if (cell && *cell >= parent.first && *cell <= parent.last) ++fulfil;
                }
                const std::uint64_t others = parent.last - parent.first - (fulfil > 0 ? fulfil - 1 : 0);
                const Truth holds = fulfil == 0 ? Truth::no : others == 0 ? Truth::yes : Truth::maybe;
                active[i] = std::min({active[i], holds, active[on]});
            }
        return active;
    }

    [[nodiscard]] std::size_t index_of(const std::string& name) const {
        std::size_t i = 0;
        while (space_.parameters()[i].name != name) ++i;
        return i;
    }

    [[nodiscard]] std::vector<Range> ranges_of(const Box& box, const std::vector<Truth>& active) const {
        std::vector<Range> ranges(box.size());
        for (const std::size_t i : space_.tied()) {
            if (active[i] != Truth::yes) continue;
            const Domain& domain = space_.parameters()[i].domain;
            if (box[i].discrete) {
                ranges[i] = range_of(domain, box[i].first, box[i].last);
            } else {
                ranges[i].known = true;
                ranges[i].low = std::get<double>(value_at_coordinate(domain, box[i].low));
                ranges[i].high = std::get<double>(value_at_coordinate(domain, box[i].high));
            }
        }
        return ranges;
    }

    [[nodiscard]] bool hopeless(const Box& box, const std::vector<Truth>& active) const {
        const auto ranges = ranges_of(box, active);
        return std::any_of(space_.constraints().begin(), space_.constraints().end(),
                           [&](const Constraint& one) { return one.over(ranges) == Truth::no; });
    }

    [[nodiscard]] std::optional<Configuration> middle(const Box& box) const {
        std::vector<double> point;
        for (std::size_t i = 0; i < box.size(); ++i) {
            const Domain& domain = space_.parameters()[i].domain;
            const std::uint64_t cell = box[i].first + (box[i].last - box[i].first) / 2;
            point.push_back(box[i].discrete ? coordinate_of(domain, value_at(domain, cell))
                                            : 0.5 * (box[i].low + box[i].high));
        }
        Configuration configuration = space_.decode_freely(point);
        if (space_.broken_constraint(configuration)) return std::nullopt;
        return configuration;
    }

    /// The axis to halve; none where all that matters is decided.
    std::optional<std::size_t> widest(const Box& box, const std::vector<Truth>& active) {
        std::optional<std::size_t> found;
        double width = 0;
        for (const std::size_t i : space_.tied()) {
            if (active[i] != Truth::yes) continue;  // its parents come first
            if (!box[i].can_be_halved()) {
                gave_up_ = gave_up_ || !box[i].discrete;
                continue;
            }
            const double own = box[i].discrete
                                   ? (static_cast<double>(box[i].last - box[i].first) + 1) / sizes_[i]
                                   : box[i].high - box[i].low;
            if (own > width) {
                width = own;
                found = i;
            }
        }
        return found;
    }

    [[nodiscard]] static Box half(const Box& box, std::size_t axis, bool upper) {
        Box part = box;
        Extent& extent = part[axis];
        if (extent.discrete) {
            const std::uint64_t cell = extent.first + (extent.last - extent.first) / 2;
            (upper ? extent.first : extent.last) = upper ? cell + 1 : cell;
        } else {
            (upper ? extent.low : extent.high) = 0.5 * (extent.low + extent.high);
        }
        return part;
    }

    const Space& space_;
    Box whole_;
    std::vector<double> sizes_;  ///< cells an axis
    std::size_t looked_at_ = 0;
    bool gave_up_ = false;  ///< on a box of a continuous axis that is too small to halve
    bool proven_ = false;
};

std::string constraints_of(const Space& space) {
    std::string text;
    for (const Constraint& constraint : space.constraints())
        text += (text.empty() ? "\"" : ", \"") + constraint.text() + "\"";
    constexpr std::size_t longest = 200;
    return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

/// On the way from a point to one that fulfils the constraints: the first place that was seen to do so.
Configuration approach(const Space& space, const std::vector<double>& from, const std::vector<double>& to,
                       Configuration found) {
    double near = 0, far = 1;
    std::vector<double> between(from.size());
    for (int i = 0; i < halvings; ++i) {
        const double share = 0.5 * (near + far);
        for (std::size_t axis = 0; axis < from.size(); ++axis)
            between[axis] = from[axis] + share * (to[axis] - from[axis]);
        auto tried = space.decode_freely(between);
        const bool fulfils = !space.broken_constraint(tried);
        (fulfils ? far : near) = share;
        if (fulfils) found = std::move(tried);
    }
    return found;
}

std::uint64_t key_of(std::span<const double> point) {
    std::uint64_t key = 0xcbf29ce484222325ULL;
    for (const double u : point) key = (key ^ std::bit_cast<std::uint64_t>(u + 0.0)) * 0x100000001b3ULL;
    return key;
}

}  // namespace

base::Result<std::vector<Configuration>> find_feasible(const Space& space) {
    std::vector<Configuration> found;
    std::vector<double> point(space.dimensions());
    for (std::uint64_t draw = 0; draw < most_draws && found.size() < most_known; ++draw) {
        base::Rng rng(0, "feasible configurations", draw);
        for (double& coordinate : point) coordinate = rng.uniform();
        auto configuration = space.decode_freely(point);
        if (!space.broken_constraint(configuration)) found.push_back(std::move(configuration));
    }
    if (!found.empty()) return found;
    BoxSearch search(space);
    if (const Constraint* impossible = search.impossible())
        return base::Error(
            fmt::format("no configuration fulfils \"{}\" (it is false for all values that the "
                        "parameters can have) correct it, or widen their ranges",
                        impossible->text()));
    if (auto one = search.run()) return std::vector<Configuration>{*std::move(one)};
    if (search.proven())
        return base::Error(
            fmt::format("no configuration fulfils all constraints (each set of values breaks "
                        "one of {}) loosen one of them, or widen ranges",
                        constraints_of(space)));
    return base::Error(
        fmt::format("no configuration was found that fulfils all constraints (after {} draws and "
                    "{} boxes; {}) give floats that must be equal to something a step, or "
                    "compute them in the program",
                    most_draws, search.looked_at(), constraints_of(space)));
}

Configuration feasible_near(const Space& space, std::span<const double> point,
                            std::span<const std::vector<double>> known,
                            std::span<const Configuration> known_configurations) {
    QUENCH_CHECK(!known.empty(), "a space with constraints knows a configuration that fulfils them");
    std::vector<double> from(point.begin(), point.end());
    for (double& coordinate : from) coordinate = within_unit(coordinate);
    base::Rng rng(key_of(from), "feasible near a point", 0);
    const auto& tied = space.tied();
    for (std::uint64_t draw = 0; draw < most_repairs; ++draw) {
        const double width = 0.01 * std::pow(100, static_cast<double>(draw) / (most_repairs - 1));
        const bool one = draw % 2 == 0;  // the other half of the draws move all
        const std::size_t chosen = tied[rng.below(tied.size())];
        std::vector<double> moved = from;
        for (const std::size_t axis : tied) {
            if (one && chosen != axis) continue;
            if (is_categorical(space, axis)) {
                if (rng.uniform() < (one ? 1 : width)) moved[axis] = rng.uniform();
                continue;
            }
            const auto last = last_cell(space.parameters()[axis].domain);
            const double step = last ? std::max(width, 1.5 / (static_cast<double>(*last) + 1)) : width;
            moved[axis] = within_unit(moved[axis] + step * (2 * rng.uniform() - 1));
        }
        auto configuration = space.decode_freely(moved);
        if (!space.broken_constraint(configuration))
            return approach(space, from, moved, std::move(configuration));
    }
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < known.size(); ++i) {
        double distance = 0;
        for (const std::size_t axis : tied) distance += std::abs(known[i][axis] - from[axis]);
        if (distance >= least) continue;
        least = distance;
        nearest = i;
    }
    std::vector<double> to = from;
    for (const std::size_t axis : tied) to[axis] = known[nearest][axis];
    auto configuration = space.decode_freely(to);
    // What is decoded anew can miss an equation by rounding; the known configuration does not.
    if (space.broken_constraint(configuration)) return known_configurations[nearest];
    return approach(space, from, to, std::move(configuration));
}

}  // namespace quench::search::space
