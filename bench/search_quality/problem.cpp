#include "bench/search_quality/problem.hpp"

#include "base/random.hpp"
#include "bench/search_quality/function.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

namespace quench::bench {
namespace {

using namespace search::space;

double number(const Value& value) {
    if (const double* x = std::get_if<double>(&value)) return *x;
    return static_cast<double>(std::get<std::int64_t>(value));
}

/// The function of an instance: its optimum lies where the seed puts it, rotated functions in a keyed basis.
struct Instance {
    Function function;
    std::vector<double> optimum;                // in the search box [-5, 5]^d
    std::vector<std::vector<double>> rotation;  // orthogonal, or empty

    [[nodiscard]] double operator()(const std::vector<double>& x) const {
        std::vector<double> z(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) z[i] = x[i] - optimum[i];
        if (!rotation.empty()) {
            std::vector<double> turned(z.size());
            for (std::size_t i = 0; i < z.size(); ++i)
                turned[i] = std::inner_product(z.begin(), z.end(), rotation[i].begin(), 0.0);
            z = turned;
        }
        return function.centred(z);
    }
};

/// Gram and Schmidt on a Gaussian matrix: uniform among the rotations.
std::vector<std::vector<double>> random_rotation(base::Rng& rng, std::size_t n) {
    std::vector<std::vector<double>> rows(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
        for (double& x : rows[i]) x = rng.normal();
        for (std::size_t j = 0; j < i; ++j) {
            const double along = std::inner_product(rows[i].begin(), rows[i].end(), rows[j].begin(), 0.0);
            for (std::size_t k = 0; k < n; ++k) rows[i][k] -= along * rows[j][k];
        }
        const double length =
            std::sqrt(std::inner_product(rows[i].begin(), rows[i].end(), rows[i].begin(), 0.0));
        for (double& x : rows[i]) x /= length;
    }
    return rows;
}

Instance instance_of(const Function& function, std::size_t dimensions, std::uint64_t seed) {
    base::Rng rng(seed, "instance of " + function.name, dimensions);
    Instance instance{function, {}, {}};
    for (std::size_t i = 0; i < dimensions; ++i) instance.optimum.push_back(-4 + 8 * rng.uniform());
    if (function.rotated) instance.rotation = random_rotation(rng, dimensions);
    return instance;
}

std::string axis_name(std::size_t i) {
    return fmt::format("x{:02}", i);
}

std::vector<std::size_t> shuffled_axes(base::Rng& rng, std::size_t count) {
    std::vector<std::size_t> axes(count);
    std::iota(axes.begin(), axes.end(), 0);
    rng.shuffle(axes);
    return axes;
}

Problem on_the_box(const std::string& name, const Function& function, std::size_t dimensions,
                   std::uint64_t seed) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < dimensions; ++i)
        parameters.push_back({axis_name(i), FloatDomain{-5, 5, Scale::linear, {}}, {}});
    return {name, Space::make(parameters).value(),
            [instance = instance_of(function, dimensions, seed)](const Configuration& c) {
                std::vector<double> x;
                for (const auto& [key, value] : c) x.push_back(number(value));
                return instance(x);
            }};
}

/// Ten parameters of which three matter, which of them is drawn.
Problem embedded(const std::string& name, const Function& function, std::uint64_t seed) {
    constexpr std::size_t dimensions = 10, matter = 3;
    base::Rng rng(seed, "axes that matter");
    const auto axes = shuffled_axes(rng, dimensions);
    Problem problem = on_the_box(name, function, dimensions, seed);
    problem.regret = [axes, instance = instance_of(function, matter, seed)](const Configuration& c) {
        std::vector<double> x;
        for (std::size_t i = 0; i < matter; ++i) x.push_back(number(c.at(axis_name(axes[i]))));
        return instance(x);
    };
    return problem;
}

/// Five parameters, two of them on the wrong scale: the function would have their logarithms, over three
/// decades.
Problem skewed(const std::string& name, const Function& function, std::uint64_t seed) {
    constexpr std::size_t dimensions = 5, wrong = 2;
    constexpr double decades = 1000;
    base::Rng rng(seed, "axes on the wrong scale");
    const auto axes = shuffled_axes(rng, dimensions);
    Problem problem = on_the_box(name, function, dimensions, seed);
    problem.regret = [axes, instance = instance_of(function, dimensions, seed)](const Configuration& c) {
        std::vector<double> x;
        for (const auto& [key, value] : c) x.push_back(number(value));
        for (std::size_t i = 0; i < wrong; ++i) {
            double& one = x[axes[i]];
            one = -5 + 10 * std::log1p((decades - 1) * (one + 5) / 10) / std::log(decades);
        }
        return instance(x);
    };
    return problem;
}

