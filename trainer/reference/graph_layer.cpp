#include "trainer/reference/graph_layer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quench::trainer::reference {
namespace {

constexpr double least_square = 1e-6;

double square_of(const Row& a, const Row& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

// n of the docstring, and the sums it comes from.
struct Degrees {
    Row sum, n;
};
Degrees degrees_of(const Table& kernel, const Mask& mask, bool normalize) {
    Degrees out{Row(kernel.size(), 0.0), Row(kernel.size(), 1.0)};
    if (!normalize) return out;
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        out.sum[i] = 1e-6;
        for (const double a : kernel[i]) out.sum[i] += std::abs(a);
        out.n[i] = mask[i] ? 1 / std::sqrt(out.sum[i]) : 0;
    }
    return out;
}

// x T, x W and x G + b of one message, and hom.
struct Parts {
    Table sent, het, gate, hom;
};
Parts parts_of(const Arrays& arrays, const std::string& name, const Table& x, const Table& kernel,
               const Degrees& degrees) {
    const Table& w = arrays.at(name + ".weights");
    const Row& b = arrays.at(name + ".bias").at(0);
    const std::size_t rows = x.size(), width = b.size();
    Parts p{zeros(rows, width), zeros(rows, width), zeros(rows, width), zeros(rows, width)};
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < width; ++c) {
            p.gate[i][c] = b[c];
            for (std::size_t k = 0; k < width; ++k) {
                p.sent[i][c] += x[i][k] * w[k][c];
                p.het[i][c] += x[i][k] * w[k][width + c];
                p.gate[i][c] += x[i][k] * w[k][2 * width + c];
            }
            p.gate[i][c] = sigmoid(p.gate[i][c]);
        }
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < rows; ++j)
            for (std::size_t c = 0; c < width; ++c)
                p.hom[i][c] += degrees.n[i] * kernel[i][j] * degrees.n[j] * p.sent[j][c];
    return p;
}

struct Padded {
    Table x;
    Mask mask;
};
Padded pad(Table x, std::size_t bin_size, double padding) {
    const std::size_t rows = x.size(), columns = columns_of(x);
    Mask mask(rows, true);
    while (x.size() % bin_size != 0) {
        x.push_back(Row(columns, padding));
        mask.push_back(false);
    }
    return {std::move(x), std::move(mask)};
}

template <class List>
List pick(const List& from, const std::vector<std::size_t>& rows) {
    List out;
    for (const std::size_t row : rows) out.push_back(from[row]);
    return out;
}

std::string message_of(const std::string& name, std::size_t message) {
    return name + ".message." + std::to_string(message);
}

}  // namespace

std::vector<std::size_t> bin_order(const Table& points, const Mask& mask, const Table& codebook,
                                   std::size_t bin_size) {
    const std::size_t bins = points.size() / bin_size;
    const std::size_t directions = std::min(std::max<std::size_t>(1, bins / 2), columns_of(codebook));
    std::vector<std::size_t> codes;
    for (std::size_t i = 0; i < points.size(); ++i) {
        Row s;
        for (const double sign : {1.0, -1.0})
            for (std::size_t c = 0; c < directions; ++c) {
                double sum = 0;
                for (std::size_t k = 0; k < codebook.size(); ++k) sum += points[i][k] * codebook[k][c];
                s.push_back(sign * sum);
            }
        const auto code = static_cast<std::size_t>(std::ranges::max_element(s) - s.begin());
        codes.push_back(code + (mask[i] ? 0 : bins - 1));
    }
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t row) { return codes[row]; });
    return order;
}

Table kernel(const Table& points, const Mask& mask, const GraphOptions& options) {
    Table a = zeros(points.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < points.size(); ++j) {
            const double distance = std::sqrt(std::max(square_of(points[i], points[j]), least_square));
            if (mask[i] && mask[j])
                a[i][j] = std::clamp(std::exp(-options.dist_mult * distance), options.clip_low, 1.0);
        }
    return a;
}

Table kernel_backward(const Table& points, const Mask& mask, const GraphOptions& options,
                      const Table& d_kernel) {
    Table d = zeros(points.size(), columns_of(points));
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < points.size(); ++j) {
            const double square = square_of(points[i], points[j]);
            const double a = std::exp(-options.dist_mult * std::sqrt(square));
            if (!mask[i] || !mask[j] || square <= least_square || a <= options.clip_low) continue;
            const double by_distance = -options.dist_mult * a * d_kernel[i][j];
            for (std::size_t k = 0; k < d[i].size(); ++k) {
                const double along = (points[i][k] - points[j][k]) / std::sqrt(square);
                d[i][k] += by_distance * along;
                d[j][k] -= by_distance * along;
            }
        }
    return d;
}

Table message(const Arrays& arrays, const std::string& name, const Table& x, const Table& kernel,
              const Mask& mask, const GraphOptions& options) {
    const Parts p = parts_of(arrays, name, x, kernel, degrees_of(kernel, mask, options.normalize_degrees));
    Table y = p.gate;
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t c = 0; c < y[i].size(); ++c) {
            const double g = p.gate[i][c];
            y[i][c] = mask[i] ? elu(g * p.hom[i][c] + (1 - g) * p.het[i][c]) : 0;
        }
    return y;
}

