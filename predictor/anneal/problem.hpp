// What an annealer minimises.
#pragma once

#include "predictor/qubo/factored.hpp"
#include "predictor/qubo/model.hpp"

#include <variant>

namespace quench::predictor::anneal {

using qubo::Bits;

/// A dense problem, or one with the structure of support vector regression. Annealers may use the structure;
/// the samples are bits of the same variables either way.
using Problem = std::variant<qubo::Qubo, qubo::FactoredQubo>;

[[nodiscard]] inline std::size_t size(const Problem& problem) {
    return std::visit([](const auto& p) { return p.size(); }, problem);
}
[[nodiscard]] inline double energy(const Problem& problem, std::span<const std::uint8_t> bits) {
    return std::visit([&](const auto& p) { return p.energy(bits); }, problem);
}
/// As a dense problem; a copy.
[[nodiscard]] inline qubo::Qubo dense(const Problem& problem) {
    const auto* factored = std::get_if<qubo::FactoredQubo>(&problem);
    return factored != nullptr ? qubo::expand(*factored) : std::get<qubo::Qubo>(problem);
}
/// As a factored problem, of one bit a point if it has no structure; a copy.
[[nodiscard]] inline qubo::FactoredQubo factored(const Problem& problem) {
    const auto* dense = std::get_if<qubo::Qubo>(&problem);
    return dense != nullptr ? qubo::factor(*dense) : std::get<qubo::FactoredQubo>(problem);
}

}  // namespace quench::predictor::anneal
