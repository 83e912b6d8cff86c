#include "predictor/qsvr/encoding.hpp"

#include "base/contract.hpp"

#include <cmath>
#include <numeric>

namespace quench::predictor::qsvr {

std::vector<double> bit_weights(const Encoding& encoding) {
    std::vector<double> weights(encoding.bits);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = std::pow(encoding.base, static_cast<double>(i) - encoding.exponent);
    return weights;
}

double implied_box(const Encoding& encoding) {
    const auto weights = bit_weights(encoding);
    return std::accumulate(weights.begin(), weights.end(), 0.0);
}

std::vector<double> rbf_kernel(std::span<const double> rows, std::size_t features, double gamma) {
    QUENCH_CHECK(features > 0 && rows.size() % features == 0, "rows are whole");
    const std::size_t count = rows.size() / features;
    std::vector<double> kernel(count * count, 1.0);
    for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t m = 0; m < n; ++m) {
            double distance2 = 0;
            for (std::size_t f = 0; f < features; ++f) {
                const double difference = rows[n * features + f] - rows[m * features + f];
                distance2 += difference * difference;
            }
            kernel[n * count + m] = kernel[m * count + n] = std::exp(-gamma * distance2);
        }
    }
    return kernel;
}

qubo::FactoredQubo encode(std::span<const double> kernel, std::span<const double> targets,
                          const Encoding& encoding) {
    const std::size_t count = targets.size();
    QUENCH_CHECK(kernel.size() == count * count, "the kernel has a row and a column for each target");
    const auto positive = bit_weights(encoding);
    qubo::FactoredQubo factored;
    factored.points = count;
    factored.blocks = 2;
    factored.weights = positive;
    for (const double weight : positive) factored.weights.push_back(-weight);
    factored.kernel.assign(kernel.begin(), kernel.end());
    for (double& value : factored.kernel) value += 2 * encoding.penalty;
    factored.linear.reserve(factored.size());
    for (const double y : targets) {
        for (const double weight : positive) factored.linear.push_back(weight * (encoding.epsilon - y));
        for (const double weight : positive) factored.linear.push_back(weight * (encoding.epsilon + y));
    }
    return factored;
}

double dual_objective(std::span<const double> kernel, std::span<const double> targets,
                      std::span<const double> alpha, std::span<const double> alpha_hat,
                      const Encoding& encoding) {
    const std::size_t count = targets.size();
    double energy = 0, sum = 0;
    for (std::size_t n = 0; n < count; ++n) {
        const double beta = alpha[n] - alpha_hat[n];
        sum += beta;
        energy += encoding.epsilon * (alpha[n] + alpha_hat[n]) - targets[n] * beta;
        for (std::size_t m = 0; m < count; ++m)
            energy += 0.5 * beta * (alpha[m] - alpha_hat[m]) * kernel[n * count + m];
    }
    return energy + encoding.penalty * sum * sum;
}

double mean_residual(std::span<const double> kernel, std::span<const double> targets,
                     std::span<const double> beta) {
    const std::size_t count = targets.size();
    if (count == 0) return 0;
    double sum = 0;
    for (std::size_t n = 0; n < count; ++n) {
        sum += targets[n];
        for (std::size_t m = 0; m < count; ++m) sum -= kernel[n * count + m] * beta[m];
    }
    return sum / static_cast<double>(count);
}

}  // namespace quench::predictor::qsvr
