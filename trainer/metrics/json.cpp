#include "trainer/metrics/json.hpp"

namespace quench::trainer::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<double>& x) {
    return x ? Json(*x) : Json(nullptr);
}

Json json_of(const Resolution& x) {
    return {{"n", x.n}, {"mean", json_of(x.mean)}, {"deviation", json_of(x.deviation)}};
}

Json json_of(const Quantiles& x) {
    return {{"n", x.n},
            {"median", json_of(x.median)},
            {"p25", json_of(x.p25)},
            {"p75", json_of(x.p75)},
            {"iqr", json_of(x.iqr())},
            {"iqr_over_median", json_of(x.iqr_over_median())}};
}

Json json_of(const Histogram& x) {
    return {{"low", x.low}, {"high", x.high}, {"counts", x.counts}};
}

Json json_of(const event::JetDefinition& x) {
    return {{"algorithm", x.algorithm == event::JetAlgorithm::anti_kt ? "anti-kt" : "ee-genkt"},
            {"radius", x.radius},
            {"least_pt", x.least_pt}};
}

Json json_of(const Multiplicity& x) {
    return {{"mean_true", json_of(x.mean_true)},
            {"mean_reconstructed", json_of(x.mean_reconstructed)},
            {"correlation", json_of(x.correlation)},
            {"relative_difference", json_of(x.difference)}};
}

// An array of what `bin(i)` says, each with the edges of its bin.
template <std::size_t n, class Bin>
Json by_bins(const std::array<double, n>& edges, Bin bin) {
    Json out = Json::array();
    for (std::size_t i = 0; i + 1 < n; ++i) {
        Json one = {{"from", edges[i]}, {"to", edges[i + 1]}};
        one.update(bin(i));
        out.push_back(std::move(one));
    }
    return out;
}

template <std::size_t n>
Json rates_of(const std::array<double, n>& edges, const std::array<Tally, n - 1>& found,
              const std::array<Tally, n - 1>& fakes) {
    return by_bins(edges, [&](std::size_t i) {
        return Json{{"true", found[i].whole},
                    {"efficiency", json_of(found[i].share())},
                    {"reconstructed", fakes[i].whole},
                    {"fake_rate", json_of(fakes[i].share())}};
    });
}

Json confusion_of(const Reconstruction& x) {
    Json shares = Json::array();
    for (std::size_t t = 0; t < event::categories; ++t) {
        Json row = Json::array();
        for (std::size_t m = 0; m < event::categories; ++m)
            row.push_back(json_of(Tally{x.rows.confusion[t][m], x.efficiency[t].whole}.share()));
        shares.push_back(std::move(row));
    }
    return {{"classes", class_names}, {"counts", x.rows.confusion}, {"row_normalised", shares}};
}

Json class_of(const Reconstruction& x, std::size_t c) {
    Json resolution = Json::object();
    for (std::size_t q = 0; q < quantities; ++q) resolution[quantity_names[q]] = json_of(x.resolution[c][q]);
    Json out = {{"efficiency", json_of(x.efficiency[c].share())},
                {"fake_rate", json_of(x.fake_rate[c].share())},
                {"multiplicity", json_of(x.multiplicity[c])},
                {"resolution", resolution}};
    const auto category = static_cast<event::Category>(c);
    const bool charged = category == event::Category::charged_hadron;
    if (!charged && category != event::Category::neutral_hadron) return out;
    out["by_energy"] = rates_of(energy_edges, x.rows.found_by_energy[c], x.rows.fakes_by_energy[c]);
    out["by_pt"] = rates_of(pt_edges, x.rows.found_by_pt[c], x.rows.fakes_by_pt[c]);
    if (charged)
        out["pt_resolution_by_pt"] =
            by_bins(pt_edges, [&](std::size_t i) { return json_of(x.charged_pt[i]); });
    else
        out["E_resolution_by_energy"] =
            by_bins(energy_edges, [&](std::size_t i) { return json_of(x.neutral_energy[i]); });
    return out;
}

Json json_of(const JetMetrics& x) {
    return {{"true", x.truth},
            {"reconstructed", x.reconstructed},
            {"matched", x.matched.part},
            {"matched_fraction", json_of(x.matched.share())},
            {"response", json_of(x.response)},
            {"wasserstein_pt", json_of(x.wasserstein)},
            {"by_pt", by_bins(jet_pt_edges,
                              [&](std::size_t i) {
                                  return Json{{"true", x.matched_by_pt[i].whole},
                                              {"matched_fraction", json_of(x.matched_by_pt[i].share())},
                                              {"response", json_of(x.response_by_pt[i])}};
                              })},
            {"response_histogram", json_of(x.response_histogram)}};
}

Json json_of(const Reconstruction& x) {
    Json classes = Json::object();
    for (std::size_t c = 1; c < event::categories; ++c) classes[class_names[c]] = class_of(x, c);
    return {{"confusion", confusion_of(x)},
            {"unusable_rows", x.rows.unusable},
            {"classes", classes},
            {"energy_ratio", json_of(x.energy_ratio)},
            {"met_ratio", json_of(x.met_ratio)},
            {"met_histogram", json_of(x.met_histogram)},
            {"jets", x.jets ? json_of(*x.jets) : Json(nullptr)}};
}

}  // namespace

Json to_json(const Metrics& metrics) {
    Json all = Json::object();
    for (const Reconstruction& one : metrics.reconstructions) all[one.name] = json_of(one);
    return {{"events", metrics.events},
            {"elements", metrics.elements},
            {"jets", metrics.jets ? json_of(*metrics.jets) : Json(nullptr)},
            {"reconstructions", all}};
}

}  // namespace quench::trainer::metrics
