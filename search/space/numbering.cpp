#include "search/space/numbering.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"

#include <algorithm>

namespace quench::search::space {
namespace {

/// What cannot be counted apart from the constraints: the parameters they name, and all that conditions join
/// to these, up and down.
std::vector<bool> joined(const Space& space) {
    const auto& parameters = space.parameters();
    std::vector<bool> tied(parameters.size(), false);
    for (const std::size_t i : space.tied()) tied[i] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            for (const Condition& condition : parameters[i].when)
                for (std::size_t on = 0; on < parameters.size(); ++on)
                    if (parameters[on].name == condition.parameter && tied[i] != tied[on])
                        tied[i] = tied[on] = changed = true;
    }
    return tied;
}

std::optional<std::vector<std::uint64_t>> sizes_of(const Space& space) {
    std::vector<std::uint64_t> sizes;
    for (const Parameter& parameter : space.parameters()) {
        const auto last = last_cell(parameter.domain);
        if (!last || *last >= static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
        sizes.push_back(*last + 1);
    }
    return sizes;
}

}  // namespace

std::optional<Numbering> Numbering::make(const Space& space, const std::vector<std::uint64_t>& sizes,
                                         const std::vector<bool>& tied) {
    std::vector<Parameter> parameters[2];
    std::vector<std::uint64_t> cells[2];
    std::vector<std::size_t> axes[2];
    for (std::size_t i = 0; i < tied.size(); ++i) {
        const std::size_t side = tied[i] ? 1 : 0;
        parameters[side].push_back(space.parameters()[i]);
        cells[side].push_back(sizes[i]);
        axes[side].push_back(i);
    }
    auto free = Enumeration::make(parameters[0], cells[0]);
    auto bound = Enumeration::make(parameters[1], cells[1]);
    if (!free || !bound) return std::nullopt;
    Numbering made(*std::move(bound), *std::move(free));
    made.free_axes_ = std::move(axes[0]);
    made.tied_axes_ = std::move(axes[1]);
    made.count_ = made.free_.count();
    return made;
}

std::optional<Numbering> Numbering::make(const Space& space, const std::vector<std::uint64_t>& sizes,
                                         const Values& values) {
    auto made = make(space, sizes, joined(space));
    if (!made || (!space.constraints().empty() && !made->list(space, values))) return std::nullopt;
    return made;
}

std::optional<Numbering> Numbering::of_values(const Space& space) {
    const auto sizes = sizes_of(space);
    if (!sizes) return std::nullopt;
    return make(space, *sizes, [&space](std::size_t axis, std::uint64_t cell) {
        return value_at(space.parameters()[axis].domain, cell);
    });
}

std::optional<Numbering> Numbering::of_values_freely(const Space& space) {
    const auto sizes = sizes_of(space);
    if (!sizes) return std::nullopt;
    return make(space, *sizes, std::vector<bool>(space.dimensions(), false));
}

bool Numbering::list(const Space& space, const Values& values) {
    if (tied_.count() > most_listed) return false;
    auto& listed = listed_.emplace();
    std::vector<Range> ranges(space.dimensions());
    for (std::uint64_t rank = 0; rank < tied_.count(); ++rank) {
        const Cells cells = tied_.unrank(rank);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::size_t axis = tied_axes_[i];
            ranges[axis] =
                cells[i] ? range_of(space.parameters()[axis].domain, values(axis, *cells[i])) : Range{};
        }
        const bool fulfils =
            std::none_of(space.constraints().begin(), space.constraints().end(),
                         [&](const Constraint& one) { return one.over(ranges) == Truth::no; });
        if (fulfils) listed.push_back(rank);
    }
    constexpr std::uint64_t most = INT64_MAX;
    if (!listed.empty() && free_.count() > most / listed.size()) return false;
    count_ = free_.count() * listed.size();
    return true;
}

Numbering::Cells Numbering::unrank(std::uint64_t rank) const {
    QUENCH_CHECK(rank < count_, "there is no configuration of this number");
    const Cells free = free_.unrank(rank % free_.count());
    const std::uint64_t place = rank / free_.count();
    const Cells tied = tied_.unrank(listed_ ? (*listed_)[place] : place);
    Cells cells(free.size() + tied.size());
    for (std::size_t i = 0; i < free.size(); ++i) cells[free_axes_[i]] = free[i];
    for (std::size_t i = 0; i < tied.size(); ++i) cells[tied_axes_[i]] = tied[i];
    return cells;
}

Numbering::Cells Numbering::part(const Cells& cells, const std::vector<std::size_t>& axes) const {
    Cells part;
    for (const std::size_t axis : axes) part.push_back(cells[axis]);
    return part;
}

std::uint64_t Numbering::rank(const Cells& cells) const {
    std::uint64_t place = tied_.rank(part(cells, tied_axes_));
    if (listed_) {
        const auto found = std::lower_bound(listed_->begin(), listed_->end(), place);
        QUENCH_CHECK(found != listed_->end() && *found == place, "the configuration breaks a constraint");
        place = static_cast<std::uint64_t>(found - listed_->begin());
    }
    return place * free_.count() + free_.rank(part(cells, free_axes_));
}

}  // namespace quench::search::space
