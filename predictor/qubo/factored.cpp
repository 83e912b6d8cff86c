#include "predictor/qubo/factored.hpp"

#include "base/contract.hpp"

namespace quench::predictor::qubo {

std::vector<double> FactoredQubo::sums(std::span<const std::uint8_t> x) const {
    QUENCH_CHECK(x.size() == size(), "an assignment has one value for each variable");
    std::vector<double> sums(points);
    for (std::size_t n = 0; n < points; ++n) {
        for (std::size_t p = 0; p < slots(); ++p) sums[n] += x[variable(n, p)] != 0 ? weights[p] : 0.0;
    }
    return sums;
}

double FactoredQubo::energy(std::span<const std::uint8_t> x) const {
    const std::vector<double> beta = sums(x);
    double energy = offset;
    for (std::size_t n = 0; n < points; ++n) {
        double field = 0;
        for (std::size_t m = 0; m < points; ++m) field += kernel[n * points + m] * beta[m];
        energy += 0.5 * beta[n] * field;
        for (std::size_t p = 0; p < slots(); ++p)
            energy += x[variable(n, p)] != 0 ? linear[n * slots() + p] : 0.0;
    }
    return energy;
}

Qubo expand(const FactoredQubo& factored) {
    Qubo qubo(factored.size());
    qubo.add_offset(factored.offset);
    const std::size_t slots = factored.slots();
    for (std::size_t n = 0; n < factored.points; ++n) {
        for (std::size_t p = 0; p < slots; ++p) {
            const std::size_t i = factored.variable(n, p);
            qubo.add_linear(i, factored.linear[n * slots + p]);
            // Ordered pairs, each with half of its coefficient; the diagonal becomes linear by x^2 = x.
            for (std::size_t m = 0; m < factored.points; ++m) {
                const double half = 0.5 * factored.kernel[n * factored.points + m] * factored.weights[p];
                for (std::size_t q = 0; q < slots; ++q)
                    qubo.add_coupling(i, factored.variable(m, q), half * factored.weights[q]);
            }
        }
    }
    return qubo;
}

FactoredQubo factor(const Qubo& qubo) {
    FactoredQubo factored;
    factored.points = qubo.size();
    factored.weights = {1.0};
    factored.linear.assign(qubo.linear().begin(), qubo.linear().end());
    factored.offset = qubo.offset();
    factored.kernel.reserve(qubo.size() * qubo.size());
    for (std::size_t i = 0; i < qubo.size(); ++i) {
        const auto row = qubo.row(i);
        factored.kernel.insert(factored.kernel.end(), row.begin(), row.end());
    }
    return factored;
}

}  // namespace quench::predictor::qubo