MessageGradients message_backward(const Arrays& arrays, const std::string& name, const Table& x,
                                  const Table& kernel, const GraphOptions& options, const Table& dy,
                                  Arrays& gradients) {
    const std::size_t rows = x.size(), width = columns_of(x);
    const Degrees degrees = degrees_of(kernel, Mask(rows, true), options.normalize_degrees);
    const Parts p = parts_of(arrays, name, x, kernel, degrees);
    // d[i]: the gradients of x T, x W and x G + b side by side, as the weights lie.
    Table d = zeros(rows, 3 * width), d_hom = zeros(rows, width);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < width; ++c) {
            const double g = p.gate[i][c], hom = p.hom[i][c], het = p.het[i][c];
            const double before = dy[i][c] * elu_slope(g * hom + (1 - g) * het);
            d_hom[i][c] = before * g;
            d[i][width + c] = before * (1 - g);
            d[i][2 * width + c] = before * (hom - het) * g * (1 - g);
        }
    MessageGradients out{zeros(rows, width), zeros(rows, rows)};
    Row d_n(rows, 0.0);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < rows; ++j) {
            double both = 0;  // d_hom_i . sent_j
            for (std::size_t c = 0; c < width; ++c) {
                both += d_hom[i][c] * p.sent[j][c];
                d[j][c] += degrees.n[i] * kernel[i][j] * degrees.n[j] * d_hom[i][c];
            }
            out.kernel[i][j] += degrees.n[i] * degrees.n[j] * both;
            d_n[i] += kernel[i][j] * degrees.n[j] * both;
            d_n[j] += kernel[i][j] * degrees.n[i] * both;
        }
    if (options.normalize_degrees)
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < rows; ++j)
                out.kernel[i][j] += d_n[i] * -0.5 * std::pow(degrees.sum[i], -1.5);

    const Table& w = arrays.at(name + ".weights");
    Table dw = zeros(width, 3 * width), db = zeros(1, width);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < 3 * width; ++c) {
            if (c >= 2 * width) db[0][c - 2 * width] += d[i][c];
            for (std::size_t k = 0; k < width; ++k) {
                dw[k][c] += x[i][k] * d[i][c];
                out.x[i][k] += d[i][c] * w[k][c];
            }
        }
    add(gradients[name + ".weights"], dw);
    add(gradients[name + ".bias"], db);
    return out;
}

Table graph_layer(const Arrays& arrays, const std::string& name, const Table& x, const GraphOptions& options,
                  double padding) {
    auto [h, mask] = pad(x, options.bin_size, padding);
    if (options.layer_norm) h = layer_norm(arrays, name + ".norm", h);
    const Table points = ffn(arrays, name + ".distance", h, options.distance);
    const auto order = bin_order(points, mask, arrays.at(name + ".codebook"), options.bin_size);
    Table y = zeros(h.size(), columns_of(h));
    for (std::size_t first = 0; first < order.size(); first += options.bin_size) {
        const std::vector<std::size_t> bin(
            order.begin() + static_cast<std::ptrdiff_t>(first),
            order.begin() + static_cast<std::ptrdiff_t>(first + options.bin_size));
        const Mask in_bin = pick(mask, bin);
        const Table a = kernel(pick(points, bin), in_bin, options);
        Table z = pick(h, bin);
        for (std::size_t i = 0; i < options.messages; ++i)
            z = message(arrays, message_of(name, i), z, a, in_bin, options);
        for (std::size_t place = 0; place < bin.size(); ++place) y[bin[place]] = z[place];
    }
    y.resize(x.size());
    return y;
}

Table graph_layer_backward(const Arrays& arrays, const std::string& name, const Table& x,
                           const GraphOptions& options, const Table& dy, Arrays& gradients) {
    const auto [padded, mask] = pad(x, options.bin_size, 0);
    const Table h = options.layer_norm ? layer_norm(arrays, name + ".norm", padded) : padded;
    const Table points = ffn(arrays, name + ".distance", h, options.distance);
    const auto order = bin_order(points, mask, arrays.at(name + ".codebook"), options.bin_size);
    Table dh = zeros(h.size(), columns_of(h)), d_points = zeros(h.size(), columns_of(points));
    for (std::size_t first = 0; first < order.size(); first += options.bin_size) {
        std::vector<std::size_t> bin;  // without padding, which has no gradient
        for (std::size_t place = first; place < first + options.bin_size; ++place)
            if (mask[order[place]]) bin.push_back(order[place]);
        const Mask all(bin.size(), true);
        const Table a = kernel(pick(points, bin), all, options);
        std::vector<Table> z{pick(h, bin)};  // what enters each message
        for (std::size_t i = 0; i + 1 < options.messages; ++i)
            z.push_back(message(arrays, message_of(name, i), z.back(), a, all, options));
        Table d = pick(dy, bin), d_kernel = zeros(bin.size(), bin.size());
        for (std::size_t i = options.messages; i-- > 0;) {
            const auto below = message_backward(arrays, message_of(name, i), z[i], a, options, d, gradients);
            d = below.x;
            add(d_kernel, below.kernel);
        }
        const Table d_bin = kernel_backward(pick(points, bin), all, options, d_kernel);
        for (std::size_t place = 0; place < bin.size(); ++place) {
            dh[bin[place]] = d[place];
            d_points[bin[place]] = d_bin[place];
        }
    }
    add(dh, ffn_backward(arrays, name + ".distance", h, d_points, gradients, options.distance));
    if (options.layer_norm) dh = layer_norm_backward(arrays, name + ".norm", padded, dh, gradients);
    dh.resize(x.size());
    return dh;
}

}  // namespace quench::trainer::reference
