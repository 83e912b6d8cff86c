#include "base/plot/panel.hpp"
#include "trainer/metrics/plot/plots.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

namespace quench::trainer::metrics::plot {
namespace {

using base::plot::Drawing;
using base::plot::Measured;
using base::plot::Panel;
using base::plot::Place;
using base::plot::rounded_up;
using base::plot::Scale;
using base::plot::Series;
using base::plot::series;

constexpr Place whole{};
constexpr double heading = 40;
constexpr auto charged = static_cast<std::size_t>(event::Category::charged_hadron);
constexpr auto neutral = static_cast<std::size_t>(event::Category::neutral_hadron);

Place place_of(double column, double row) {
    return {{column * whole.width, heading + row * whole.height}};
}

Drawing sheet(double rows, const std::string& title) {
    Drawing out(2 * whole.width, heading + rows * whole.height);
    out.text({whole.width, 26}, title, {.size = 16, .bold = true});
    return out;
}

// What is drawn of one reconstruction.
using Read = std::function<std::vector<Measured>(const Reconstruction&)>;
struct Curves {
    std::string title, x_label, y_label;
    Read read;
    double least_x = 1;  ///< where the logarithmic axis begins
    double most_y = 0;   ///< 0: as far as the values go
    double level = -1;   ///< of a thin line
};

void draw(const Metrics& metrics, const Curves& curves, const Place& place, Drawing& out) {
    double most_x = 10 * curves.least_x, most_y = 0;
    std::vector<std::vector<Measured>> values;
    for (const Reconstruction& one : metrics.reconstructions) {
        values.push_back(curves.read(one));
        for (const Measured& value : values.back()) {
            most_x = std::max(most_x, value.to);
            most_y = std::max(most_y, value.value);
        }
    }
    Panel panel(out, place, curves.title, {curves.x_label, curves.least_x, most_x, Scale::logarithmic},
                {curves.y_label, 0, curves.most_y > 0 ? curves.most_y : rounded_up(1.1 * most_y)});
    panel.level(curves.level);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Series style = series(i, metrics.reconstructions[i].name);
        panel.points(style, values[i]);
        panel.legend(style, style.name);
    }
}

template <std::size_t n>
std::vector<Measured> rates(const std::array<double, n>& edges, const std::array<Tally, n - 1>& tallies) {
    std::vector<Measured> out;
    for (std::size_t i = 0; i + 1 < n; ++i) {
        const auto share = tallies[i].share();
        if (!share) continue;
        const Interval interval = wilson_interval(tallies[i]);
        out.push_back({edges[i], edges[i + 1], *share, interval.low, interval.high});
    }
    return out;
}

// The deviation of a deviation, of n samples that are nearly normal, is itself / sqrt(2 n).
template <std::size_t n>
std::vector<Measured> deviations(const std::array<double, n>& edges,
                                 const std::array<Resolution, n - 1>& all) {
    std::vector<Measured> out;
    for (std::size_t i = 0; i + 1 < n; ++i) {
        if (all[i].n < 2) continue;
        const double value = *all[i].deviation,
                     error = value / std::sqrt(2.0 * static_cast<double>(all[i].n));
        out.push_back({edges[i], edges[i + 1], value, value - error, value + error});
    }
    return out;
}

// Errors of quantiles of normal samples: the median's is 1.253 sigma / sqrt(n), the IQR's 1.573 sigma /
// sqrt(n) (Stuart and Ord, 10.11), with sigma = IQR / 1.349.
std::vector<Measured> of_response(const JetMetrics& jets, std::optional<double> (*read)(const Quantiles&),
                                  double error_factor) {
    std::vector<Measured> out;
    for (std::size_t i = 0; i < jet_pt_bins; ++i) {
        const Quantiles& response = jets.response_by_pt[i];
        const auto value = read(response);
        if (response.n < 4 || !value) continue;
        const double error =
            error_factor * *response.iqr() / 1.349 / std::sqrt(static_cast<double>(response.n));
        out.push_back({jet_pt_edges[i], jet_pt_edges[i + 1], *value, *value - error, *value + error});
    }
    return out;
}

std::string number(const std::optional<double>& x) {
    return x ? fmt::format("{:.3f}", *x) : "-";
}

struct Ratios {
    std::string title, x_label, y_label;
    std::function<std::pair<const Histogram*, const Quantiles*>(const Reconstruction&)> read;
};

void draw(const Metrics& metrics, const Ratios& ratios, const Place& place, Drawing& out) {
    std::vector<std::vector<double>> heights;
    double most = 0, low = 0, high = 1;
    for (const Reconstruction& one : metrics.reconstructions) {
        const Histogram& histogram = *ratios.read(one).first;
        low = histogram.low;
        high = histogram.high;
        double all = 0;
        for (const std::uint64_t n : histogram.counts) all += static_cast<double>(n);
        heights.emplace_back();
        for (const std::uint64_t n : histogram.counts) {
            heights.back().push_back(all > 0 ? static_cast<double>(n) / all : 0);
            most = std::max(most, heights.back().back());
        }
    }
    Panel panel(out, place, ratios.title, {ratios.x_label, low, high},
                {ratios.y_label, 0, rounded_up(1.25 * most)});
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const Reconstruction& one = metrics.reconstructions[i];
        const Quantiles& quantiles = *ratios.read(one).second;
        panel.steps(series(i, one.name), heights[i]);
        panel.legend(series(i, one.name), fmt::format("{}: median {}, IQR {}", one.name,
                                                      number(quantiles.median), number(quantiles.iqr())));
    }
}

}  // namespace

