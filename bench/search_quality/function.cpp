#include "bench/search_quality/function.hpp"

#include <cmath>
#include <numbers>

namespace quench::bench {
namespace {

using Vector = std::vector<double>;
using std::numbers::pi;

double sphere(const Vector& z) {
    double sum = 0;
    for (const double x : z) sum += x * x;
    return sum;
}

/// Condition 10^4 between the ends of the axes.
double ellipsoid(const Vector& z) {
    double sum = 0;
    for (std::size_t i = 0; i < z.size(); ++i)
        sum += std::pow(1e4, static_cast<double>(i) /
                                 static_cast<double>(std::max<std::size_t>(z.size(), 2) - 1)) *
               z[i] * z[i];
    return sum;
}

/// The valley starts at the origin of z.
double rosenbrock(const Vector& z) {
    double sum = z.size() == 1 ? z[0] * z[0] : 0;
    for (std::size_t i = 0; i + 1 < z.size(); ++i) {
        const double x = z[i] + 1, y = z[i + 1] + 1;
        sum += 100 * std::pow(y - x * x, 2) + std::pow(x - 1, 2);
    }
    return sum;
}

double rastrigin(const Vector& z) {
    double sum = 0;
    for (const double x : z) sum += x * x + 10 * (1 - std::cos(2 * pi * x));
    return sum;
}

double ackley(const Vector& z) {
    const auto n = static_cast<double>(z.size());
    double waves = 0;
    for (const double x : z) waves += std::cos(2 * pi * x);
    return std::abs(20 - 20 * std::exp(-0.2 * std::sqrt(sphere(z) / n)) + std::exp(1) - std::exp(waves / n));
}

/// In units of 1/60 of its usual box [-600, 600], so that both scales of it are seen: z = 10 is 100.
double griewank(const Vector& z) {
    double product = 1;
    Vector wide = z;
    for (std::size_t i = 0; i < z.size(); ++i) {
        wide[i] *= 10;
        product *= std::cos(wide[i] / std::sqrt(static_cast<double>(i + 1)));
    }
    return 1 + sphere(wide) / 4000 - product;
}

double levy(const Vector& z) {
    const auto w = [&](std::size_t i) { return 1 + z[i] / 4; };
    const std::size_t last = z.size() - 1;
    double sum = std::pow(std::sin(pi * w(0)), 2) +
                 std::pow(w(last) - 1, 2) * (1 + std::pow(std::sin(2 * pi * w(last)), 2));
    for (std::size_t i = 0; i < last; ++i)
        sum += std::pow(w(i) - 1, 2) * (1 + 10 * std::pow(std::sin(pi * w(i) + 1), 2));
    return sum;
}

double different_powers(const Vector& z) {
    double sum = 0;
    for (std::size_t i = 0; i < z.size(); ++i)
        sum += std::pow(std::abs(z[i]), 2 + 4 * static_cast<double>(i) / static_cast<double>(z.size()));
    return std::sqrt(sum);
}

/// Plateaus: no gradient anywhere.
double steps(const Vector& z) {
    Vector rounded;
    for (const double x : z) rounded.push_back(std::floor(std::abs(x) * 2) / 2);
    return sphere(rounded);
}

/// Surjanovic and Bingham's library of simulation experiments: branin. Its approximations have other b, c, t.
double branin(const Vector& x, double z) {
    const double b = 5.1 / (4 * pi * pi) - 0.01 * (1 - z);
    const double c = 5 / pi - 0.1 * (1 - z);
    const double t = 1 / (8 * pi) + 0.005 * (1 - z);
    const double a = x[1] - b * x[0] * x[0] + c * x[0] - 6;
    return a * a + 10 * (1 - t) * std::cos(x[0]) + 10 - 0.39788735772973816;
}

/// What the approximations of Hartmann's functions change.
double hartmann_weight(int i, double z) {
    constexpr double weights[4] = {1, 1.2, 3, 3.2};
    return weights[i] - 0.1 * (1 - z);
}

double hartmann3(const Vector& x, double z) {
    constexpr double a[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
    constexpr double p[4][3] = {{0.3689, 0.1170, 0.2673},
                                {0.4699, 0.4387, 0.7470},
                                {0.1091, 0.8732, 0.5547},
                                {0.0381, 0.5743, 0.8828}};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 3; ++j) inner += a[i][j] * std::pow(x[j] - p[i][j], 2);
        sum += hartmann_weight(i, z) * std::exp(-inner);
    }
    return 3.8627797873327 - sum;
}

double hartmann6(const Vector& x, double z) {
    constexpr double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                {0.05, 10, 17, 0.1, 8, 14},
                                {3, 3.5, 1.7, 10, 17, 8},
                                {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 6; ++j) inner += a[i][j] * std::pow(x[j] - p[i][j], 2);
        sum += hartmann_weight(i, z) * std::exp(-inner);
    }
    return 3.3223680114155 - sum;
}

