#include "bench/curve_sets.hpp"

#include "base/random.hpp"
#include "orchestrator/simulate/number.hpp"
#include "orchestrator/simulate/table.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace quench::bench {
namespace {

using predictor::Curve;

constexpr int steps = 100;
// Runs that diverged (perplexities up to 1e30) count as bad ones: otherwise one of them is all that a mean
// shows.
constexpr double diverged = 1000;

/// What makes one curve: where it ends, how far it falls, how fast, and chance.
struct Draw {
    double floor, height, speed;
    base::Rng& rng;
};
using Family = double (*)(const Draw& draw, double t);

double power(const Draw& d, double t) {
    return d.floor + d.height * std::pow(t, -(0.1 + 1.1 * d.speed));
}
double noisy(const Draw& d, double t) {
    return power(d, t) + 0.03 * d.rng.normal();
}
double exponential(const Draw& d, double t) {
    return d.floor + d.height * std::exp(-t / (5 + 60 * d.speed)) + 0.005 * d.rng.normal();
}
double mmf(const Draw& d, double t) {
    const double half = 3 + 50 * d.speed, order = 1 + d.height;
    return d.floor + d.height / (1 + std::pow(t / half, order)) + 0.005 * d.rng.normal();
}
double drop(const Draw& d, double t) {
    return (t < 60 ? 1.0 : 0.7 + 0.2 * d.speed) * power(d, t) + 0.005 * d.rng.normal();
}

}  // namespace

std::vector<CurveSet> synthetic_sets(std::size_t count, std::uint64_t seed) {
    const std::pair<const char*, Family> families[] = {
        {"pow", power}, {"exp", exponential}, {"mmf", mmf}, {"drop", drop}, {"noisy", noisy}};
    std::vector<CurveSet> sets;
    for (const auto& [name, family] : families) {
        CurveSet set{name, {}, {25, 98}};
        base::Rng rng(seed, name);
        for (std::size_t n = 0; n < count; ++n) {
            const double floor = 0.6 * rng.uniform(), height = 0.2 + 0.8 * rng.uniform(),
                         speed = rng.uniform();
            const Draw draw{floor, height, speed, rng};
            Curve curve;
            for (int t = 1; t <= steps; ++t) curve.values.push_back(family(draw, t));
            set.curves.push_back(std::move(curve));
        }
        sets.push_back(std::move(set));
    }
    return sets;
}

CurveSet table_set(const std::string& file) {
    CurveSet set{std::filesystem::path(file).stem().string().substr(0, 24), {}, {}};
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const auto table = orchestrator::simulate::read_table(text.str());
    if (!table || table->series.empty()) {
        std::fprintf(stderr, "%s: left out (%s)\n", file.c_str(),
                     table ? "no metric" : table.error().text().c_str());
        return set;
    }
    const auto& series = table->series.front();
    set.question = {series.steps / 4, series.steps};
    for (std::size_t row = 0; row < table->rows(); ++row) {
        Curve curve;
        for (std::size_t p = 0; p < table->parameters.size(); ++p)
            curve.parameters.push_back(orchestrator::simulate::number(table->cell(row, p)).value_or(0));
        const auto begin = series.values.begin() + static_cast<std::ptrdiff_t>(row * series.steps);
        curve.values.assign(begin, begin + static_cast<std::ptrdiff_t>(series.steps));
        if (predictor::has_answer(curve, set.question)) set.curves.push_back(std::move(curve));
    }
    return set;
}

}  // namespace quench::bench
