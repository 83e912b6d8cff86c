#include "bench/matrix_work.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace quench::bench {
namespace {

using namespace trainer;

// Counts products by form and size.
class Counter {
  public:
    void add(Form form, Index rows, Index inner, Index columns, double times = 1, bool in_double = false) {
        counts_[{form, in_double, rows, inner, columns}] += times;
    }
    // Y = X W, dW = X^T dY and, if anything asks for it, dX = dY W^T.
    void dense(Index rows, Index in, Index out, bool input_gradient = true) {
        add(Form::plain, rows, in, out);
        add(Form::left_transposed, in, rows, out);
        if (input_gradient) add(Form::right_transposed, rows, out, in);
    }
    void ffn(Index rows, const nn::FfnShape& s, bool input_gradient = true) {
        Index in = s.in;
        for (Index layer = 0; layer < s.layers; ++layer) {
            const Index width = s.halving ? std::max<Index>(1, s.hidden >> layer) : s.hidden;
            dense(rows, in, width, input_gradient || layer > 0);
            in = width;
        }
        dense(rows, in, s.out, input_gradient || s.layers > 0);
    }
    // C = A B and the gradients of A and B.
    void both(Form form, Index rows, Index inner, Index columns, double times) {
        add(form, rows, inner, columns, times);
        add(form == Form::right_transposed ? Form::plain : Form::right_transposed, rows, columns, inner,
            times);
        add(form == Form::left_transposed ? Form::plain : Form::left_transposed, inner, rows, columns, times);
    }
    [[nodiscard]] std::vector<Products> list() const {
        std::vector<Products> out;
        for (const auto& [key, times] : counts_) {
            const auto& [form, in_double, rows, inner, columns] = key;
            out.push_back({form, in_double, rows, inner, columns, times});
        }
        return out;
    }

  private:
    std::map<std::tuple<Form, bool, Index, Index, Index>, double> counts_;
};

void heads(Counter& counter, Index rows, const mlpf::HeadShape& s, Index z, Index r) {
    const auto own = [](Index value, Index others) { return value < 0 ? others : value; };
    const Index zc = z + mlpf::classes, e = zc + r + mlpf::classes;
    const auto head = [&](Index in, Index hidden, Index layers, Index out) {
        counter.ffn(rows, {.in = in, .hidden = hidden, .layers = layers, .out = out, .halving = s.halving});
    };
    head(z, own(s.id_hidden, s.hidden), own(s.id_layers, s.layers), mlpf::classes);
    head(z, own(s.charge_hidden, s.hidden), own(s.charge_layers, s.layers), mlpf::charges);
    head(zc, s.hidden, s.layers, 1);
    head(zc, s.hidden, s.layers, 2);
    head(e, s.hidden, s.layers, 1);
    head(e, s.hidden, s.layers, 2);
}

void graph_layer(Counter& counter, const mlpf::GraphLayerShape& g, const std::vector<Index>& events) {
    const Index rows = std::accumulate(events.begin(), events.end(), Index{0});
    counter.ffn(
        rows,
        {.in = g.width, .hidden = g.distance_hidden, .layers = g.distance_layers, .out = g.distance_dim});
    for (Index message = 0; message < g.messages; ++message) counter.dense(rows, g.width, 3 * g.width);
    const auto messages = static_cast<double>(g.messages);
    for (const Index event : events)
        for (Index first = 0; first < event; first += g.bin_size) {
            const Index n = std::min(g.bin_size, event - first);
            counter.add(Form::right_transposed, n, g.distance_dim, n, 1, true);  // d d^T
            counter.add(Form::plain, n, n, g.distance_dim);                      // and back to d
            counter.both(Form::plain, n, n, g.width, messages);                  // A x
        }
}

void attention_layer(Counter& counter, const mlpf::TransformerShape& t, const std::vector<Index>& events) {
    const Index d = t.attention.width, h = t.attention.heads, m = t.attention.features;
    const Index rows = std::accumulate(events.begin(), events.end(), Index{0});
    const auto heads = static_cast<double>(h);
    for (int projection = 0; projection < 3; ++projection) counter.dense(rows, d, h * d);
    counter.dense(rows, h * d, d);
    counter.ffn(rows, {.in = d, .hidden = d, .layers = 1, .out = d});
    counter.add(Form::right_transposed, rows, d, m, 2 * heads);  // phi of q and k; P is not trained
    counter.add(Form::plain, rows, m, d, 2 * heads);
    for (const Index event : events) {
        counter.both(Form::left_transposed, m, event, d, heads);  // phi(k)^T v
        counter.both(Form::plain, event, m, d, heads);            // phi(q) kv
    }
}

template <class Scalar>
double seconds_alone(const Products& p) {
    using Matrix = nn::Matrix<Scalar>;
    const Matrix a =
        p.form == Form::left_transposed ? Matrix::Random(p.inner, p.rows) : Matrix::Random(p.rows, p.inner);
    const Matrix b = p.form == Form::right_transposed ? Matrix::Random(p.columns, p.inner)
                                                      : Matrix::Random(p.inner, p.columns);
    Matrix c(p.rows, p.columns);
    const auto multiply = [&] {
        switch (p.form) {
            case Form::plain:
                c.noalias() = a * b;
                break;
            case Form::left_transposed:
                c.noalias() = a.transpose() * b;
                break;
            case Form::right_transposed:
                c.noalias() = a * b.transpose();
                break;
        }
    };
    multiply();
    const auto times = static_cast<long>(std::ceil(p.times));
    const auto begin = std::chrono::steady_clock::now();
    for (long i = 0; i < times; ++i) multiply();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return seconds * p.times / static_cast<double>(times);
}

}  // namespace

std::vector<Products> matrix_products(const mlpf::Hyperparameters& h, Index feature_columns,
                                      std::span<const std::vector<Index>> chunks) {
    const Index width = h.graph.width, encoded = mlpf::encoded_columns(h.encoding, feature_columns);
    const bool concat = h.model != mlpf::Model::transformer && h.stacking == mlpf::Stacking::concat;
    const auto stream = [&](Index layers) {
        return concat ? layers * width + (h.skip_connection ? encoded : 0) : width;
    };
    Counter counter;
    for (const std::vector<Index>& events : chunks) {
        const Index rows = std::accumulate(events.begin(), events.end(), Index{0});
        counter.ffn(rows, {.in = encoded, .hidden = h.encoding_hidden, .layers = 1, .out = width}, false);
        heads(counter, rows, h.heads, stream(h.id_layers), stream(h.reg_layers));
        const bool transformer = h.model == mlpf::Model::transformer;
        const Index layers = h.id_layers + h.reg_layers + (transformer ? h.encoder_layers : 0);
        for (Index layer = 0; layer < layers; ++layer) {
            if (transformer)
                attention_layer(counter, mlpf::transformer_of(h), events);
            else if (h.model == mlpf::Model::gnn)
                graph_layer(counter, h.graph, events);
            else
                counter.dense(rows, width, width);
        }
    }
    return counter.list();
}

double operations(std::span<const Products> products) {
    return std::transform_reduce(products.begin(), products.end(), 0.0, std::plus<>{},
                                 [](const Products& p) { return p.operations(); });
}

double seconds_alone(std::span<const Products> products) {
    return std::transform_reduce(products.begin(), products.end(), 0.0, std::plus<>{}, [](const Products& p) {
        return p.in_double ? seconds_alone<double>(p) : seconds_alone<float>(p);
    });
}

}  // namespace quench::bench