Interval wilson_interval(const Tally& tally) {
    const auto n = static_cast<double>(tally.whole);
    const double p = static_cast<double>(tally.part) / n;  // 68 %: one standard deviation
    const double middle = (p + 0.5 / n) / (1 + 1 / n);
    const double half = std::sqrt(p * (1 - p) / n + 0.25 / (n * n)) / (1 + 1 / n);
    return {std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

std::string efficiency(const Metrics& metrics) {
    Drawing out = sheet(2, fmt::format("Efficiency and fake rate of hadrons, {} events", metrics.events));
    constexpr double most_share = 1.15;  // room for the legend
    double row = 0;
    for (const auto& [c, name] : {std::pair{charged, "charged"}, {neutral, "neutral"}}) {
        draw(metrics,
             {.title = fmt::format("Efficiency, {} hadrons", name),
              .x_label = "true energy [GeV]",
              .y_label = "found as their class",
              .read =
                  [c = c](const Reconstruction& x) { return rates(energy_edges, x.rows.found_by_energy[c]); },
              .most_y = most_share,
              .level = 1},
             place_of(0, row), out);
        draw(metrics,
             {.title = fmt::format("Fake rate, {} hadrons", name),
              .x_label = "reconstructed energy [GeV]",
              .y_label = "truly of another class",
              .read =
                  [c = c](const Reconstruction& x) { return rates(energy_edges, x.rows.fakes_by_energy[c]); },
              .most_y = c == charged ? 0 : most_share,
              .level = 1},
             place_of(1, row), out);
        ++row;
    }
    return out.svg();
}

std::string response(const Metrics& metrics) {
    Drawing out = sheet(1, fmt::format("Jets and missing transverse momentum, {} events", metrics.events));
    draw(metrics,
         Ratios{"Missing transverse momentum", "reconstructed / true (what is beyond: in the last bin)",
                "share of events",
                [](const Reconstruction& x) { return std::pair(&x.met_histogram, &x.met_ratio); }},
         place_of(metrics.jets ? 1 : 0, 0), out);
    if (metrics.jets)
        draw(metrics,
             Ratios{"Jet response", "pt reconstructed / pt true (what is beyond: in the last bin)",
                    "share of matched jets",
                    [](const Reconstruction& x) {
                        return std::pair(&x.jets->response_histogram, &x.jets->response);
                    }},
             place_of(0, 0), out);
    return out.svg();
}

std::string resolution(const Metrics& metrics) {
    Drawing out = sheet(metrics.jets ? 2 : 1, fmt::format("Resolutions, {} events", metrics.events));
    draw(metrics,
         Curves{.title = "Charged hadrons, pt",
                .x_label = "true pt [GeV]",
                .y_label = "deviation of (reco - true) / true",
                .read = [](const Reconstruction& x) { return deviations(pt_edges, x.charged_pt); },
                .least_x = 0.2},
         place_of(0, 0), out);
    draw(metrics,
         Curves{.title = "Neutral hadrons, energy",
                .x_label = "true energy [GeV]",
                .y_label = "deviation of (reco - true) / true",
                .read = [](const Reconstruction& x) { return deviations(energy_edges, x.neutral_energy); }},
         place_of(1, 0), out);
    if (!metrics.jets) return out.svg();
    const double least_pt = metrics.jets->least_pt;
    draw(metrics,
         Curves{.title = "Jets, width of the response",
                .x_label = "true jet pt [GeV]",
                .y_label = "IQR / median of the response",
                .read =
                    [](const Reconstruction& x) {
                        return of_response(
                            *x.jets, [](const Quantiles& q) { return q.iqr_over_median(); }, 1.573);
                    },
                .least_x = std::max(least_pt, 1.0)},
         place_of(0, 1), out);
    draw(metrics,
         Curves{.title = "Jets, middle of the response",
                .x_label = "true jet pt [GeV]",
                .y_label = "median of pt reco / pt true",
                .read =
                    [](const Reconstruction& x) {
                        return of_response(
                            *x.jets, [](const Quantiles& q) { return q.median; }, 1.253);
                    },
                .least_x = std::max(least_pt, 1.0),
                .level = 1},
         place_of(1, 1), out);
    return out.svg();
}

std::vector<Plot> all(const Metrics& metrics) {
    return {{"confusion", confusion(metrics)},
            {"efficiency", efficiency(metrics)},
            {"response", response(metrics)},
            {"resolution", resolution(metrics)}};
}

}  // namespace quench::trainer::metrics::plot
