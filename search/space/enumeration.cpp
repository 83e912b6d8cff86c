#include "search/space/enumeration.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

namespace quench::search::space {
namespace {

constexpr std::uint64_t too_many = std::numeric_limits<std::int64_t>::max();

/// a * b, or none above 63 bits.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > too_many / b) return std::nullopt;
    return a * b;
}

/// A parameter whose value is not chosen yet, with those of its conditions that are not decided yet.
struct Open {
    std::size_t parameter;
    std::vector<std::size_t> conditions;  ///< indices into its `when`
};
using Part = std::vector<Open>;

}  // namespace

class EnumerationBuilder {
  public:
    EnumerationBuilder(const std::vector<Parameter>& parameters, const std::vector<std::uint64_t>& sizes)
        : sizes_(sizes), conditions_(parameters.size()) {
        std::map<std::string, std::size_t> index;
        for (std::size_t i = 0; i < parameters.size(); ++i) index.emplace(parameters[i].name, i);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            for (const Condition& condition : parameters[i].when) {
                Edge edge{index.at(condition.parameter), {}};
                for (const Value& value : condition.any_of)
                    edge.cells.push_back(cell_of(parameters[edge.on].domain, value).value());
                std::sort(edge.cells.begin(), edge.cells.end());
                conditions_[i].push_back(std::move(edge));
            }
        }
    }

    std::optional<Enumeration> build() {
        Part all(sizes_.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = {i, std::vector<std::size_t>(conditions_[i].size())};
            std::iota(all[i].conditions.begin(), all[i].conditions.end(), 0);
        }
        made_.parameters_ = all.size();
        if (!fill(made_.whole_, all)) return std::nullopt;
        return std::move(made_);
    }

  private:
    /// A condition: the parameter it is on, and the cells for which it holds.
    struct Edge {
        std::size_t on;
        std::vector<std::uint64_t> cells;
        [[nodiscard]] bool holds(std::uint64_t cell) const {
            return std::binary_search(cells.begin(), cells.end(), cell);
        }
    };

    /// Splits what is open into parts that share no condition, and makes a node of each.
    bool fill(Enumeration::Group& group, const Part& open) {
        for (const Part& part : split(open)) {
            const auto node = node_of(part);
            if (!node) return false;
            const auto below = product(group.below, made_.nodes_[*node].count);
            if (!below) return false;
            group.below = *below;
            group.parts.push_back(*node);
        }
        return true;
    }

    [[nodiscard]] std::vector<Part> split(const Part& open) const {
        std::vector<std::size_t> leader(open.size());
        std::iota(leader.begin(), leader.end(), 0);
        const auto find = [&](std::size_t i) {
            while (leader[i] != i) i = leader[i] = leader[leader[i]];
            return i;
        };
        for (std::size_t i = 0; i < open.size(); ++i)
            for (const std::size_t c : open[i].conditions) {
                const std::size_t on = conditions_[open[i].parameter][c].on;
                for (std::size_t j = 0; j < open.size(); ++j)
                    if (open[j].parameter == on) leader[find(i)] = find(j);
            }
        std::vector<Part> parts;
        std::map<std::size_t, std::size_t> place;
        for (std::size_t i = 0; i < open.size(); ++i) {
            const auto [at, fresh] = place.emplace(find(i), parts.size());
            if (fresh) parts.emplace_back();
            parts[at->second].push_back(open[i]);
        }
        return parts;
    }

    std::optional<std::size_t> node_of(const Part& part) {
        std::vector<std::size_t> key;
        for (const Open& open : part) {
            key.push_back(open.parameter);
            key.push_back(open.conditions.size());
            key.insert(key.end(), open.conditions.begin(), open.conditions.end());
        }
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        if (made_.nodes_.size() >= Enumeration::most_nodes) return std::nullopt;
        // Conditions have no circle, so some parameter of the part has none left.
        const auto root =
            std::find_if(part.begin(), part.end(), [](const Open& o) { return o.conditions.empty(); });
        QUENCH_CHECK(root != part.end(), "conditions form a circle");
        auto node = branch(part, root->parameter);
        if (!node) return std::nullopt;
        made_.nodes_.push_back(std::move(*node));
        return known_[key] = made_.nodes_.size() - 1;
    }

    /// The node of `root`: its cells grouped by which of the part's conditions they fulfil.
    std::optional<Enumeration::Node> branch(const Part& part, std::size_t root) {
        std::vector<const Edge*> edges;
        for (const Open& open : part)
            for (const std::size_t c : open.conditions)
                if (conditions_[open.parameter][c].on == root)
                    edges.push_back(&conditions_[open.parameter][c]);
        Enumeration::Node node;
        node.parameter = root;
        for (const Edge* edge : edges)
            node.mentioned.insert(node.mentioned.end(), edge->cells.begin(), edge->cells.end());
        std::sort(node.mentioned.begin(), node.mentioned.end());
        node.mentioned.erase(std::unique(node.mentioned.begin(), node.mentioned.end()), node.mentioned.end());

        std::map<std::vector<bool>, std::vector<std::uint64_t>> alike;
        for (const std::uint64_t cell : node.mentioned) {
            std::vector<bool> signature;
            for (const Edge* edge : edges) signature.push_back(edge->holds(cell));
            alike[signature].push_back(cell);
        }
        if (sizes_[root] > node.mentioned.size()) {
            Enumeration::Group rest;
            rest.size = sizes_[root] - node.mentioned.size();
            if (!add(node, std::move(rest), part, std::nullopt)) return std::nullopt;
        }
        for (auto& [signature, cells] : alike) {
            Enumeration::Group group;
            group.size = cells.size();
            group.cells = std::move(cells);
            const std::uint64_t example = group.cells.front();
            if (!add(node, std::move(group), part, example)) return std::nullopt;
        }
        return node;
    }

    bool add(Enumeration::Node& node, Enumeration::Group group, const Part& part,
             std::optional<std::uint64_t> cell) {
        if (!fill(group, after(part, node.parameter, cell))) return false;
        const auto more = product(group.size, group.below);
        if (!more || *more > too_many - node.count) return false;
        node.count += *more;
        node.groups.push_back(std::move(group));
        return true;
    }

    /// What is open once `root` has taken `cell` (none: a cell that no condition mentions).
    [[nodiscard]] Part after(const Part& part, std::size_t root, std::optional<std::uint64_t> cell) const {
        Part left;
        std::vector<std::size_t> gone;
        for (const Open& open : part) {
            if (open.parameter == root) continue;
            Open next{open.parameter, {}};
            bool possible = true;
            for (const std::size_t c : open.conditions) {
                const Edge& edge = conditions_[open.parameter][c];
                if (edge.on != root)
                    next.conditions.push_back(c);
                else
                    possible = possible && cell && edge.holds(*cell);
            }
            if (possible)
                left.push_back(std::move(next));
            else
                gone.push_back(open.parameter);
        }
        while (!gone.empty()) {  // what depends on an inactive parameter is inactive too
            const std::size_t lost = gone.back();
            gone.pop_back();
            std::erase_if(left, [&](const Open& open) {
                const bool depends =
                    std::any_of(open.conditions.begin(), open.conditions.end(),
                                [&](std::size_t c) { return conditions_[open.parameter][c].on == lost; });
                if (depends) gone.push_back(open.parameter);
                return depends;
            });
        }
        return left;
    }

    const std::vector<std::uint64_t>& sizes_;
    std::vector<std::vector<Edge>> conditions_;
    std::map<std::vector<std::size_t>, std::size_t> known_;
    Enumeration made_;
};

