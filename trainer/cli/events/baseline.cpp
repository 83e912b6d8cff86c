#include "trainer/cli/events/verbs.hpp"
#include "trainer/data/event_file.hpp"
#include "trainer/metrics/published.hpp"

#include <algorithm>
#include <cstdio>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

using base::Error;
using base::Result;
using Json = nlohmann::ordered_json;

// The candidates of events against their targets; no jets, which the table does not have.
class Comparison {
  public:
    void add(const event::Event& event) {
        const std::span<const float> candidates = event.candidates;
        share_.add(events_++, event, {&candidates, 1});
    }
    [[nodiscard]] metrics::Metrics result() const { return metrics::metrics_of(share_, {"baseline"}); }

  private:
    metrics::Share share_{{}};
    std::uint64_t events_ = 0;
};

Result<metrics::Metrics> from_file(const BaselineOptions& options) {
    const auto file = data::EventFile::open(options.path);
    if (!file) return file.error();
    if (!(*file)->has_candidates())
        return Error(options.path + " has no candidates of a rule-based reconstruction (nothing to compare)");
    Comparison comparison;
    for (std::size_t i = 0; i < std::min<std::size_t>((*file)->size(), options.events); ++i) {
        const auto event = (*file)->read(i);
        if (!event) return event.error();
        comparison.add(*event);
    }
    return comparison.result();
}

Result<metrics::Metrics> generated(const BaselineOptions& options) {
    Comparison comparison;
    for (std::uint64_t i = 0; i < options.events; ++i) comparison.add(event::generate(options.generator, i));
    return comparison.result();
}

Json optional(const std::optional<double>& x) {
    return x ? Json(*x) : Json(nullptr);
}

}  // namespace

Result<> baseline(const BaselineOptions& options, Output output) {
    const auto result = options.path.empty() ? generated(options) : from_file(options);
    if (!result) return result.error();
    const metrics::Reconstruction& ours = result->reconstructions.front();
    const std::vector<metrics::PublishedFigure> figures = metrics::published_figures(ours);
    const double events = static_cast<double>(std::max<std::size_t>(result->events, 1));
    const double elements = static_cast<double>(result->elements) / events;
    const std::string of =
        options.path.empty()
            ? fmt::format("generated, {}, pile-up {}, seed {}", event::to_text(options.generator.process),
                          options.generator.pileup, options.generator.seed)
            : options.path;
    if (output == Output::json) {
        Json list = Json::array();
        for (const metrics::PublishedFigure& figure : figures)
            list.push_back({{"quantity", figure.quantity},
                            {"published", optional(figure.published)},
                            {"ours", optional(figure.ours)}});
        const Json json = {
            {"source", of}, {"events", result->events}, {"elements_mean", elements}, {"figures", list}};
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return base::success();
    }
    const auto mean = [&](event::Category category) {
        return ours.multiplicity[static_cast<std::size_t>(category)].mean_true.value_or(0);
    };
    using event::Category;
    fmt::print("{} events ({}), on average {:.0f} elements, {:.0f} charged and {:.0f} neutral hadrons\n",
               result->events, of, elements, mean(Category::charged_hadron), mean(Category::neutral_hadron));
    fmt::print(
        "published: Delphes QCD at pile-up 200, 5000-6000 elements, 2500 charged and 930 neutral "
        "hadrons\n\n");
    fmt::print("{:<46}{:>10}{:>10}\n", "rule-based particle flow", "published", "ours");
    const auto number = [](const std::optional<double>& x) { return x ? fmt::format("{:.3f}", *x) : "-"; };
    for (const metrics::PublishedFigure& figure : figures)
        fmt::print("{:<46}{:>10}{:>10}\n", figure.quantity, number(figure.published), number(figure.ours));
    return base::success();
}

}  // namespace quench::trainer::cli
