#include "trainer/training/forward_cost.hpp"

#include "base/quantile.hpp"
#include "trainer/event/generator.hpp"
#include "trainer/training/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quench::trainer::training {
namespace {

// A line of /proc/self/status, as in "VmHWM:      2192 kB" [bytes].
std::optional<double> status_of_self(const std::string& name) {
    std::ifstream in("/proc/self/status");
    for (std::string word; in >> word;) {
        if (word != name + ":") continue;
        constexpr double kilobyte = 1024;
        double kilobytes = 0;
        if (in >> kilobytes) return kilobytes * kilobyte;
    }
    return std::nullopt;
}

// The child's part: how far the peak rises above what is resident now. A fork starts a new peak.
double growth_of(const Model& model, const event::Event& event) {
    const auto before = status_of_self("VmRSS");
    Predictor(model).of(event);
    const auto peak = status_of_self("VmHWM");
    return before && peak ? *peak - *before : -1;
}

std::optional<double> peak_of(const Model& model, const event::Event& event) {
    // Memory that is free but resident would hide what the pass takes.
    ::malloc_trim(0);
    int ends[2];
    if (::pipe(ends) != 0) return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0) {
        double growth = -1;
        try {
            growth = growth_of(model, event);
        } catch (...) {  // the child must not go on as the parent
        }
        const ssize_t written = ::write(ends[1], &growth, sizeof growth);
        ::_exit(written == sizeof growth ? 0 : 1);
    }
    ::close(ends[1]);
    double growth = -1;
    const bool told = child > 0 && ::read(ends[0], &growth, sizeof growth) == sizeof growth;
    ::close(ends[0]);
    if (child > 0) ::waitpid(child, nullptr, 0);
    return told && growth >= 0 ? std::optional(growth) : std::nullopt;
}

}  // namespace

event::Event event_of_size(std::size_t rows, double most_pileup, event::Detector detector) {
    constexpr double elements_a_collision = 20;  // fewer than there are on average: thinning loses nothing
    const event::GeneratorOptions options{
        .pileup = std::min(most_pileup, static_cast<double>(rows) / elements_a_collision)};
    const std::size_t made_columns = event::feature_columns(event::Detector::delphes);
    const std::size_t columns = event::feature_columns(detector);
    std::vector<float> elements, targets;
    for (std::uint64_t i = 0; elements.size() < rows * made_columns; ++i) {
        const event::Event part = event::generate(options, i);
        elements.insert(elements.end(), part.elements.begin(), part.elements.end());
        targets.insert(targets.end(), part.targets.begin(), part.targets.end());
    }
    const std::size_t made = elements.size() / made_columns;
    event::Event out{.detector = detector, .rows = rows};
    out.elements.assign(rows * columns, 0.0F);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto from = static_cast<std::ptrdiff_t>(row * made / rows);
        const auto size = static_cast<std::ptrdiff_t>(made_columns);
        std::copy_n(elements.begin() + from * size, size,
                    out.elements.begin() + static_cast<std::ptrdiff_t>(row * columns));
        const auto width = static_cast<std::ptrdiff_t>(event::target_columns);
        out.targets.insert(out.targets.end(), targets.begin() + from * width,
                           targets.begin() + (from + 1) * width);
    }
    return out;
}

ForwardCost forward_cost(const Model& model, const event::Event& event) {
    constexpr std::size_t least_runs = 5;
    constexpr double enough_s = 0.5;
    ForwardCost cost{.peak_bytes = peak_of(model, event)};
    Predictor predictor(model);
    predictor.of(event);
    std::vector<double> times;
    for (double all = 0; times.size() < least_runs || all < enough_s;) {
        const Prediction prediction = predictor.of(event);
        times.push_back(prediction.seconds);
        const double least = times.size() == 1 ? INFINITY : cost.least_processor_s;
        cost.least_processor_s = std::min(least, prediction.processor_s);
        all += times.back();
        if (event.rows == 0) break;
    }
    cost.runs = times.size();
    std::ranges::sort(times);
    cost.median_s = base::quantile(times, 0.5);
    cost.p95_s = base::quantile(times, 0.95);
    return cost;
}

}  // namespace quench::trainer::training
