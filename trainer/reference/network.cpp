#include "trainer/reference/network.hpp"

#include "trainer/reference/attention.hpp"
#include "trainer/reference/dense.hpp"
#include "trainer/reference/graph_layer.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::reference {
namespace {

enum Column : std::size_t { type, pt, eta, sin_phi, cos_phi, energy };

bool is_energy(std::size_t columns, double kind, std::size_t column) {
    if (column == pt || column == energy) return true;
    if (columns == 12) return kind == 1 && (column == 6 || column == 7);
    return kind == 2 && column >= 10 && column <= 12;
}

Table side_by_side(const std::vector<Table>& tables) {
    Table out(tables.front().size());
    for (const Table& table : tables)
        for (std::size_t i = 0; i < table.size(); ++i)
            out[i].insert(out[i].end(), table[i].begin(), table[i].end());
    return out;
}

std::string layer_of(const std::string& stack, mlpf::Index layer) {
    return stack + "." + std::to_string(layer);
}

GraphOptions options_of(const mlpf::GraphLayerShape& g) {
    const bool linear = g.distance_activation == nn::Activation::linear;
    return {.bin_size = static_cast<std::size_t>(g.bin_size),
            .messages = static_cast<std::size_t>(g.messages),
            .dist_mult = g.dist_mult,
            .clip_low = g.clip_low,
            .normalize_degrees = g.normalize_degrees,
            .layer_norm = g.layer_norm,
            .distance = linear ? Last::linear : Last::elu};
}

// x <- x + layer(x), or x <- layer(x) and all outputs side by side, with what entered the network.
Table stack(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const std::string& name,
            mlpf::Index layers, const Table& encoded, Table x) {
    std::vector<Table> all;
    for (mlpf::Index i = 0; i < layers; ++i) {
        const std::string layer = layer_of(name, i);
        Table y;
        if (hyper.model == mlpf::Model::gnn) {
            y = graph_layer(arrays, layer, x, options_of(hyper.graph));
        } else {
            y = dense(arrays, layer, x);
            for (Row& row : y)
                for (double& value : row) value = elu(value);
        }
        if (hyper.stacking == mlpf::Stacking::additive)
            add(x, y);
        else
            x = y;
        all.push_back(y);
    }
    if (hyper.stacking == mlpf::Stacking::additive) return x;
    if (hyper.skip_connection) all.push_back(encoded);
    return side_by_side(all);
}

Table transformer(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const std::string& name,
                  mlpf::Index layers, Table x) {
    const Mask all(x.size(), true);
    for (mlpf::Index i = 0; i < layers; ++i)
        x = transformer_layer(arrays, layer_of(name, i), static_cast<std::size_t>(hyper.heads_of_attention),
                              hyper.ffn_residual, x, all);
    return x;
}

}  // namespace

Table encode(mlpf::Encoding encoding, const Table& features) {
    Table out;
    for (const Row& row : features) {
        Row encoded(3, 0.0);
        encoded[row[type] == 1 ? 1 : (row[type] == 2 ? 2 : 0)] = 1;
        for (std::size_t column = 1; column < row.size(); ++column) {
            double x = std::isfinite(row[column]) ? row[column] : 0;
            x = std::min(std::max(x, -1e6), 1e6);
            if (encoding == mlpf::Encoding::logs && is_energy(row.size(), row[type], column))
                x = std::log(1 + std::max(x, 0.0));
            encoded.push_back(x);
        }
        out.push_back(encoded);
    }
    return out;
}

Outputs heads(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const Table& features,
              const Table& stream, const Table& r) {
    const Table z = hyper.heads.layer_norm ? layer_norm(arrays, "heads.norm", stream) : stream;
    Outputs out;
    out.logits = ffn(arrays, "classes", z);
    out.charge = ffn(arrays, "charge", z);
    const Table zc = side_by_side({z, out.logits});
    const Table e = side_by_side({zc, r, out.logits});
    const Table d_eta = ffn(arrays, "eta", zc), d_angles = ffn(arrays, "angles", zc);
    const Table d_energy = ffn(arrays, "energy", e), ab = ffn(arrays, "pt", e);
    for (std::size_t i = 0; i < features.size(); ++i) {
        const Row& in = features[i];
        const double a = ab[i][0], b = ab[i][1];
        Row m(5);
        m[0] = hyper.heads.pt_correction ? std::abs(a * in[pt] + b) : std::abs(a);
        m[1] = std::min(std::max(in[eta] + d_eta[i][0], -7.0), 7.0);
        m[2] = std::min(std::max(in[sin_phi] + d_angles[i][0], -1.0), 1.0);
        m[3] = std::min(std::max(in[cos_phi] + d_angles[i][1], -1.0), 1.0);
        m[4] = std::abs(in[energy] + d_energy[i][0]);
        if (hyper.loss.targets == mlpf::Targets::log_ratio) {
            m[0] = a;
            m[4] = d_energy[i][0];
        }
        out.momentum.push_back(m);
    }
    return out;
}

Outputs network(const mlpf::Hyperparameters& hyper, const Arrays& arrays, const Table& features) {
    Table encoded = encode(hyper.encoding, features);
    if (const auto mean = arrays.find("standardization.mean"); mean != arrays.end())
        for (Row& row : encoded)
            for (std::size_t c = 0; c < row.size(); ++c)
                row[c] = (row[c] - mean->second[0][c]) * arrays.at("standardization.scale")[0][c];
    const Table x = ffn(arrays, "encoding", encoded, Last::elu);
    Table z, r;
    if (hyper.model == mlpf::Model::transformer) {
        const Table shared = transformer(hyper, arrays, "encoder", hyper.encoder_layers, x);
        z = transformer(hyper, arrays, "classification", hyper.id_layers, shared);
        r = transformer(hyper, arrays, "regression", hyper.reg_layers, shared);
    } else {
        z = stack(hyper, arrays, "classification", hyper.id_layers, encoded, x);
        r = stack(hyper, arrays, "regression", hyper.reg_layers, encoded, x);
    }
    return heads(hyper, arrays, features, z, r);
}

}  // namespace quench::trainer::reference
