#include "trainer/reference/attention.hpp"

#include <cmath>

namespace quench::trainer::reference {
namespace {

constexpr double least_denominator = 1e-6;

// u d^(-1/4) P^T of one row, `u` being columns head * d ... of it.
Row projected(const Table& p, const Row& row, std::size_t head) {
    const std::size_t d = columns_of(p);
    Row out;
    for (const Row& direction : p) {
        double sum = 0;
        for (std::size_t k = 0; k < d; ++k) sum += row[head * d + k] * direction[k];
        out.push_back(sum / std::pow(static_cast<double>(d), 0.25));
    }
    return out;
}

Row phi(const Table& p, const Row& row, std::size_t head) {
    Row out = projected(p, row, head);
    for (double& u : out) u = (elu(u) + 1) / std::sqrt(static_cast<double>(p.size()));
    return out;
}

// dL/du from dL/dphi, added to columns head * d ... of `d_row`.
void phi_backward(const Table& p, const Row& row, std::size_t head, const Row& d_phi, Row& d_row) {
    const std::size_t d = columns_of(p);
    const Row before = projected(p, row, head);
    for (std::size_t f = 0; f < p.size(); ++f)
        for (std::size_t k = 0; k < d; ++k)
            d_row[head * d + k] += d_phi[f] / std::sqrt(static_cast<double>(p.size())) *
                                   elu_slope(before[f]) * p[f][k] / std::pow(static_cast<double>(d), 0.25);
}

double dot(const Row& a, const Row& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
}

// w_ij of one head, and the denominator of each row.
struct Weights {
    Table w;
    Row denominator;
};
Weights weights_of(const Table& p, const Table& q, const Table& k, const Mask& mask, std::size_t head) {
    Weights out{zeros(q.size(), k.size()), Row(q.size(), least_denominator)};
    for (std::size_t i = 0; i < q.size(); ++i)
        for (std::size_t j = 0; j < k.size(); ++j) {
            if (mask[j]) out.w[i][j] = dot(phi(p, q[i], head), phi(p, k[j], head));
            out.denominator[i] += out.w[i][j];
        }
    return out;
}

// The heads side by side, before the last dense layer.
Table mix(const Table& p, const Table& q, const Table& k, const Table& v, const Mask& mask,
          std::size_t heads) {
    const std::size_t d = columns_of(p);
    Table out = zeros(q.size(), heads * d);
    for (std::size_t head = 0; head < heads; ++head) {
        const Weights weights = weights_of(p, q, k, mask, head);
        for (std::size_t i = 0; i < q.size(); ++i)
            for (std::size_t j = 0; j < k.size(); ++j)
                for (std::size_t c = head * d; c < (head + 1) * d; ++c)
                    out[i][c] += weights.w[i][j] / weights.denominator[i] * v[j][c];
    }
    return out;
}

}  // namespace

Table attention(const Arrays& arrays, const std::string& name, std::size_t heads, const Table& x_q,
                const Table& x, const Mask& mask) {
    const Table q = dense(arrays, name + ".query", x_q);
    const Table k = dense(arrays, name + ".key", x);
    const Table v = dense(arrays, name + ".value", x);
    return dense(arrays, name + ".output", mix(arrays.at(name + ".projection"), q, k, v, mask, heads));
}

AttentionGradients attention_backward(const Arrays& arrays, const std::string& name, std::size_t heads,
                                      const Table& x_q, const Table& x, const Table& dy, Arrays& gradients) {
    const Table& p = arrays.at(name + ".projection");
    const std::size_t d = columns_of(p);
    const Mask all(x.size(), true);
    const Table q = dense(arrays, name + ".query", x_q);
    const Table k = dense(arrays, name + ".key", x);
    const Table v = dense(arrays, name + ".value", x);
    const Table mixed = mix(p, q, k, v, all, heads);
    const Table d_mixed = dense_backward(arrays, name + ".output", mixed, dy, gradients);

    Table dq = zeros(q.size(), heads * d), dk = zeros(k.size(), heads * d), dv = dk;
    for (std::size_t head = 0; head < heads; ++head) {
        const Weights weights = weights_of(p, q, k, all, head);
        for (std::size_t i = 0; i < q.size(); ++i)
            for (std::size_t j = 0; j < k.size(); ++j) {
                // out_i = sum_j w_ij v_j / D_i: d out_i / d w_ij = (v_j - out_i) / D_i
                double dw = 0;
                for (std::size_t c = head * d; c < (head + 1) * d; ++c) {
                    dw += d_mixed[i][c] * (v[j][c] - mixed[i][c]) / weights.denominator[i];
                    dv[j][c] += d_mixed[i][c] * weights.w[i][j] / weights.denominator[i];
                }
                Row d_phi_q = phi(p, k[j], head), d_phi_k = phi(p, q[i], head);
                for (double& each : d_phi_q) each *= dw;
                for (double& each : d_phi_k) each *= dw;
                phi_backward(p, q[i], head, d_phi_q, dq[i]);
                phi_backward(p, k[j], head, d_phi_k, dk[j]);
            }
    }
    AttentionGradients out;
    out.x_q = dense_backward(arrays, name + ".query", x_q, dq, gradients);
    out.x = dense_backward(arrays, name + ".key", x, dk, gradients);
    add(out.x, dense_backward(arrays, name + ".value", x, dv, gradients));
    return out;
}

Table transformer_layer(const Arrays& arrays, const std::string& name, std::size_t heads, bool residual,
                        const Table& x, const Mask& mask) {
    const Table normed = layer_norm(arrays, name + ".norm_before", x);
    const auto learned = arrays.find(name + ".learned_query");
    const Table queries = learned == arrays.end() ? x : Table(x.size(), learned->second.at(0));
    const Table a = attention(arrays, name + ".attention", heads, queries, normed, mask);
    Table sum = normed;
    for (std::size_t i = 0; i < sum.size(); ++i)
        for (std::size_t c = 0; c < sum[i].size(); ++c) sum[i][c] += mask[i] ? a[i][c] : 0;
    const Table y = layer_norm(arrays, name + ".norm_after", sum);
    Table out = ffn(arrays, name + ".ffn", y);
    if (residual) add(out, y);
    return out;
}

}  // namespace quench::trainer::reference
