#include "trainer/metrics/published.hpp"

#include "base/contract.hpp"

#include <array>

namespace quench::trainer::metrics {
namespace {

constexpr auto charged = static_cast<std::size_t>(event::Category::charged_hadron);
constexpr auto neutral = static_cast<std::size_t>(event::Category::neutral_hadron);

// Read off the plots, QCD; a hole where the papers show nothing.
constexpr double hole = -1;
constexpr double published_confusion[event::categories][event::categories] = {
    {.66, hole, .14, .21, hole, hole},  {.04, .95, .01, hole, hole, hole},
    {.04, hole, .88, .07, hole, hole},  {hole, hole, hole, .99, hole, hole},
    {hole, hole, hole, .25, .75, hole}, {hole, hole, hole, hole, hole, 1.00}};

// Efficiency by the true energy, fakes by the candidate's, in bins of energy_edges [GeV].
struct Window {
    double low, high;
    const char* name;
    std::optional<double> efficiency, fake_rate;
};
constexpr Window windows[] = {{9, 11, "9-11 GeV", .30, .27},
                              {14, 16, "14-16 GeV", .63, std::nullopt},
                              {18, 22, "18-22 GeV", .83, .10},
                              {27, 33, "27-33 GeV", .93, .04}};

std::size_t bin_of_window(const Window& window) {
    const std::size_t bin = bin_of(energy_edges, window.low);
    QUENCH_CHECK(energy_edges[bin] == window.low && energy_edges[bin + 1] == window.high,
                 "a published window is no bin");
    return bin;
}

using Figures = std::vector<PublishedFigure>;

void add_resolution(const std::string& name, const Resolution& ours, double mean, double deviation,
                    Figures& out) {
    out.push_back({name + " resolution, mean", mean, ours.mean});
    out.push_back({name + " resolution, deviation", deviation, ours.deviation});
}

void add_multiplicity(const std::string& name, const Multiplicity& ours, std::array<double, 3> published,
                      Figures& out) {
    out.push_back({name + " multiplicity, correlation", published[0], ours.correlation});
    out.push_back({name + " multiplicity, mean relative difference", published[1], ours.difference.mean});
    out.push_back({name + " multiplicity, its deviation", published[2], ours.difference.deviation});
}

}  // namespace

Figures published_figures(const Reconstruction& ours) {
    constexpr std::size_t pt = 0, eta = 1, energy = 2;
    Figures out;
    for (std::size_t t = 0; t < event::categories; ++t)
        for (std::size_t m = 0; m < event::categories; ++m)
            if (const double published = published_confusion[t][m]; published != hole)
                out.push_back({std::string(class_names[t]) + " -> " + class_names[m], published,
                               Tally{ours.rows.confusion[t][m], ours.efficiency[t].whole}.share()});
    add_resolution("ch.had pt", ours.resolution[charged][pt], -.01, .21, out);
    add_resolution("ch.had eta", ours.resolution[charged][eta], 0, .24, out);
    add_resolution("n.had E", ours.resolution[neutral][energy], .03, .35, out);
    add_resolution("n.had eta", ours.resolution[neutral][eta], -.02, .05, out);
    add_multiplicity("ch.had", ours.multiplicity[charged], {.999, -.048, .004}, out);
    add_multiplicity("n.had", ours.multiplicity[neutral], {.968, -.048, .014}, out);
    for (const Window& window : windows)
        out.push_back({std::string("n.had efficiency, ") + window.name, window.efficiency,
                       ours.rows.found_by_energy[neutral][bin_of_window(window)].share()});
    for (const Window& window : windows)
        out.push_back({std::string("n.had fake rate, ") + window.name, window.fake_rate,
                       ours.rows.fakes_by_energy[neutral][bin_of_window(window)].share()});
    return out;
}

}  // namespace quench::trainer::metrics