Problem fixed(const std::string& name, const FixedFunction& function) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < function.low.size(); ++i)
        parameters.push_back(
            {axis_name(i), FloatDomain{function.low[i], function.high[i], Scale::linear, {}}, {}});
    return {name, Space::make(parameters).value(), [function](const Configuration& c) {
                std::vector<double> x;
                for (const auto& [key, value] : c) x.push_back(number(value));
                return function.regret(x);
            }};
}

/// On the unit cube, its axes in another order and some of them turned round: the function itself stays.
Problem with_curves(const std::string& name, const FidelityFunction& function, std::uint64_t seed) {
    base::Rng rng(seed, "axes of " + name);
    const auto axes = shuffled_axes(rng, function.low.size());
    std::vector<bool> turned;
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        turned.push_back(rng.below(2) == 1);
        parameters.push_back({axis_name(i), FloatDomain{0, 1, Scale::linear, {}}, {}});
    }
    const auto after_step = [=](const Configuration& c, search::Resource step) {
        std::vector<double> x;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const double u = number(c.at(axis_name(axes[i])));
            x.push_back(function.low[i] + (turned[i] ? 1 - u : u) * (function.high[i] - function.low[i]));
        }
        return function.regret(x, static_cast<double>(step) / static_cast<double>(full_fidelity));
    };
    return {name, Space::make(parameters).value(),
            [after_step](const Configuration& c) { return after_step(c, full_fidelity); }, 0, after_step};
}

/// Floats on a log scale, integers, ordered and unordered choices: each of the two latter moves the value of
/// a hidden coordinate of the function.
Problem mixed(const std::string& name, const Function& function, std::uint64_t seed) {
    base::Rng rng(seed, "mixed instance");
    std::vector<Value> choices{"a", "b", "c", "d", "e"};
    rng.shuffle(choices);
    const std::vector<Parameter> parameters{
        {"lr", FloatDomain{1e-5, 1e-1, Scale::log, {}}, {}},
        {"drop", FloatDomain{0, 0.5, Scale::linear, {}}, {}},
        {"layers", IntDomain{1, 8}, {}},
        {"width", IntDomain{16, 1024, Scale::log, 1}, {}},
        {"batch",
         CategoricalDomain{{std::int64_t{16}, std::int64_t{32}, std::int64_t{64}, std::int64_t{128}}},
         {}},
        {"act", CategoricalDomain{{"a", "b", "c", "d", "e"}}, {}}};
    Instance instance = instance_of(function, 6, seed);
    // The discrete coordinates' optimum is one of their values, so that the least value is 0.
    const auto lattice = [](double steps, double last) { return -5 + 10 * steps / last; };
    instance.optimum[2] = lattice(static_cast<double>(rng.below(8)), 7);
    instance.optimum[4] = lattice(static_cast<double>(rng.below(4)), 3);
    instance.optimum[5] = lattice(static_cast<double>(rng.below(5)), 4);
    instance.optimum[3] = -5 + 10 * std::log(static_cast<double>(16 + rng.below(1009)) / 16) / std::log(64.0);
    return {name, Space::make(parameters).value(), [=](const Configuration& c) {
                const auto place = std::find(choices.begin(), choices.end(), c.at("act")) - choices.begin();
                return instance({-5 + 10 * (std::log10(number(c.at("lr"))) + 5) / 4,
                                 -5 + 20 * number(c.at("drop")), lattice(number(c.at("layers")) - 1, 7),
                                 -5 + 10 * std::log(number(c.at("width")) / 16) / std::log(64.0),
                                 lattice(std::log2(number(c.at("batch"))) - 4, 3),
                                 lattice(static_cast<double>(place), 4)});
            }};
}

