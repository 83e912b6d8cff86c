#include "search/sampler/tpe/tpe.hpp"

#include "search/sampler/qmc/sobol.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::sampler {
namespace {

struct Sides {
    std::vector<space::Point> good, bad;
    std::vector<double> good_weights, bad_weights;  ///< one a point
};

/// Of several objectives the good trials are whole fronts, and of the front that does not fit what adds most
/// hypervolume (Ozaki et al., GECCO 2020): moves these to where the good ones end.
void choose_by_hypervolume(Evidence& evidence, std::size_t good) {
    constexpr std::size_t most_compared = 100;  ///< of a front, its loneliest: some milliseconds
    const auto& points = evidence.objectives;
    if (good == 0 || good >= points.size()) return;
    const auto front = fronts_of(points);
    const auto begin =
        static_cast<std::size_t>(std::find(front.begin(), front.end(), front[good]) - front.begin());
    std::size_t end = begin;
    while (end < front.size() && front[end] == front[good] && end - begin < most_compared) ++end;
    if (begin >= good || end <= good) return;
    const std::vector<Values> there(points.begin() + static_cast<std::ptrdiff_t>(begin),
                                    points.begin() + static_cast<std::ptrdiff_t>(end));
    auto order = by_hypervolume(there, reference_beyond(there), good - begin);
    for (std::size_t i = 0; i < there.size(); ++i)
        if (std::find(order.begin(), order.end(), i) == order.end()) order.push_back(i);
    const auto values = evidence.values;
    for (std::size_t i = 0; i < order.size(); ++i) {
        evidence.values[begin + i] = values[begin + order[i]];
        evidence.objectives[begin + i] = there[order[i]];
    }
}

/// Of the good trials, the best first: the weights of CMA-ES (Hansen, "The CMA evolution strategy: a
/// tutorial", 2016, equation 49), so that how many count as good decides little.
std::vector<double> weights_by_rank(std::size_t good) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < good; ++i)
        weights.push_back(std::log((static_cast<double>(good) + 0.5) / static_cast<double>(i + 1)));
    return weights;
}

Sides split(const History& history, const Tpe::Options& options) {
    Evidence evidence = history.evidence();
    const auto& records = history.records();
    const auto share =
        static_cast<std::size_t>(std::ceil(options.good_share * static_cast<double>(evidence.values.size())));
    const std::size_t good = std::min(share, options.most_good);
    choose_by_hypervolume(evidence, good);
    Sides sides;
    for (std::size_t i = 0; i < evidence.values.size(); ++i)
        (i < good ? sides.good : sides.bad).push_back(records[evidence.values[i].record].point);
    // Trials of one front are equally good.
    sides.good_weights = evidence.objectives.empty() ? weights_by_rank(sides.good.size())
                                                     : std::vector<double>(sides.good.size(), 1.0);
    sides.bad_weights.assign(sides.bad.size(), 1.0);
    const auto add = [&](const std::vector<std::size_t>& group, double weight) {
        for (const std::size_t record : group) {
            sides.bad.push_back(records[record].point);
            sides.bad_weights.push_back(weight);
        }
    };
    add(evidence.dropped, 1);
    add(evidence.broken, options.broken_weight);
    add(evidence.pending, options.pending_weight);  // last, as the rest of a batch is
    return sides;
}

/// One bandwidth for all axes and both sides: it is the scale on which good and bad are told apart. Nobody
/// knows the right one, so each trial draws its own, down to a scale that is finer the fewer the axes are
/// (bench/search_quality: rules that follow the spread of the good points contract too early, and one scale
/// for all trials misses narrow basins).
std::pair<Mixture, Mixture> densities(const space::Encoding& encoding, const Sides& sides,
                                      const Tpe::Options& options, TrialId trial) {
    const auto trials = static_cast<double>(sides.good.size() + sides.bad.size());
    const auto axes = static_cast<double>(encoding.dimensions());
    const double scale = base::Rng(options.seed, "tpe scale", trial.value()).uniform();
    const double bandwidth = options.bandwidth * std::pow(trials / 10, -options.bandwidth_exponent) *
                             std::exp(-scale * options.fineness / (axes + 2));
    return {Mixture(encoding, sides.good, sides.good_weights, {bandwidth, options.good_uniform_weight}),
            Mixture(encoding, sides.bad, sides.bad_weights, {bandwidth, options.bad_uniform_weight})};
}

bool same(const space::Point& a, const space::Point& b) {
    return std::equal(a.begin(), a.end(), b.begin(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

}  // namespace

Tpe::Tpe(const space::Space& space, const Options& options)
    : history_(space::Encoding(space),
               {.fewest = std::max(options.startup, space.dimensions() + 2), .share = options.good_share}),
      options_(options) {}

void Tpe::tell(const Event& event) {
    history_.tell(event);
}

std::vector<space::Configuration> Tpe::ask(TrialId first, std::size_t count) const {
    const space::Encoding& encoding = history_.encoding();
    std::vector<space::Configuration> configurations;
    const bool starting = history_.known() < options_.startup;
    Sides sides = starting ? Sides{} : split(history_, options_);
    for (TrialId trial = first; configurations.size() < count; trial = trial.next()) {
        if (starting || sides.good.empty()) {
            configurations.push_back(
                encoding.decode(sobol_point(options_.seed, trial.value(), encoding.dimensions())));
            continue;
        }
        const auto [good, bad] = densities(encoding, sides, options_, trial);
        base::Rng rng(options_.seed, "tpe candidates", trial.value());
        space::Point best;
        double best_score = -HUGE_VAL;
        for (std::size_t i = 0; i < options_.candidates; ++i) {
            const space::Point point = encoding.snap(good.draw_recombined(rng));
            double score = good.log_density(point) - bad.log_density(point);
            // A point that was tried teaches little: it is proposed only where all candidates were tried.
            const auto tried = [&](const space::Point& other) { return same(point, other); };
            if (std::any_of(sides.good.begin(), sides.good.end(), tried) ||
                std::any_of(sides.bad.begin(), sides.bad.end(), tried))
                score -= 1e6;
            if (best.empty() || score > best_score) {
                best = point;
                best_score = score;
            }
        }
        configurations.push_back(encoding.decode(best));
        sides.bad_weights.push_back(options_.pending_weight);
        sides.bad.push_back(best);  // the rest of the batch keeps off, as it will when this one is told
    }
    return configurations;
}

std::unique_ptr<Sampler> Tpe::clone() const {
    return std::make_unique<Tpe>(*this);
}

}  // namespace quench::search::sampler
