#include "trainer/mlpf/bins.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace quench::trainer::mlpf {
namespace {

template <class Scalar>
Index hash(const Matrix<Scalar>& s, Index row) {
    Index best = 0;
    Scalar most = s(row, 0);
    for (const Scalar sign : {Scalar(1), Scalar(-1)}) {
        for (Index column = 0; column < s.cols(); ++column) {
            if (sign * s(row, column) > most) {
                most = sign * s(row, column);
                best = sign > 0 ? column : s.cols() + column;
            }
        }
    }
    return best;
}

// Where a cell of a square of 2^bits x 2^bits cells lies on Hilbert's curve through all of them.
std::uint32_t hilbert(std::uint32_t x, std::uint32_t y, int bits) {
    std::uint32_t place = 0;
    for (int bit = bits - 1; bit >= 0; --bit) {
        const std::uint32_t half = 1U << bit, right = (x >> bit) & 1U, upper = (y >> bit) & 1U;
        place = (place << 2U) | ((3U * right) ^ upper);
        x &= half - 1;
        y &= half - 1;
        if (upper == 0) {
            if (right == 1) {
                x = half - 1 - x;
                y = half - 1 - y;
            }
            std::swap(x, y);
        }
    }
    return place;
}

constexpr double turn = 2 * std::numbers::pi;

// Of a direction on the curve through the square of two turns' length in eta and phi.
Index place_on_curve(double eta, double phi) {
    constexpr int bits = 11;
    constexpr double cells = 1 << bits, cell = 2 * turn / cells;
    const double around = phi - turn * std::floor(phi / turn);
    const auto x = static_cast<std::uint32_t>(std::clamp((eta + turn) / cell, 0.0, cells - 1));
    const auto y = static_cast<std::uint32_t>(std::clamp(around / cell, 0.0, cells - 1));
    return static_cast<Index>(hilbert(x, y, bits));
}

// code_of(first, rows, code) writes the codes of an event's rows.
Bins sort_into_bins(const std::vector<Index>& events, Index bin_size, const auto& code_of) {
    Bins bins;
    bins.order.resize(static_cast<std::size_t>(events.empty() ? 0 : events.back()));
    std::iota(bins.order.begin(), bins.order.end(), Index{0});
    bins.begin.push_back(0);
    std::vector<Index> code;
    for (std::size_t event = 0; event + 1 < events.size(); ++event) {
        const Index first = events[event];
        const Index rows = events[event + 1] - first;
        if (rows > bin_size) {
            bins.in_order = false;
            code.resize(static_cast<std::size_t>(rows));
            code_of(first, rows, code);
            std::stable_sort(bins.order.begin() + first, bins.order.begin() + first + rows,
                             [&](Index a, Index b) {
                                 return code[static_cast<std::size_t>(a - first)] <
                                        code[static_cast<std::size_t>(b - first)];
                             });
        }
        for (Index place = bin_size; place < rows; place += bin_size) bins.begin.push_back(first + place);
        if (rows > 0) bins.begin.push_back(first + rows);
    }
    return bins;
}

}  // namespace

template <class Scalar>
Bins make_bins(const Matrix<Scalar>& points, const Matrix<Scalar>& codebook, const std::vector<Index>& events,
               Index bin_size) {
    return sort_into_bins(events, bin_size, [&](Index first, Index rows, std::vector<Index>& code) {
        const Index count = (rows + bin_size - 1) / bin_size;
        const Index directions = std::min(std::max<Index>(1, count / 2), codebook.cols());
        const Matrix<Scalar> s = points.middleRows(first, rows) * codebook.leftCols(directions);
        for (Index row = 0; row < rows; ++row) code[static_cast<std::size_t>(row)] = hash(s, row);
    });
}

template <class Scalar>
Bins make_bins(const Matrix<Scalar>& positions, Origin origin, const std::vector<Index>& events,
               Index bin_size) {
    return sort_into_bins(events, bin_size, [&](Index first, Index rows, std::vector<Index>& code) {
        for (Index row = 0; row < rows; ++row) {
            const auto at = positions.row(first + row);
            code[static_cast<std::size_t>(row)] = place_on_curve(
                static_cast<double>(at(0)) + origin.eta,
                std::atan2(static_cast<double>(at(1)), static_cast<double>(at(2))) + origin.phi);
        }
    });
}

template <class Scalar>
void gather(const Matrix<Scalar>& x, const Bins& bins, Matrix<Scalar>& out) {
    if (bins.in_order) {
        out = x;
        return;
    }
    out.resize(x.rows(), x.cols());
    for (Index place = 0; place < x.rows(); ++place)
        out.row(place) = x.row(bins.order[static_cast<std::size_t>(place)]);
}

template <class Scalar>
void scatter(const Matrix<Scalar>& x, const Bins& bins, Matrix<Scalar>& out) {
    if (bins.in_order) {
        out = x;
        return;
    }
    out.resize(x.rows(), x.cols());
    for (Index place = 0; place < x.rows(); ++place)
        out.row(bins.order[static_cast<std::size_t>(place)]) = x.row(place);
}

template Bins make_bins<float>(const Matrix<float>&, const Matrix<float>&, const std::vector<Index>&, Index);
template Bins make_bins<double>(const Matrix<double>&, const Matrix<double>&, const std::vector<Index>&,
                                Index);
template Bins make_bins<float>(const Matrix<float>&, Origin, const std::vector<Index>&, Index);
template Bins make_bins<double>(const Matrix<double>&, Origin, const std::vector<Index>&, Index);
template void gather<float>(const Matrix<float>&, const Bins&, Matrix<float>&);
template void gather<double>(const Matrix<double>&, const Bins&, Matrix<double>&);
template void scatter<float>(const Matrix<float>&, const Bins&, Matrix<float>&);
template void scatter<double>(const Matrix<double>&, const Bins&, Matrix<double>&);

}  // namespace quench::trainer::mlpf
