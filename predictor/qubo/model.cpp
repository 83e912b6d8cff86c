#include "predictor/qubo/model.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace quench::predictor::qubo {

Qubo::Qubo(std::size_t size) : linear_(size), couplings_(size * size) {}

std::span<const double> Qubo::row(std::size_t i) const {
    return {couplings_.data() + i * size(), size()};
}

void Qubo::add_coupling(std::size_t i, std::size_t j, double value) {
    if (i == j) return add_linear(i, value);
    couplings_[i * size() + j] += value;
    couplings_[j * size() + i] += value;
}

void Qubo::scale(double factor) {
    offset_ *= factor;
    for (double& value : linear_) value *= factor;
    for (double& value : couplings_) value *= factor;
}

double Qubo::energy(std::span<const std::uint8_t> x) const {
    QUENCH_CHECK(x.size() == size(), "an assignment has one value for each variable");
    double energy = offset_;
    for (std::size_t i = 0; i < size(); ++i) {
        if (x[i] == 0) continue;
        energy += linear_[i];
        const auto couplings = row(i);
        for (std::size_t j = 0; j < i; ++j) energy += x[j] != 0 ? couplings[j] : 0.0;
    }
    return energy;
}

std::vector<double> Qubo::flip_costs(std::span<const std::uint8_t> x) const {
    QUENCH_CHECK(x.size() == size(), "an assignment has one value for each variable");
    std::vector<double> costs = linear_;
    for (std::size_t i = 0; i < size(); ++i) {
        if (x[i] == 0) continue;
        const auto couplings = row(i);
        for (std::size_t j = 0; j < size(); ++j) costs[j] += couplings[j];
    }
    for (std::size_t i = 0; i < size(); ++i) costs[i] = x[i] != 0 ? -costs[i] : costs[i];
    return costs;
}

bool Qubo::finite() const {
    const auto is_finite = [](double value) { return std::isfinite(value); };
    return std::isfinite(offset_) && std::ranges::all_of(linear_, is_finite) &&
           std::ranges::all_of(couplings_, is_finite);
}

Qubo from_ising(const Qubo& ising) {
    Qubo qubo(ising.size());
    qubo.add_offset(ising.offset());
    for (std::size_t i = 0; i < ising.size(); ++i) {
        qubo.add_linear(i, 2 * ising.linear(i));
        qubo.add_offset(-ising.linear(i));
        for (std::size_t j = 0; j < i; ++j) {
            const double coupling = ising.coupling(i, j);
            if (coupling == 0) continue;
            qubo.add_coupling(i, j, 4 * coupling);
            qubo.add_linear(i, -2 * coupling);
            qubo.add_linear(j, -2 * coupling);
            qubo.add_offset(coupling);
        }
    }
    return qubo;
}

}  // namespace quench::predictor::qubo
