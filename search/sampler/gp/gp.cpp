#include "search/sampler/gp/gp.hpp"

#include "search/sampler/gp/acquisition.hpp"
#include "search/sampler/gp/outcome.hpp"
#include "search/sampler/gp/regression.hpp"
#include "search/sampler/qmc/sobol.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace quench::search::sampler {
namespace {

constexpr double dropped_share =
    0.25;                           ///< a trial outside the best quarter of a lower level counts as dropped
constexpr std::size_t centres = 3;  ///< best points around which candidates are drawn

struct Data {
    std::vector<space::Point> points;  ///< the best first
    std::vector<double> values;
    std::vector<space::Point> pending;
};

/// What dropped trials would have come to at the level of evidence, the best first: from where they stood, by
/// as much as those that came there moved in the middle; no better than the middle of these. Who came there
/// was chosen: a value from among theirs would make the worst places look like the best.
std::vector<Evidence::Value> dropped_values(const Evidence& evidence, const std::vector<Record>& records) {
    std::map<Resource, double> moves;  // from there to the level
    const auto move_from = [&](Resource reach) {
        const auto [found, is_new] = moves.try_emplace(reach, 0);
        if (!is_new) return found->second;
        std::vector<double> all;
        for (const auto& [record, value] : evidence.values)
            all.push_back(value - records[record].value_at(reach));
        const auto middle = all.begin() + std::ssize(all) / 2;
        std::nth_element(all.begin(), middle, all.end());
        return found->second = *middle;
    };
    const double median = evidence.values[evidence.values.size() / 2].value;
    std::vector<Evidence::Value> values;
    for (const std::size_t record : evidence.dropped) {
        const auto& [reach, value] = records[record].reports.back();
        const double moved = value + move_from(reach);
        values.push_back(
            {record, std::isfinite(moved) ? std::max(median, moved) : evidence.values.back().value});
    }
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return a.value < b.value; });
    return values;
}

Data data_of(const History& history) {
    const Evidence evidence = history.evidence();
    const auto& records = history.records();
    Data data;
    for (const auto& [record, value] : evidence.values) {
        data.points.push_back(records[record].point);
        data.values.push_back(value);
    }
    if (data.values.empty()) return data;
    for (const auto& [record, value] : dropped_values(evidence, records)) {
        data.points.push_back(records[record].point);
        data.values.push_back(value);
    }
    // Bad among all, but not the worst of all where many were dropped: failures by chance happen near the
    // best too.
    std::vector<double> all = data.values;
    const auto bad = all.begin() + std::ssize(all) * 3 / 4;
    std::nth_element(all.begin(), bad, all.end());
    const double broken = std::max(*bad, evidence.values.back().value);
    for (const std::size_t record : evidence.broken) {
        data.points.push_back(records[record].point);
        data.values.push_back(broken);
    }
    for (const std::size_t record : evidence.pending) data.pending.push_back(records[record].point);
    return data;
}

/// Of n items, best first, at most `most`: the best half of them, and the others at even distances.
std::vector<std::size_t> selection(std::size_t n, std::size_t most) {
    std::vector<std::size_t> chosen(std::min(n, most));
    std::iota(chosen.begin(), chosen.end(), 0);
    if (n <= most) return chosen;
    const std::size_t best = most / 2, rest = most - best;
    for (std::size_t i = 0; i < rest; ++i) chosen[best + i] = best + i * (n - best) / rest;
    return chosen;
}

struct Sample {
    std::vector<space::Point> points;
    std::vector<double> values;
};

Sample sample(const Data& data, std::size_t most) {
    Sample taken;
    const auto chosen = selection(data.points.size(), most);
    for (const std::size_t i : chosen) {
        taken.points.push_back(data.points[i]);
        taken.values.push_back(data.values[i]);
    }
    return taken;
}

/// A process over the logarithms of seconds a step, standardised: `deviation` of them is 1 of its units.
struct Seconds {
    Regression process;
    double deviation;
};