/// Three models with parameters of their own beside two common ones; one is best, one has a parameter that
/// only some of its choices make active.
Problem conditional(const std::string& name, const Function& function, std::uint64_t seed) {
    base::Rng rng(seed, "conditional instance");
    std::vector<double> handicap{0, 1 + rng.uniform(), 2 + 2 * rng.uniform()};
    rng.shuffle(handicap);
    const FloatDomain box{-5, 5, Scale::linear, {}};
    const std::vector<Parameter> parameters{
        {"lr", box, {}},
        {"decay", box, {}},
        {"model", CategoricalDomain{{"mlp", "gnn", "tree"}}, {}},
        {"mlp_a", box, {{"model", {"mlp"}}}},
        {"mlp_b", box, {{"model", {"mlp"}}}},
        {"gnn_a", box, {{"model", {"gnn"}}}},
        {"gnn_kernel", CategoricalDomain{{"dot", "rbf"}}, {{"model", {"gnn"}}}},
        {"gnn_gamma", box, {{"gnn_kernel", {"rbf"}}}},
        {"tree_a", box, {{"model", {"tree"}}}}};
    const Instance common = instance_of(function, 2, seed);
    std::vector<double> at;
    for (int i = 0; i < 5; ++i) at.push_back(-4 + 8 * rng.uniform());
    return {name, Space::make(parameters).value(), [=](const Configuration& c) {
                const auto x = [&](const char* key, std::size_t i) {
                    return std::pow((number(c.at(key)) - at[i]) / 3, 2);
                };
                double value = common({number(c.at("lr")), number(c.at("decay"))});
                const auto& model = std::get<std::string>(c.at("model"));
                if (model == "mlp") value += handicap[0] + x("mlp_a", 0) + x("mlp_b", 1);
                if (model == "tree") value += handicap[2] + x("tree_a", 4);
                if (model == "gnn")
                    value +=
                        handicap[1] + x("gnn_a", 2) + (c.contains("gnn_gamma") ? x("gnn_gamma", 3) : 0.5);
                return value;
            }};
}

}  // namespace

std::vector<std::string> problem_names(const std::string& suite) {
    std::vector<std::string> names;
    const auto in = [&](const char* part) { return suite == part || suite == "all"; };
    if (in("smooth"))
        for (const FixedFunction& function : fixed_functions()) names.push_back(function.name);
    if (in("unseen"))
        for (const FixedFunction& function : unseen_functions()) names.push_back(function.name);
    if (in("bbob"))
        for (const int dimensions : {2, 5, 10, 20})
            for (const Function& function : functions())
                names.push_back(fmt::format("{}-{}", function.name, dimensions));
    if (in("mixed"))
        for (const char* kind : {"mixed", "conditional"})
            for (const char* function : {"sphere", "ackley", "rastrigin"})
                names.push_back(fmt::format("{}-{}", kind, function));
    if (in("embedded"))
        for (const char* function : {"sphere", "rosenbrock", "levy", "ackley"})
            names.push_back(fmt::format("embedded-{}", function));
    if (in("skewed"))
        for (const char* function : {"sphere", "rosenbrock", "levy", "ackley"})
            names.push_back(fmt::format("skewed-{}", function));
    if (in("noisy"))
        for (const char* function : {"sphere-5", "ackley-5", "rosenbrock-5"})
            names.push_back(fmt::format("noisy-{}", function));
    if (in("fidelity"))
        for (const FidelityFunction& function : fidelity_functions())
            names.push_back(fmt::format("fidelity-{}", function.name));
    return names;
}

Problem make_problem(const std::string& name, std::uint64_t seed) {
    for (const auto* known : {&fixed_functions(), &unseen_functions()})
        for (const FixedFunction& function : *known)
            if (function.name == name) return fixed(name, function);
    const auto dash = name.find('-');
    const std::string head = name.substr(0, dash);
    const std::string tail = dash == std::string::npos ? "" : name.substr(dash + 1);
    if (head == "noisy") {
        Problem problem = make_problem(tail, seed);
        problem.name = name;
        problem.noise = 1;
        return problem;
    }
    for (const FidelityFunction& function : fidelity_functions())
        if (head == "fidelity" && function.name == tail) return with_curves(name, function, seed);
    for (const Function& function : functions()) {
        if (head == "mixed" && function.name == tail) return mixed(name, function, seed);
        if (head == "embedded" && function.name == tail) return embedded(name, function, seed);
        if (head == "skewed" && function.name == tail) return skewed(name, function, seed);
        if (head == "conditional" && function.name == tail) return conditional(name, function, seed);
        const bool numbered = !tail.empty() && tail.size() <= 4 &&
                              std::ranges::all_of(tail, [](char c) { return c >= '0' && c <= '9'; }) &&
                              std::stoul(tail) > 0;
        if (function.name == head && numbered) return on_the_box(name, function, std::stoul(tail), seed);
    }
    throw std::runtime_error(fmt::format(
        "there is no problem '{}' (names are as in a suite: branin, sphere-5, noisy-ackley-5) correct it",
        name));
}

}  // namespace quench::bench
