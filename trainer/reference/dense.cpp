#include "trainer/reference/dense.hpp"

#include <cmath>

namespace quench::trainer::reference {
namespace {

std::size_t layers_of(const Arrays& arrays, const std::string& name) {
    std::size_t layers = 0;
    while (arrays.contains(name + "." + std::to_string(layers) + ".weights")) ++layers;
    return layers;
}

std::string layer_of(const std::string& name, std::size_t layer) {
    return name + "." + std::to_string(layer);
}

Table each(Table x, double (*f)(double)) {
    for (Row& row : x)
        for (double& value : row) value = f(value);
    return x;
}

struct Moments {
    double mean = 0, deviation = 0;
};

Moments moments_of(const Row& row) {
    const auto n = static_cast<double>(row.size());
    double mean = 0, variance = 0;
    for (const double x : row) mean += x / n;
    for (const double x : row) variance += (x - mean) * (x - mean) / n;
    return {mean, std::sqrt(variance + 1e-6)};
}

}  // namespace

double elu(double x) {
    return x > 0 ? x : std::exp(x) - 1;
}
double elu_slope(double x) {
    return x > 0 ? 1 : std::exp(x);
}
double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

void add(Table& sum, const Table& term) {
    if (sum.empty()) sum = zeros(term.size(), columns_of(term));
    for (std::size_t i = 0; i < term.size(); ++i)
        for (std::size_t j = 0; j < term[i].size(); ++j) sum[i][j] += term[i][j];
}

Table dense(const Arrays& arrays, const std::string& name, const Table& x) {
    const Table& w = arrays.at(name + ".weights");
    const Row& b = arrays.at(name + ".bias").at(0);
    Table y = zeros(x.size(), b.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) {
            y[i][j] = b[j];
            for (std::size_t k = 0; k < w.size(); ++k) y[i][j] += x[i].at(k) * w[k][j];
        }
    return y;
}

Table ffn(const Arrays& arrays, const std::string& name, const Table& x, Last last) {
    const std::size_t layers = layers_of(arrays, name);
    Table y = x;
    for (std::size_t layer = 0; layer < layers; ++layer) {
        y = dense(arrays, layer_of(name, layer), y);
        if (layer + 1 < layers || last == Last::elu) y = each(y, elu);
    }
    return y;
}

Table layer_norm(const Arrays& arrays, const std::string& name, const Table& x) {
    const Row& gamma = arrays.at(name + ".gamma").at(0);
    const Row& beta = arrays.at(name + ".beta").at(0);
    Table y = x;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const Moments m = moments_of(x[i]);
        for (std::size_t j = 0; j < x[i].size(); ++j)
            y[i][j] = gamma[j] * (x[i][j] - m.mean) / m.deviation + beta[j];
    }
    return y;
}

Table dense_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                     Arrays& gradients) {
    const Table& w = arrays.at(name + ".weights");
    Table dw = zeros(w.size(), columns_of(w)), db = zeros(1, columns_of(w));
    Table dx = zeros(x.size(), w.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < dy[i].size(); ++j) {
            db[0][j] += dy[i][j];
            for (std::size_t k = 0; k < w.size(); ++k) {
                dw[k][j] += x[i][k] * dy[i][j];
                dx[i][k] += dy[i][j] * w[k][j];
            }
        }
    add(gradients[name + ".weights"], dw);
    add(gradients[name + ".bias"], db);
    return dx;
}

Table ffn_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                   Arrays& gradients, Last last) {
    const std::size_t layers = layers_of(arrays, name);
    std::vector<Table> inputs{x}, before;  // of each layer, and what its activation is given
    for (std::size_t layer = 0; layer < layers; ++layer) {
        before.push_back(dense(arrays, layer_of(name, layer), inputs.back()));
        inputs.push_back(each(before.back(), elu));
    }
    Table d = dy;
    for (std::size_t layer = layers; layer-- > 0;) {
        if (layer + 1 < layers || last == Last::elu)
            for (std::size_t i = 0; i < d.size(); ++i)
                for (std::size_t j = 0; j < d[i].size(); ++j) d[i][j] *= elu_slope(before[layer][i][j]);
        d = dense_backward(arrays, layer_of(name, layer), inputs[layer], d, gradients);
    }
    return d;
}

Table layer_norm_backward(const Arrays& arrays, const std::string& name, const Table& x, const Table& dy,
                          Arrays& gradients) {
    const Row& gamma = arrays.at(name + ".gamma").at(0);
    const std::size_t n = gamma.size();
    Table d_gamma = zeros(1, n), d_beta = zeros(1, n), dx = zeros(x.size(), n);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const Moments m = moments_of(x[i]);
        const auto normal = [&](std::size_t j) { return (x[i][j] - m.mean) / m.deviation; };
        for (std::size_t j = 0; j < n; ++j) {
            d_gamma[0][j] += dy[i][j] * normal(j);
            d_beta[0][j] += dy[i][j];
            // d y_j / d x_k = gamma_j / s (delta_jk - 1/n - normal_j normal_k / n)
            for (std::size_t k = 0; k < n; ++k)
                dx[i][k] += dy[i][j] * gamma[j] / m.deviation *
                            ((j == k ? 1.0 : 0.0) - (1 + normal(j) * normal(k)) / static_cast<double>(n));
        }
    }
    add(gradients[name + ".gamma"], d_gamma);
    add(gradients[name + ".beta"], d_beta);
    return dx;
}

}  // namespace quench::trainer::reference