/// Surjanovic and Bingham's library, as those that follow: stybtang. Half of it, as there.
double styblinski_tang(const Vector& x) {
    double sum = 0;
    for (const double v : x) sum += 0.5 * (v * v * v * v - 16 * v * v + 5 * v) + 39.166165703771412;
    return sum;
}

double zakharov(const Vector& x) {
    double squares = 0, weighted = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        squares += x[i] * x[i];
        weighted += 0.5 * static_cast<double>(i + 1) * x[i];
    }
    return squares + weighted * weighted + std::pow(weighted, 4);
}

double dixon_price(const Vector& x) {
    double sum = std::pow(x[0] - 1, 2);
    for (std::size_t i = 1; i < x.size(); ++i)
        sum += static_cast<double>(i + 1) * std::pow(2 * x[i] * x[i] - x[i - 1], 2);
    return sum;
}

double schwefel(const Vector& x) {
    double sum = 0;
    for (const double v : x) sum += 418.98288727243374 - v * std::sin(std::sqrt(std::abs(v)));
    return sum;
}

/// Valleys of steepness 10.
double michalewicz(const Vector& x, double least) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += std::sin(x[i]) * std::pow(std::sin(static_cast<double>(i + 1) * x[i] * x[i] / pi), 20);
    return -least - sum;
}

double six_hump_camel(const Vector& x) {
    const double a = x[0] * x[0], b = x[1] * x[1];
    return (4 - 2.1 * a + a * a / 3) * a + x[0] * x[1] + (4 * b - 4) * b + 1.0316284534898774;
}

double goldstein_price(const Vector& v) {
    const double x = v[0], y = v[1];
    const double a = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y;
    const double b = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y;
    return (1 + std::pow(x + y + 1, 2) * a) * (30 + std::pow(2 * x - 3 * y, 2) * b) - 3;
}

/// Ten wells.
double shekel(const Vector& x) {
    constexpr double depth[10] = {.1, .2, .2, .4, .4, .6, .3, .7, .5, .5};
    constexpr double at[4][10] = {{4, 1, 8, 6, 3, 2, 5, 8, 6, 7},
                                  {4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6},
                                  {4, 1, 8, 6, 3, 2, 5, 8, 6, 7},
                                  {4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6}};
    double sum = 0;
    for (int well = 0; well < 10; ++well) {
        double inner = depth[well];
        for (int j = 0; j < 4; ++j) inner += std::pow(x[j] - at[j][well], 2);
        sum += 1 / inner;
    }
    return 10.536443153483528 - sum;
}

FixedFunction in_cube(std::string name, std::size_t dimensions, double low, double high,
                      std::function<double(const Vector&)> regret) {
    return {name + std::to_string(dimensions), Vector(dimensions, low), Vector(dimensions, high),
            std::move(regret)};
}

std::vector<FixedFunction> make_unseen() {
    std::vector<FixedFunction> all{{"camel", {-3, -2}, {3, 2}, six_hump_camel},
                                   {"goldstein", {-2, -2}, {2, 2}, goldstein_price},
                                   {"shekel", Vector(4, 0), Vector(4, 10), shekel}};
    for (const std::size_t n : {2, 5, 10}) {
        all.push_back(in_cube("styblinski", n, -5, 5, styblinski_tang));
        all.push_back(in_cube("zakharov", n, -5, 10, zakharov));
        all.push_back(in_cube("dixon", n, -10, 10, dixon_price));
        all.push_back(in_cube("schwefel", n, -500, 500, schwefel));
        const double least = n == 2 ? -1.8013034100985537 : n == 5 ? -4.687658179088148 : -9.66015171564135;
        all.push_back(
            in_cube("michalewicz", n, 0, pi, [least](const Vector& x) { return michalewicz(x, least); }));
    }
    return all;
}

}  // namespace

const std::vector<FixedFunction>& unseen_functions() {
    static const std::vector<FixedFunction> all = make_unseen();
    return all;
}

const std::vector<Function>& functions() {
    static const std::vector<Function> all{{"sphere", sphere},
                                           {"ellipsoid", ellipsoid, true},
                                           {"rosenbrock", rosenbrock},
                                           {"rastrigin", rastrigin},
                                           {"ackley", ackley},
                                           {"griewank", griewank},
                                           {"levy", levy},
                                           {"powers", different_powers, true},
                                           {"steps", steps}};
    return all;
}

const std::vector<FidelityFunction>& fidelity_functions() {
    static const std::vector<FidelityFunction> all{{"branin", {-5, 0}, {10, 15}, branin},
                                                   {"hartmann3", Vector(3, 0), Vector(3, 1), hartmann3},
                                                   {"hartmann6", Vector(6, 0), Vector(6, 1), hartmann6}};
    return all;
}

const std::vector<FixedFunction>& fixed_functions() {
    static const std::vector<FixedFunction> all = [] {
        std::vector<FixedFunction> made;
        for (const FidelityFunction& f : fidelity_functions())
            made.push_back({f.name, f.low, f.high, [&f](const Vector& x) { return f.regret(x, 1); }});
        return made;
    }();
    return all;
}

}  // namespace quench::bench
