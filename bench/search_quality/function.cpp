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

/// Surjanovic and Bingham's library of simulation experiments: branin.
double branin(const Vector& x) {
    const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10 - 0.39788735772973816;
}

constexpr double hartmann_weights[4] = {1, 1.2, 3, 3.2};

double hartmann3(const Vector& x) {
    constexpr double a[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
    constexpr double p[4][3] = {{0.3689, 0.1170, 0.2673},
                                {0.4699, 0.4387, 0.7470},
                                {0.1091, 0.8732, 0.5547},
                                {0.0381, 0.5743, 0.8828}};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 3; ++j) inner += a[i][j] * std::pow(x[j] - p[i][j], 2);
        sum += hartmann_weights[i] * std::exp(-inner);
    }
    return 3.8627797873327 - sum;
}

double hartmann6(const Vector& x) {
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
        sum += hartmann_weights[i] * std::exp(-inner);
    }
    return 3.3223680114155 - sum;
}

}  // namespace

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

const std::vector<FixedFunction>& fixed_functions() {
    static const std::vector<FixedFunction> all{{"branin", {-5, 0}, {10, 15}, branin},
                                                {"hartmann3", Vector(3, 0), Vector(3, 1), hartmann3},
                                                {"hartmann6", Vector(6, 0), Vector(6, 1), hartmann6}};
    return all;
}

}  // namespace quench::bench