/// Of the newest `most` trials that were timed; none where fewer than `least` were, or all took as long.
std::optional<Seconds> seconds_of(const History& history, std::size_t least, std::size_t most,
                                  int fit_iterations) {
    std::vector<space::Point> points;
    std::vector<double> logs;
    const auto& records = history.records();
    for (std::size_t i = records.size(); i-- > 0 && points.size() < most;) {
        if (!(records[i].step_seconds.value_or(0) > 0)) continue;
        points.push_back(records[i].point);
        logs.push_back(std::log(*records[i].step_seconds));
    }
    if (points.size() < least) return std::nullopt;
    const Eigen::Map<const Eigen::ArrayXd> values(logs.data(), static_cast<Eigen::Index>(logs.size()));
    const double deviation = std::sqrt((values - values.mean()).square().mean());
    if (!(deviation > 1e-9)) return std::nullopt;
    const Outcome outcome = Outcome::plain(logs);
    const space::Encoding& encoding = history.encoding();
    const auto hyperparameters = fit(encoding, points, outcome, prior_centre(encoding), fit_iterations);
    return Seconds{Regression(encoding, points, outcome.warped(1).values, hyperparameters), deviation};
}

/// The least value that the process believes at the points known: with noise, a lucky value is not believed.
double incumbent_of(const Regression& process, const Sample& known_points) {
    double least = HUGE_VAL;
    for (std::size_t i = 0; i < std::min<std::size_t>(known_points.points.size(), 10); ++i)
        least = std::min(least, process.at(known_points.points[i]).mean);
    return least;
}

}  // namespace

Gp::Gp(const space::Space& space, const Options& options)
    : history_(space::Encoding(space),
               {.fewest = std::max(options.startup, space.dimensions() + 2), .share = dropped_share}),
      options_(options) {}

void Gp::tell(const Event& event) {
    history_.tell(event);
}

std::vector<space::Configuration> Gp::ask(TrialId first, std::size_t count) const {
    const space::Encoding& encoding = history_.encoding();
    std::vector<space::Configuration> configurations;
    const bool starting = history_.known() < options_.startup;
    const Data data = starting || count == 0 ? Data{} : data_of(history_);
    if (data.points.empty()) {
        for (TrialId trial = first; configurations.size() < count; trial = trial.next())
            configurations.push_back(
                encoding.decode(sobol_point(options_.seed, trial.value(), encoding.dimensions())));
        return configurations;
    }
    const Sample fitted = sample(data, options_.most_fitted);
    const Hyperparameters hyperparameters =
        fit(encoding, fitted.points, Outcome(fitted.values), prior_centre(encoding), options_.fit_iterations);
    const Sample used = sample(data, options_.most_points);
    Regression process(encoding, used.points, Outcome(used.values).warped(hyperparameters.power).values,
                       hyperparameters);
    const double incumbent = incumbent_of(process, used);
    const std::size_t pending = std::min(data.pending.size(), options_.most_believed);
    for (std::size_t i = data.pending.size() - pending; i < data.pending.size(); ++i)
        process.believe(data.pending[i]);
    const std::span<const space::Point> best(used.points.data(), std::min(centres, used.points.size()));
    const auto seconds = options_.cost_aware ? seconds_of(history_, options_.startup, options_.most_timed,
                                                          options_.fit_iterations)
                                             : std::nullopt;
    std::optional<Acquisition::LogSeconds> cost;
    if (seconds) cost = {&seconds->process, seconds->deviation};
    for (TrialId trial = first; configurations.size() < count; trial = trial.next()) {
        base::Rng rng(options_.seed, "gp candidates", trial.value());
        const Acquisition acquisition(encoding, process, incumbent, cost);
        const space::Point point = acquisition.maximise(
            best, {options_.candidates, options_.climbs, options_.climb_iterations}, rng);
        configurations.push_back(encoding.decode(point));
        process.believe(point);  // the rest of the batch keeps off, as it will when this one is told
    }
    return configurations;
}

std::unique_ptr<Sampler> Gp::clone() const {
    return std::make_unique<Gp>(*this);
}

}  // namespace quench::search::sampler
