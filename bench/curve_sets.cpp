#include "bench/curve_sets.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"
#include "orchestrator/simulate/number.hpp"
#include "orchestrator/simulate/table.hpp"

#include <algorithm>
#include <array>
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
    double turn = 0;    ///< over: where it turns
    double walked = 0;  ///< walk: so far
};
/// The value at step t; asked for t = 1, 2, ...
using Family = double (*)(Draw& draw, double t);

double power(Draw& d, double t) {
    return d.floor + d.height * std::pow(t, -(0.1 + 1.1 * d.speed));
}
double noisy(Draw& d, double t) {
    return power(d, t) + 0.03 * d.rng.normal();
}
double exponential(Draw& d, double t) {
    return d.floor + d.height * std::exp(-t / (5 + 60 * d.speed)) + 0.005 * d.rng.normal();
}
double mmf(Draw& d, double t) {
    const double half = 3 + 50 * d.speed, order = 1 + d.height;
    return d.floor + d.height / (1 + std::pow(t / half, order)) + 0.005 * d.rng.normal();
}
double drop(Draw& d, double t) {
    return (t < 60 ? 1.0 : 0.7 + 0.2 * d.speed) * power(d, t) + 0.005 * d.rng.normal();
}

double cross(Draw& d, double t) {
    return 0.3 * d.floor + 0.3 * (1 - d.speed) + d.height * std::exp(-t / (2 + 80 * d.speed)) +
           0.01 * d.rng.normal();
}
double walk(Draw& d, double t) {
    d.walked += 0.01 * d.rng.normal();
    return power(d, t) + d.walked;
}
double over(Draw& d, double t) {
    if (t == 1) d.turn = 20 + 60 * d.rng.uniform();
    return 0.5 * d.floor + d.height * std::pow(t, -(0.5 + d.speed)) +
           0.004 * d.speed * std::max(0.0, t - d.turn) + 0.01 * d.rng.normal();
}

constexpr std::size_t kind_families = 5;
constexpr std::array<std::pair<const char*, Family>, 8> families{{{"pow", power},
                                                                  {"exp", exponential},
                                                                  {"mmf", mmf},
                                                                  {"drop", drop},
                                                                  {"noisy", noisy},
                                                                  {"cross", cross},
                                                                  {"walk", walk},
                                                                  {"over", over}}};

}  // namespace

std::vector<std::string> family_names() {
    std::vector<std::string> names;
    for (const auto& [name, family] : families) names.emplace_back(name);
    return names;
}

CurveSet synthetic_set(const std::string& name, std::size_t count, std::uint64_t seed) {
    const auto family =
        std::find_if(families.begin(), families.end(), [&](const auto& one) { return name == one.first; });
    QUENCH_CHECK(family != families.end(), "there is no such family of curves");
    CurveSet set{name, {}, {25, 98}};
    base::Rng rng(seed, name);
    for (std::size_t n = 0; n < count; ++n) {
        const double floor = 0.6 * rng.uniform(), height = 0.2 + 0.8 * rng.uniform(), speed = rng.uniform();
        Draw draw{floor, height, speed, rng};
        Curve curve;
        for (int t = 1; t <= steps; ++t) curve.values.push_back(family->second(draw, t));
        set.curves.push_back(std::move(curve));
    }
    return set;
}

std::vector<CurveSet> synthetic_sets(std::size_t count, std::uint64_t seed) {
    std::vector<CurveSet> sets;
    for (std::size_t i = 0; i < kind_families; ++i)
        sets.push_back(synthetic_set(families[i].first, count, seed));
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
