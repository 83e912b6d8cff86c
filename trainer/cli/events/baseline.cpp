#include "trainer/data/baseline.hpp"

#include "trainer/cli/events/verbs.hpp"
#include "trainer/data/event_file.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

using base::Error;
using base::Result;
using Json = nlohmann::ordered_json;

Result<data::Baseline> from_file(const BaselineOptions& options) {
    const auto file = data::EventFile::open(options.path);
    if (!file) return file.error();
    if (!(*file)->has_candidates())
        return Error(options.path + " has no candidates of a rule-based reconstruction (nothing to compare)");
    data::Baseline sums;
    for (std::size_t i = 0; i < std::min<std::size_t>((*file)->size(), options.events); ++i) {
        const auto event = (*file)->read(i);
        if (!event) return event.error();
        sums.add(*event);
    }
    return sums;
}

Result<data::Baseline> generated(const BaselineOptions& options) {
    data::Baseline sums;
    for (std::uint64_t i = 0; i < options.events; ++i) sums.add(event::generate(options.generator, i));
    return sums;
}

Json optional(const std::optional<double>& x) {
    return x ? Json(*x) : Json(nullptr);
}

}  // namespace

Result<> baseline(const BaselineOptions& options, Output output) {
    const auto sums = options.path.empty() ? generated(options) : from_file(options);
    if (!sums) return sums.error();
    const std::string of =
        options.path.empty()
            ? fmt::format("generated, {}, pile-up {}, seed {}", event::to_text(options.generator.process),
                          options.generator.pileup, options.generator.seed)
            : options.path;
    if (output == Output::json) {
        Json figures = Json::array();
        for (const data::BaselineFigure& figure : sums->figures())
            figures.push_back({{"quantity", figure.quantity},
                               {"published", optional(figure.published)},
                               {"ours", optional(figure.ours)}});
        const Json json = {{"source", of},
                           {"events", sums->events()},
                           {"elements_mean", sums->mean_elements()},
                           {"figures", figures}};
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return base::success();
    }
    using event::Category;
    fmt::print("{} events ({}), on average {:.0f} elements, {:.0f} charged and {:.0f} neutral hadrons\n",
               sums->events(), of, sums->mean_elements(), sums->mean_of_class(Category::charged_hadron),
               sums->mean_of_class(Category::neutral_hadron));
    fmt::print(
        "published: Delphes QCD at pile-up 200, 5000-6000 elements, 2500 charged and 930 neutral "
        "hadrons\n\n");
    fmt::print("{:<46}{:>10}{:>10}\n", "rule-based particle flow", "published", "ours");
    const auto number = [](const std::optional<double>& x) { return x ? fmt::format("{:.3f}", *x) : "-"; };
    for (const data::BaselineFigure& figure : sums->figures())
        fmt::print("{:<46}{:>10}{:>10}\n", figure.quantity, number(figure.published), number(figure.ours));
    return base::success();
}

}  // namespace quench::trainer::cli
