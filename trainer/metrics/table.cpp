#include "trainer/metrics/table.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::trainer::metrics {
namespace {

using Value = std::optional<double>;

// Puts figures together, reading each off every reconstruction.
class Collector {
  public:
    explicit Collector(const Metrics& metrics) : metrics_(metrics) {}

    template <class Read>
    void add(std::string quantity, Read read) {
        put({.quantity = std::move(quantity)}, read);
    }
    template <class Read>
    void add_difference(std::string quantity, Read read) {
        put({.quantity = std::move(quantity), .signed_difference = true}, read);
    }
    // `read` gives quantiles.
    template <class Read>
    void add_ratio(const std::string& name, Read read) {
        add(name + ", median", [&](const Reconstruction& x) { return read(x).median; });
        add(name + ", IQR", [&](const Reconstruction& x) { return read(x).iqr(); });
    }
    std::vector<Figure> take() { return std::move(out_); }

  private:
    template <class Read>
    void put(Figure figure, Read read) {
        for (const Reconstruction& one : metrics_.reconstructions) figure.values.push_back(read(one));
        if (std::ranges::any_of(figure.values, [](const Value& x) { return x.has_value(); }))
            out_.push_back(std::move(figure));
    }

    const Metrics& metrics_;
    std::vector<Figure> out_;
};

void add_class(std::size_t c, Collector& out) {
    const std::string name = class_names[c];
    out.add(name + " efficiency", [c](const Reconstruction& x) { return x.efficiency[c].share(); });
    out.add(name + " fake rate", [c](const Reconstruction& x) { return x.fake_rate[c].share(); });
    for (std::size_t q = 0; q < quantities; ++q) {
        const std::string what = fmt::format("{} {} resolution", name, quantity_names[q]);
        out.add_difference(what + ", mean", [=](const Reconstruction& x) { return x.resolution[c][q].mean; });
        out.add(what + ", deviation", [=](const Reconstruction& x) { return x.resolution[c][q].deviation; });
    }
    out.add(name + " multiplicity, correlation",
            [c](const Reconstruction& x) { return x.multiplicity[c].correlation; });
    out.add_difference(name + " multiplicity, mean relative difference",
                       [c](const Reconstruction& x) { return x.multiplicity[c].difference.mean; });
    out.add(name + " multiplicity, its deviation",
            [c](const Reconstruction& x) { return x.multiplicity[c].difference.deviation; });
}

void add_jets(Collector& out) {
    const auto jets = [](const Reconstruction& x) -> const JetMetrics& { return *x.jets; };
    out.add("jets, matched fraction", [&](const Reconstruction& x) { return jets(x).matched.share(); });
    const auto response = [&](const Reconstruction& x) -> const Quantiles& { return jets(x).response; };
    out.add_ratio("jet response", response);
    out.add("jet response, p25", [&](const Reconstruction& x) { return response(x).p25; });
    out.add("jet response, p75", [&](const Reconstruction& x) { return response(x).p75; });
    out.add("jet response, IQR / median",
            [&](const Reconstruction& x) { return response(x).iqr_over_median(); });
    for (std::size_t i = 0; i < jet_pt_bins; ++i)
        out.add(
            fmt::format("jet response, IQR / median, {:g}-{:g} GeV", jet_pt_edges[i], jet_pt_edges[i + 1]),
            [&](const Reconstruction& x) { return jets(x).response_by_pt[i].iqr_over_median(); });
    out.add("jet pt, Wasserstein distance [GeV]",
            [&](const Reconstruction& x) { return jets(x).wasserstein; });
}

std::string cell(const Value& x) {
    return x ? fmt::format("{:.3f}", *x) : "-";
}

// From the second, the baseline, to the first, as a share of the second.
std::string change(const Figure& figure) {
    const std::vector<Value>& values = figure.values;
    if (figure.signed_difference || !values[0] || !values[1] || *values[1] == 0) return "-";
    return fmt::format("{:+.1f} %", 100 * (*values[0] - *values[1]) / std::abs(*values[1]));
}

void add_confusion(const Reconstruction& x, std::string& out) {
    out += fmt::format("{:<16}", x.name);
    for (const char* name : class_names) out += fmt::format("{:>9}", name);
    out += fmt::format("{:>12}\n", "rows");
    for (std::size_t t = 0; t < event::categories; ++t) {
        out += fmt::format("  {:<14}", class_names[t]);
        for (std::size_t m = 0; m < event::categories; ++m)
            out += fmt::format("{:>9}", cell(Tally{x.rows.confusion[t][m], x.efficiency[t].whole}.share()));
        out += fmt::format("{:>12}\n", x.efficiency[t].whole);
    }
    if (x.rows.unusable > 0)
        out += fmt::format("  {} rows could not be particles (values that are not finite, or below 0)\n",
                           x.rows.unusable);
    out += '\n';
}

}  // namespace

std::vector<Figure> figures_of(const Metrics& metrics) {
    Collector out(metrics);
    for (std::size_t c = 1; c < event::categories; ++c) add_class(c, out);
    out.add_ratio("sum of energies / true",
                  [](const Reconstruction& x) -> const Quantiles& { return x.energy_ratio; });
    if (metrics.jets) add_jets(out);
    out.add_ratio("missing pt / true",
                  [](const Reconstruction& x) -> const Quantiles& { return x.met_ratio; });
    return out.take();
}

std::string to_table(const Metrics& metrics) {
    std::string out = fmt::format("{} events, {} elements\n", metrics.events, metrics.elements);
    if (metrics.jets)
        out += fmt::format("jets: {}, R = {:g}, pt > {:g} GeV\n",
                           metrics.jets->algorithm == event::JetAlgorithm::anti_kt
                               ? "anti-kt"
                               : "generalised kt of e+e-, p = -1",
                           metrics.jets->radius, metrics.jets->least_pt);
    out += "\nwhat rows of a true class are taken for\n";
    for (const Reconstruction& one : metrics.reconstructions) add_confusion(one, out);
    out += fmt::format("{:<46}", "quantity");
    for (const Reconstruction& one : metrics.reconstructions) out += fmt::format("{:>12}", one.name);
    out += metrics.reconstructions.size() == 2 ? fmt::format("{:>12}\n", "change") : "\n";
    for (const Figure& figure : figures_of(metrics)) {
        out += fmt::format("{:<46}", figure.quantity);
        for (const Value& x : figure.values) out += fmt::format("{:>12}", cell(x));
        out += figure.values.size() == 2 ? fmt::format("{:>12}\n", change(figure)) : "\n";
    }
    return out;
}

}  // namespace quench::trainer::metrics
