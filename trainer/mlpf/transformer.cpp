#include "trainer/mlpf/transformer.hpp"

#include "trainer/mlpf/some_rows.hpp"

namespace quench::trainer::mlpf {
namespace {

constexpr double standard_deviation = 0.05;  // of learned queries, as Keras begins them

nn::FfnShape ffn_of(const AttentionShape& s) {
    return {.in = s.width, .hidden = s.width, .layers = 1, .out = s.width};
}

template <class Scalar>
auto make_stack(nn::Parameters<Scalar>& parameters, const std::string& name, Index layers,
                const TransformerShape& shape, typename KernelEncoder<Scalar>::Queries first) {
    using Layer = KernelEncoder<Scalar>;
    typename Transformer<Scalar>::Stack stack;
    for (Index i = 0; i < layers; ++i) {
        stack.first_parameter.push_back(static_cast<Index>(parameters.size()));
        stack.layers.emplace_back(parameters, name + "." + std::to_string(i), shape,
                                  i == 0 ? first : Layer::Queries::own);
    }
    return stack;
}

}  // namespace

double parameter_count(const TransformerShape& s) {
    const auto width = static_cast<double>(s.attention.width);
    const double layer = parameter_count(s.attention) + nn::parameter_count(ffn_of(s.attention)) + 4 * width;
    return static_cast<double>(s.encoder_layers + s.id_layers + s.reg_layers) * layer + 2 * width;
}

template <class Scalar>
KernelEncoder<Scalar>::KernelEncoder(nn::Parameters<Scalar>& p, const std::string& name,
                                     const TransformerShape& shape, Queries queries)
    : queries_(queries),
      residual_(shape.ffn_residual),
      query_(queries == Queries::learned ? p.add(name + ".learned_query", 1, shape.attention.width,
                                                 {nn::Initial::Kind::normal, standard_deviation})
                                         : nn::Slice{}),
      before_(p, name + ".norm_before", shape.attention.width),
      attention_(p, name + ".attention", shape.attention),
      after_(p, name + ".norm_after", shape.attention.width),
      ffn_(p, name + ".ffn", ffn_of(shape.attention)) {}

// Queries, from the cache's input.
template <class Scalar>
const Matrix<Scalar>& KernelEncoder<Scalar>::queries_of(const nn::Parameters<Scalar>& p, Cache& cache) const {
    if (queries_ == Queries::own) return cache.input;
    cache.queries = p.value(query_).row(0).replicate(cache.input.rows(), 1);
    return cache.queries;
}

// What follows the attention, to the output.
template <class Scalar>
const Matrix<Scalar>& KernelEncoder<Scalar>::finish(const nn::Parameters<Scalar>& p,
                                                    const Matrix<Scalar>& normed,
                                                    const Matrix<Scalar>& attended, Cache& cache) const {
    cache.sum = normed + attended;
    const Matrix<Scalar>& y = after_.forward(p, cache.sum, cache.after);
    cache.output = ffn_.forward(p, y, cache.ffn);
    if (residual_) cache.output += y;
    return cache.output;
}

template <class Scalar>
const Matrix<Scalar>& KernelEncoder<Scalar>::forward(const nn::Parameters<Scalar>& p, const Matrix<Scalar>& x,
                                                     const std::vector<Index>& events, Cache& cache) const {
    cache.input = x;
    const Matrix<Scalar>& normed = before_.forward(p, x, cache.before);
    return finish(p, normed, attention_.forward(p, queries_of(p, cache), normed, events, cache.attention),
                  cache);
}

template <class Scalar>
void KernelEncoder<Scalar>::infer(const nn::Parameters<Scalar>& p, Matrix<Scalar>& x, Cache& cache) const {
    attention_.begin(1, cache.attention);
    some_rows_at_a_time(x.rows(), [&](Index first, Index rows) {
        attention_.add_keys(p, before_.forward(p, x.middleRows(first, rows), cache.before), cache.attention);
    });
    some_rows_at_a_time(x.rows(), [&](Index first, Index rows) {
        cache.input = x.middleRows(first, rows);
        const Matrix<Scalar>& normed = before_.forward(p, cache.input, cache.before);
        x.middleRows(first, rows) =
            finish(p, normed, attention_.answer(p, queries_of(p, cache), cache.attention), cache);
    });
}

template <class Scalar>
void KernelEncoder<Scalar>::backward(const nn::Parameters<Scalar>& p, const std::vector<Index>& events,
                                     const Cache& cache, const Matrix<Scalar>& dy,
                                     nn::Gradients<Scalar>& gradients, Matrix<Scalar>& dx) const {
    const Index rows = dy.rows(), width = dy.cols();
    Matrix<Scalar> d_out = dy;
    Matrix<Scalar> d_y = residual_ ? dy : Matrix<Scalar>::Zero(rows, width);
    ffn_.backward(p, cache.after.output, cache.ffn, d_out, gradients, &d_y);
    Matrix<Scalar> d_normed = Matrix<Scalar>::Zero(rows, width);
    after_.backward(p, cache.after, d_y, gradients, d_normed);
    d_out = d_normed;  // of the attention; and x + a passes it on to x as it is
    if (queries_ == Queries::learned) {
        Matrix<Scalar> d_queries = Matrix<Scalar>::Zero(rows, width);
        attention_.backward(p, cache.queries, cache.before.output, events, cache.attention, d_out, gradients,
                            d_queries, d_normed);
        nn::add_rows<Scalar>(gradients.of(query_), d_queries);
    } else {
        attention_.backward(p, cache.input, cache.before.output, events, cache.attention, d_out, gradients,
                            dx, d_normed);
    }
    before_.backward(p, cache.before, d_normed, gradients, dx);
}

template <class Scalar>
Transformer<Scalar>::Transformer(nn::Parameters<Scalar>& parameters, const TransformerShape& s)
    : encoder_(make_stack(parameters, "encoder", s.encoder_layers, s, Layer::Queries::own)),
      id_(make_stack(parameters, "classification", s.id_layers, s, Layer::Queries::learned)),
      reg_(make_stack(parameters, "regression", s.reg_layers, s, Layer::Queries::learned)) {}

template <class Scalar>
void Transformer<Scalar>::forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                  const std::vector<Index>& events, Cache& cache) const {
    const auto run = [&](const Stack& stack, const Matrix<Scalar>* in, LayerCaches& caches) {
        caches.resize(stack.layers.size());
        for (std::size_t i = 0; i < stack.layers.size(); ++i)
            in = &stack.layers[i].forward(parameters, *in, events, caches[i]);
        return in;
    };
    const Matrix<Scalar>* encoded = run(encoder_, &x, cache.encoder);
    (void)run(id_, encoded, cache.id);
    (void)run(reg_, encoded, cache.reg);
}

