#include "predictor/anneal/branch_and_bound.hpp"

#include "predictor/anneal/descent.hpp"
#include "predictor/anneal/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quench::predictor::anneal {
namespace {

/// A box of ranges, and the relaxed minimum of the box it was cut from.
struct Box {
    std::vector<Range> ranges;
    std::vector<double> beta;
};

class Search {
  public:
    Search(const qubo::FactoredQubo& problem, const Lattice& lattice)
        : problem_(problem), lattice_(lattice), descent_(problem) {}

    void offer(Bits bits) {
        descent_.lower(bits);
        const double energy = problem_.energy(bits);
        if (energy < best_energy_) {
            best_energy_ = energy;
            best_ = std::move(bits);
        }
    }
    /// Works off one box; its halves, the nearer one last, go onto the stack.
    void expand(Box box, std::vector<Box>& stack) {
        const double enough = best_energy_ - problem_.offset - tolerance();
        if (relax(lattice_, box.ranges, enough, box.beta).bound >= enough) return;
        const auto [chosen, point] = nearest(box);
        if (lattice_.energy(chosen) + problem_.offset < best_energy_) offer(bits_of(chosen));
        const Range range = box.ranges[point];
        if (range.lo == range.hi) return;  // one assignment, and it was offered
        const auto levels = lattice_.levels(point);
        std::uint32_t last = range.lo;  // the last level of the lower half
        while (last + 2 <= range.hi && levels[last + 1].value <= box.beta[point]) ++last;
        const bool lower_first =
            box.beta[point] - levels[last].value < levels[last + 1].value - box.beta[point];
        Box other = box;
        box.ranges[point].hi = last;
        other.ranges[point].lo = last + 1;
        if (lower_first) std::swap(box, other);
        stack.push_back(std::move(box));
        stack.push_back(std::move(other));
    }
    [[nodiscard]] const Bits& best() const { return best_; }

  private:
    [[nodiscard]] double tolerance() const {
        return 1e-9 * std::max(std::abs(best_energy_ - problem_.offset), 1e-300);
    }

    struct Nearest {
        std::vector<std::uint32_t> chosen;  ///< the level nearest to beta, for each point
        std::size_t point = 0;              ///< where to branch: the farthest from its level, by energy
    };
    [[nodiscard]] Nearest nearest(const Box& box) const {
        Nearest found{std::vector<std::uint32_t>(lattice_.points()), 0};
        double farthest = -1;
        for (std::size_t n = 0; n < lattice_.points(); ++n) {
            const auto levels = lattice_.levels(n);
            const Range range = box.ranges[n];
            std::uint32_t i = range.lo;
            while (i < range.hi &&
                   std::abs(levels[i + 1].value - box.beta[n]) <= std::abs(levels[i].value - box.beta[n]))
                ++i;
            found.chosen[n] = i;
            if (range.lo == range.hi) continue;
            const double away = levels[i].value - box.beta[n];
            const double score = lattice_.row(n)[n] * away * away;
            if (score > farthest) {
                farthest = score;
                found.point = n;
            }
        }
        return found;
    }
    [[nodiscard]] Bits bits_of(const std::vector<std::uint32_t>& chosen) const {
        Bits bits(problem_.size());
        for (std::size_t n = 0; n < chosen.size(); ++n) {
            const std::uint32_t code = lattice_.levels(n)[chosen[n]].code;
            for (std::size_t p = 0; p < problem_.slots(); ++p)
                bits[problem_.variable(n, p)] = static_cast<std::uint8_t>(code >> p & 1u);
        }
        return bits;
    }

    const qubo::FactoredQubo& problem_;
    const Lattice& lattice_;
    FlipDescent descent_;
    Bits best_;
    double best_energy_ = std::numeric_limits<double>::infinity();
};

}  // namespace

base::Result<SampleSet> BranchAndBoundAnnealer::sample(const Problem& problem,
                                                       const Parameters& parameters) const {
    if (auto checked = check(problem, parameters); !checked) return checked.error();
    const auto begin = std::chrono::steady_clock::now();
    const qubo::FactoredQubo factored = anneal::factored(problem);
    if (factored.slots() > Lattice::most_bits)
        return base::Error("too many bits a point (" + std::to_string(factored.slots()) + " make 2^" +
                           std::to_string(factored.slots()) + " values to branch over) use at most " +
                           std::to_string(Lattice::most_bits) + ", or anneal instead");
    const Lattice lattice(factored);
    Search search(factored, lattice);
    search.offer(Bits(factored.size(), 0));
    for (const Bits& state : parameters.initial_states) search.offer(state);
    Box whole{{}, std::vector<double>(lattice.points())};
    for (std::size_t n = 0; n < lattice.points(); ++n)
        whole.ranges.push_back({0, static_cast<std::uint32_t>(lattice.levels(n).size() - 1)});
    std::vector<Box> stack;
    if (lattice.points() > 0) stack.push_back(std::move(whole));
    Info info;
    info.annealer = name();
    for (std::uint64_t node = 0; !stack.empty() && node < most_nodes_; ++node) {
        if (node % 1024 == 1023 && parameters.interrupt_function.stop_requested()) {
            info.interrupted = true;
            break;
        }
        Box box = std::move(stack.back());
        stack.pop_back();
        search.expand(std::move(box), stack);
    }
    info.proved_optimal = stack.empty();
    info.sampling_ns = nanoseconds_since(begin);
    return SampleSet(problem, {search.best()}, std::move(info));
}

}  // namespace quench::predictor::anneal
