#include "trainer/mlpf/bins.hpp"

#include "trainer/mlpf/some_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>

namespace quench::trainer::mlpf {
namespace {

// argmax([s, -s]) of each column of s: the first of the largest. Column by column of the argmax, so that the
// processor compares many rows of an event at once.
template <class Scalar>
void hash(const Matrix<Scalar>& s, std::vector<Scalar>& most, std::uint32_t* code) {
    const auto rows = static_cast<std::size_t>(s.cols());
    most.assign(s.data(), s.data() + rows);
    std::fill_n(code, rows, 0U);
    for (const Scalar sign : {Scalar(1), Scalar(-1)}) {
        for (Index direction = 0; direction < s.rows(); ++direction) {
            const auto number = static_cast<std::uint32_t>(sign > 0 ? direction : s.rows() + direction);
            const Scalar* along = s.row(direction).data();
            for (std::size_t row = 0; row < rows; ++row) {
                const bool more = sign * along[row] > most[row];
                most[row] = more ? sign * along[row] : most[row];
                code[row] = more ? number : code[row];
            }
        }
    }
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
std::uint32_t place_on_curve(double eta, double phi) {
    constexpr int bits = 11;
    constexpr double cells = 1 << bits, cell = 2 * turn / cells;
    const double around = phi - turn * std::floor(phi / turn);
    const auto x = static_cast<std::uint32_t>(std::clamp((eta + turn) / cell, 0.0, cells - 1));
    const auto y = static_cast<std::uint32_t>(std::clamp(around / cell, 0.0, cells - 1));
    return hilbert(x, y, bits);
}

// Sorts `order`, whose i-th entry has code[i], digit by digit: in linear time, and stable.
void sort_by_code(std::vector<std::uint32_t>& code, std::span<Index> order) {
    constexpr unsigned digit_bits = 11;
    constexpr std::uint32_t digits = 1U << digit_bits;
    const std::uint32_t largest = *std::ranges::max_element(code);
    std::vector<std::uint32_t> sorted_code(code.size());
    std::vector<Index> sorted_order(code.size());
    for (unsigned shift = 0; shift < 32 && largest >> shift > 0; shift += digit_bits) {
        std::array<std::size_t, digits + 1> begin{};
        for (const std::uint32_t c : code) ++begin[((c >> shift) & (digits - 1)) + 1];
        std::partial_sum(begin.begin(), begin.end(), begin.begin());
        for (std::size_t i = 0; i < code.size(); ++i) {
            const std::size_t place = begin[(code[i] >> shift) & (digits - 1)]++;
            sorted_code[place] = code[i];
            sorted_order[place] = order[i];
        }
        code.swap(sorted_code);
        std::ranges::copy(sorted_order, order.begin());
    }
}

// code_of(first, rows, code) writes the codes of an event's rows.
Bins sort_into_bins(const std::vector<Index>& events, Index bin_size, const auto& code_of) {
    Bins bins;
    bins.order.resize(static_cast<std::size_t>(events.empty() ? 0 : events.back()));
    std::iota(bins.order.begin(), bins.order.end(), Index{0});
    bins.begin.push_back(0);
    std::vector<std::uint32_t> code;
    for (std::size_t event = 0; event + 1 < events.size(); ++event) {
        const Index first = events[event];
        const Index rows = events[event + 1] - first;
        if (rows > bin_size) {
            bins.in_order = false;
            code.resize(static_cast<std::size_t>(rows));
            code_of(first, rows, code);
            sort_by_code(code, std::span(bins.order).subspan(static_cast<std::size_t>(first), code.size()));
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
    Matrix<Scalar> s;
    std::vector<Scalar> most;
    return sort_into_bins(events, bin_size, [&](Index first, Index rows, std::vector<std::uint32_t>& code) {
        const Index count = (rows + bin_size - 1) / bin_size;
        const Index directions = std::min(std::max<Index>(1, count / 2), codebook.cols());
        some_rows_at_a_time(rows, [&](Index begin, Index some) {
            s.resize(directions, some);
            s.noalias() = codebook.leftCols(directions).transpose() *
                          points.middleRows(first + begin, some).transpose();
            hash(s, most, code.data() + begin);
        });
    });
}

template <class Scalar>
Bins make_bins(const Matrix<Scalar>& positions, Origin origin, const std::vector<Index>& events,
               Index bin_size) {
    return sort_into_bins(events, bin_size, [&](Index first, Index rows, std::vector<std::uint32_t>& code) {
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
