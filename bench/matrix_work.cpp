#include "bench/matrix_work.hpp"

#include <algorithm>

namespace quench::bench {
namespace {

using namespace trainer;
using mlpf::Index;

double product(Index rows, Index inner, Index columns) {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(inner) * static_cast<double>(columns);
}

// Of a row through dense layers, forward; each backward pass has two products of that size, and the first
// layer of a network, whose input has no gradient, one.
double ffn(Index in, Index hidden, Index layers, Index out, bool halving = false) {
    double sum = 0;
    for (Index i = 0; i < layers; ++i) {
        const Index width = halving ? std::max<Index>(1, hidden >> i) : hidden;
        sum += product(1, in, width);
        in = width;
    }
    return sum + product(1, in, out);
}

double heads(const mlpf::Hyperparameters& h, Index z, Index r) {
    const auto own = [](Index value, Index others) { return value < 0 ? others : value; };
    const mlpf::HeadShape& s = h.heads;
    const Index zc = z + mlpf::classes, e = zc + r + mlpf::classes;
    return ffn(z, own(s.id_hidden, s.hidden), own(s.id_layers, s.layers), mlpf::classes, s.halving) +
           ffn(z, own(s.charge_hidden, s.hidden), own(s.charge_layers, s.layers), mlpf::charges, s.halving) +
           ffn(zc, s.hidden, s.layers, 1, s.halving) + ffn(zc, s.hidden, s.layers, 2, s.halving) +
           ffn(e, s.hidden, s.layers, 1, s.halving) + ffn(e, s.hidden, s.layers, 2, s.halving);
}

// Of a row in a bin of n rows, forward and backward.
double graph_layer(const mlpf::GraphLayerShape& g, Index n) {
    const double distance = 3 * ffn(g.width, g.distance_hidden, g.distance_layers, g.distance_dim);
    const double squares = 2 * product(1, g.distance_dim, n);     // d d^T, and back to d
    const double weights = 3 * product(1, g.width, 3 * g.width);  // x [T, W, G]
    const double propagation = 3 * product(1, n, g.width);        // A x, A^T dh, dh x^T
    return distance + squares + static_cast<double>(g.messages) * (weights + propagation);
}

// Of a row, forward and backward.
double attention_layer(const mlpf::TransformerShape& t) {
    const Index d = t.attention.width, h = t.attention.heads, m = t.attention.features;
    const double projections = 3 * 4 * product(1, d, h * d);
    const double features = 2 * 2 * static_cast<double>(h) * product(1, d, m);  // P is not trained
    const double mixing = 3 * 2 * static_cast<double>(h) * product(1, m, d);    // phi(k)^T v, phi(q) kv
    return projections + features + mixing + 3 * ffn(d, d, 1, d);
}

}  // namespace

double matrix_operations(const mlpf::Hyperparameters& h, Index feature_columns,
                         const std::vector<Index>& sizes) {
    const Index width = h.graph.width, encoded = mlpf::encoded_columns(feature_columns);
    const bool concat = h.model != mlpf::Model::transformer && h.stacking == mlpf::Stacking::concat;
    const auto stream = [&](Index layers) {
        return concat ? layers * width + (h.skip_connection ? encoded : 0) : width;
    };
    const double node =
        3 * ffn(encoded, h.encoding_hidden, 1, width) - product(1, encoded, h.encoding_hidden);
    const double of_row = node + 3 * heads(h, stream(h.id_layers), stream(h.reg_layers));
    double sum = 0;
    for (const Index rows : sizes) {
        sum += static_cast<double>(rows) * of_row;
        if (h.model == mlpf::Model::transformer) {
            const auto layers = static_cast<double>(h.encoder_layers + h.id_layers + h.reg_layers);
            sum += static_cast<double>(rows) * layers * attention_layer(mlpf::transformer_of(h));
            continue;
        }
        const auto layers = static_cast<double>(h.id_layers + h.reg_layers);
        for (Index first = 0; first < rows; first += h.graph.bin_size) {
            const Index n = std::min(h.graph.bin_size, rows - first);
            const double layer =
                h.model == mlpf::Model::gnn ? graph_layer(h.graph, n) : 3 * product(1, width, width);
            sum += layers * static_cast<double>(n) * layer;
        }
    }
    return sum;
}

}  // namespace quench::bench
