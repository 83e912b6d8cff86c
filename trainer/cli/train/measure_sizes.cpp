#include "trainer/cli/train/predict.hpp"
#include "trainer/training/forward_cost.hpp"
#include "trainer/training/scaling.hpp"

#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

using training::Cost;
using Json = nlohmann::ordered_json;

Json optional(const std::optional<double>& x) {
    return x ? Json(*x) : Json(nullptr);
}

std::string number(const Json& x, int digits) {
    return x.is_null() ? "-" : fmt::format("{:.{}f}", x.get<double>(), digits);
}

void print_table(const Json& json) {
    fmt::print("one forward pass, {} model, pile-up at most {}\n\n", json["model"].get<std::string>(),
               json["pileup"].get<double>());
    fmt::print("{:>10}{:>8}{:>12}{:>12}{:>12}{:>22}{:>14}{:>18}\n", "elements", "passes", "cpu ms",
               "median ms", "p95 ms", "ms per 1000 elements", "memory MiB", "KiB an element");
    for (const Json& size : json["sizes"])
        fmt::print("{:>10}{:>8}{:>12}{:>12}{:>12}{:>22}{:>14}{:>18}\n", size["elements"].dump(),
                   size["runs"].dump(), number(size["cpu_ms"], 3), number(size["median_ms"], 3),
                   number(size["p95_ms"], 3), number(size["ms_per_1000_elements"], 3),
                   number(size["memory_mib"], 1), number(size["kib_an_element"], 2));
    const auto power = [](const Json& x) {
        return x.is_null() ? "?" : fmt::format("{:.2f}", x.get<double>());
    };
    fmt::print("\ncpu time ~ elements^{}, memory ~ elements^{}\n", power(json["time_exponent"]),
               power(json["memory_exponent"]));
}

}  // namespace

void measure_sizes(const PredictOptions& options, const training::Model& model) {
    constexpr double ms_per_s = 1000, kib = 1024, mib = 1024 * kib;
    std::vector<Cost> times, memory;
    Json sizes = Json::array();
    for (const std::size_t elements : options.sizes) {
        fmt::print(stderr, "mlpf-train: {} elements\n", elements);
        const auto cost = training::forward_cost(
            model, training::event_of_size(elements, options.pileup, model.detector()));
        const double ms = cost.median_s * ms_per_s;
        times.push_back({elements, cost.least_processor_s});
        if (cost.peak_bytes) memory.push_back({elements, *cost.peak_bytes});
        const auto in = [&](double unit) {
            return cost.peak_bytes ? Json(*cost.peak_bytes / unit) : Json(nullptr);
        };
        sizes.push_back({{"elements", elements},
                         {"runs", cost.runs},
                         {"cpu_ms", cost.least_processor_s * ms_per_s},
                         {"median_ms", ms},
                         {"p95_ms", cost.p95_s * ms_per_s},
                         {"ms_per_1000_elements", 1000 * ms / static_cast<double>(elements)},
                         {"memory_mib", in(mib)},
                         {"kib_an_element", in(kib * static_cast<double>(elements))}});
    }
    const std::string kind = mlpf::to_json(model.hyper())["model"].get<std::string>();
    const Json json = {{"model", kind},
                       {"parameters", model.parameters().size()},
                       {"pileup", options.pileup},
                       {"sizes", sizes},
                       {"time_exponent", optional(training::fitted_exponent(times))},
                       {"memory_exponent", optional(training::fitted_exponent(memory))}};
    if (options.output == Output::json)
        fmt::print("{}\n", json.dump(2));
    else
        print_table(json);
}

}  // namespace quench::trainer::cli
