#include "predictor/curve.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>

namespace quench::predictor {
namespace {

bool finite(std::span<const double> values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace

bool has_known(const Curve& curve, const Question& question) {
    return curve.values.size() >= question.known && finite(std::span(curve.values).first(question.known));
}

bool has_answer(const Curve& curve, const Question& question) {
    return question.target > 0 && curve.values.size() >= question.target && has_known(curve, question) &&
           std::isfinite(curve.values[question.target - 1]);
}

std::vector<std::size_t> configurations(std::span<const Curve> curves) {
    std::map<std::vector<std::uint64_t>, std::size_t> seen;  // by bits: NaN equals NaN here
    std::vector<std::size_t> numbers;
    std::size_t next = 0;
    for (const Curve& curve : curves) {
        std::vector<std::uint64_t> key;
        for (const double value : curve.parameters) key.push_back(std::bit_cast<std::uint64_t>(value));
        if (key.empty()) {
            numbers.push_back(next++);
            continue;
        }
        const auto [place, fresh] = seen.try_emplace(std::move(key), next);
        if (fresh) ++next;
        numbers.push_back(place->second);
    }
    return numbers;
}

}  // namespace quench::predictor
