// The fast path held against the reference: numbers from one to the other, and how far they are apart.
//
// Tolerances: the reference is in double throughout and is given the float network's own numbers, so what is
// left is rounding. In double (1e-16) some thousand operations behind each other leave 1e-12 with room; in
// float (6e-8) a layer of a hundred columns leaves 1e-6, and a whole network of some ten layers 1e-5. A wrong
// term is of order 1.
#pragma once

#include "../nn/gradient.hpp"
#include "trainer/reference/table.hpp"

#include <string>
#include <vector>

namespace quench::trainer::reference {

using nn::Index;

template <class Scalar>
inline constexpr double layer_tolerance = sizeof(Scalar) == 8 ? 1e-12 : 2e-5;
template <class Scalar>
inline constexpr double network_tolerance = sizeof(Scalar) == 8 ? 1e-10 : 2e-4;

/// Gradients are sums of terms that may cancel: all but wholly where a row is alone (its weight in the
/// attention is 1 whatever it says). In float they are held against the terms, which are of the size of
/// dL/dy, 1; what such sums hide is seen in double, which holds them against themselves.
template <class Scalar>
inline constexpr double gradient_tolerance = sizeof(Scalar) == 8 ? 1e-10 : 2e-5;
template <class Scalar>
inline constexpr double least_gradient = sizeof(Scalar) == 8 ? 1e-3 : 1.0;

template <class Derived>
Table table_of(const Eigen::MatrixBase<Derived>& m) {
    Table out = zeros(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = 0; j < m.cols(); ++j)
            out[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = static_cast<double>(m(i, j));
    return out;
}

/// Every array that is registered.
template <class Scalar>
Arrays arrays_of(const nn::Parameters<Scalar>& parameters) {
    Arrays out;
    for (const auto& entry : parameters.entries()) out[entry.name] = table_of(parameters.value(entry.slice));
    return out;
}

/// Biases begin at 0 and gammas at 1, where one that is forgotten would not be noticed.
template <class Scalar>
void disturb(nn::Parameters<Scalar>& parameters, double by = 0.2) {
    base::Rng rng(3, "test.disturb");
    for (Scalar& value : parameters.values()) value += static_cast<Scalar>(by * rng.normal());
}

template <class Scalar>
nn::Matrix<Scalar> random(Index rows, Index cols, std::uint64_t seed) {
    return nn::random_matrix(rows, cols, seed).template cast<Scalar>();
}

/// The largest difference, relative to the largest number, or to `least` if that is more; infinite where
/// sizes differ or a number is not one.
inline double difference(const Table& fast, const Table& slow, double least = 1e-3) {
    constexpr double infinite = 1e300;
    if (fast.size() != slow.size() || columns_of(fast) != columns_of(slow)) return infinite;
    double worst = 0, largest = least;
    for (std::size_t i = 0; i < slow.size(); ++i)
        for (std::size_t j = 0; j < slow[i].size(); ++j) {
            const double apart = std::abs(fast[i][j] - slow[i][j]);
            if (!(apart < infinite)) return infinite;
            worst = std::max(worst, apart);
            largest = std::max(largest, std::abs(slow[i][j]));
        }
    return worst / largest;
}
template <class Scalar>
double difference(const nn::Matrix<Scalar>& fast, const Table& slow) {
    return difference(table_of(fast), slow);
}

template <class Scalar>
double gradient_difference(const nn::Matrix<Scalar>& fast, const Table& slow) {
    return difference(table_of(fast), slow, least_gradient<Scalar>);
}
/// That of the array that is worst.
template <class Scalar>
double gradient_difference(const nn::Parameters<Scalar>& parameters, nn::Gradients<Scalar>& fast,
                           const Arrays& slow) {
    double worst = 0;
    for (const auto& entry : parameters.entries())
        if (const auto other = slow.find(entry.name); other != slow.end())
            worst = std::max(worst, gradient_difference<Scalar>(fast.of(entry.slice), other->second));
        else
            ADD_FAILURE() << "the reference has no " << entry.name;
    return worst;
}

/// Where events begin, from how many rows each has.
inline std::vector<Index> stacked(const std::vector<Index>& sizes) {
    std::vector<Index> begin{0};
    for (const Index size : sizes) begin.push_back(begin.back() + size);
    return begin;
}

/// The rows of one event.
inline Table event_of(const Table& all, const std::vector<Index>& begin, std::size_t event) {
    return {all.begin() + begin[event], all.begin() + begin[event + 1]};
}

/// `f` of every event's rows, below each other.
template <class F>
Table each_event(const std::vector<Index>& begin, F f) {
    Table out;
    for (std::size_t event = 0; event + 1 < begin.size(); ++event) {
        const Table rows = f(event);
        out.insert(out.end(), rows.begin(), rows.end());
    }
    return out;
}

/// 0 to 4 events: none at all, empty ones, ones of a row, less than a bin, whole bins, and between.
inline const std::vector<std::vector<Index>>& event_sizes() {
    static const std::vector<std::vector<Index>> sizes = {
        {}, {0}, {1}, {1, 1, 0, 1}, {5}, {16, 3}, {17, 8, 1}, {2, 64, 31, 0}, {1, 49, 1}};
    return sizes;
}

template <class S>
class InBothPrecisions : public testing::Test {};
using Precisions = testing::Types<double, float>;

}  // namespace quench::trainer::reference