template <class Scalar>
void Transformer<Scalar>::infer(const nn::Parameters<Scalar>& parameters, Matrix<Scalar>& x,
                                typename Layer::Cache& cache, Matrix<Scalar>& z, Matrix<Scalar>& r) const {
    for (const Layer& layer : encoder_.layers) layer.infer(parameters, x, cache);
    z = x;
    for (const Layer& layer : id_.layers) layer.infer(parameters, z, cache);
    r.swap(x);
    for (const Layer& layer : reg_.layers) layer.infer(parameters, r, cache);
}

template <class Scalar>
void Transformer<Scalar>::backward(const nn::Parameters<Scalar>& parameters, const std::vector<Index>& events,
                                   const Cache& cache, const Matrix<Scalar>& dz, const Matrix<Scalar>& dr,
                                   nn::Gradients<Scalar>& gradients, Matrix<Scalar>& dx,
                                   const std::function<void(Index)>& final_from) const {
    // Adds to `d_in` what comes through a stack from the gradient of its output.
    const auto run = [&](const Stack& stack, const LayerCaches& caches, const Matrix<Scalar>& d_stack,
                         Matrix<Scalar>& d_in) {
        Matrix<Scalar> d = d_stack, below;
        for (std::size_t i = stack.layers.size(); i-- > 0;) {
            below.setZero(d.rows(), d.cols());
            stack.layers[i].backward(parameters, events, caches[i], d, gradients, below);
            d.swap(below);
            if (final_from) final_from(stack.first_parameter[i]);
        }
        d_in += d;
    };
    Matrix<Scalar> d_encoded = Matrix<Scalar>::Zero(dz.rows(), dz.cols());
    run(reg_, cache.reg, dr, d_encoded);
    run(id_, cache.id, dz, d_encoded);
    run(encoder_, cache.encoder, d_encoded, dx);
}

template class KernelEncoder<float>;
template class KernelEncoder<double>;
template class Transformer<float>;
template class Transformer<double>;

}  // namespace quench::trainer::mlpf
