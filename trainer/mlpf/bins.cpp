#include "trainer/mlpf/bins.hpp"

#include <algorithm>
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

}  // namespace

template <class Scalar>
Bins make_bins(const Matrix<Scalar>& points, const Matrix<Scalar>& codebook, const std::vector<Index>& events,
               Index bin_size) {
    Bins bins;
    bins.order.resize(static_cast<std::size_t>(points.rows()));
    std::iota(bins.order.begin(), bins.order.end(), Index{0});
    bins.begin.push_back(0);
    std::vector<Index> code;
    for (std::size_t event = 0; event + 1 < events.size(); ++event) {
        const Index first = events[event];
        const Index rows = events[event + 1] - first;
        const Index count = (rows + bin_size - 1) / bin_size;
        if (count > 1) {
            bins.in_order = false;
            const Index directions = std::min(std::max<Index>(1, count / 2), codebook.cols());
            const Matrix<Scalar> s = points.middleRows(first, rows) * codebook.leftCols(directions);
            code.resize(static_cast<std::size_t>(rows));
            for (Index row = 0; row < rows; ++row) code[static_cast<std::size_t>(row)] = hash(s, row);
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
template void gather<float>(const Matrix<float>&, const Bins&, Matrix<float>&);
template void gather<double>(const Matrix<double>&, const Bins&, Matrix<double>&);
template void scatter<float>(const Matrix<float>&, const Bins&, Matrix<float>&);
template void scatter<double>(const Matrix<double>&, const Bins&, Matrix<double>&);

}  // namespace quench::trainer::mlpf