std::optional<Enumeration> Enumeration::make(const std::vector<Parameter>& parameters,
                                             const std::vector<std::uint64_t>& sizes) {
    return EnumerationBuilder(parameters, sizes).build();
}

void Enumeration::unrank_parts(const Group& group, std::uint64_t rank, Cells& cells) const {
    for (const std::size_t part : group.parts) {
        const Node& node = nodes_[part];
        std::uint64_t left = rank % node.count;
        rank /= node.count;
        for (const Group& below : node.groups) {
            const std::uint64_t configurations = below.size * below.below;
            if (left >= configurations) {
                left -= configurations;
                continue;
            }
            std::uint64_t cell = left / below.below;
            if (!below.cells.empty()) {
                cell = below.cells[cell];
            } else {
                for (const std::uint64_t mentioned : node.mentioned)
                    if (mentioned <= cell) ++cell;
            }
            cells[node.parameter] = cell;
            unrank_parts(below, left % below.below, cells);
            break;
        }
    }
}

Enumeration::Cells Enumeration::unrank(std::uint64_t rank) const {
    QUENCH_CHECK(rank < count(), "there is no configuration of this number");
    Cells cells(parameters_);
    unrank_parts(whole_, rank, cells);
    return cells;
}

std::uint64_t Enumeration::rank_parts(const Group& group, const Cells& cells) const {
    std::uint64_t rank = 0;
    std::uint64_t radix = 1;
    for (const std::size_t part : group.parts) {
        const Node& node = nodes_[part];
        QUENCH_CHECK(cells[node.parameter], "an active parameter has no cell");
        const std::uint64_t cell = *cells[node.parameter];
        const auto seen = std::lower_bound(node.mentioned.begin(), node.mentioned.end(), cell);
        const bool mentioned = seen != node.mentioned.end() && *seen == cell;
        std::uint64_t before = 0;
        for (const Group& below : node.groups) {
            const auto at = std::lower_bound(below.cells.begin(), below.cells.end(), cell);
            if (mentioned ? (at == below.cells.end() || *at != cell) : !below.cells.empty()) {
                before += below.size * below.below;
                continue;
            }
            const auto place = mentioned ? static_cast<std::uint64_t>(at - below.cells.begin())
                                         : cell - static_cast<std::uint64_t>(seen - node.mentioned.begin());
            rank += radix * (before + place * below.below + rank_parts(below, cells));
            break;
        }
        radix *= node.count;
    }
    return rank;
}

std::uint64_t Enumeration::rank(const Cells& cells) const {
    return rank_parts(whole_, cells);
}

}  // namespace quench::search::space
