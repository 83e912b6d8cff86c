#include "trainer/mlpf/network.hpp"

namespace quench::trainer::mlpf {
namespace {

nn::FfnShape head(const Hyperparameters& h, Index in, Index out) {
    return {.in = in, .hidden = h.head_hidden, .layers = h.head_layers, .out = out};
}

template <class Scalar>
auto make_stack(nn::Parameters<Scalar>& parameters, const std::string& name, const Hyperparameters& hyper) {
    std::vector<std::variant<GraphLayer<Scalar>, nn::Dense<Scalar>>> stack;
    for (Index i = 0; i < hyper.layers; ++i) {
        const std::string layer = name + "." + std::to_string(i);
        if (hyper.model == Model::gnn)
            stack.emplace_back(GraphLayer<Scalar>(parameters, layer, hyper.graph));
        else
            stack.emplace_back(nn::Dense<Scalar>(parameters, layer, hyper.graph.width, hyper.graph.width));
    }
    return stack;
}

template <class Scalar>
Matrix<Scalar> beside(const Matrix<Scalar>& a, const Matrix<Scalar>& b) {
    Matrix<Scalar> out(a.rows(), a.cols() + b.cols());
    out << a, b;
    return out;
}

double count(const nn::FfnShape& s) {
    const auto in = static_cast<double>(s.in), out = static_cast<double>(s.out);
    if (s.layers == 0) return in * out + out;
    const auto hidden = static_cast<double>(s.hidden);
    return in * hidden + hidden + static_cast<double>(s.layers - 1) * (hidden * hidden + hidden) +
           hidden * out + out;
}

}  // namespace

template <class Scalar>
Network<Scalar>::Network(nn::Parameters<Scalar>& parameters, const Hyperparameters& h)
    : width_(h.graph.width),
      encoding_(parameters, "encoding",
                {.in = encoded_columns, .hidden = h.encoding_hidden, .layers = 1, .out = width_}),
      classification_(make_stack(parameters, "classification", h)),
      regression_(make_stack(parameters, "regression", h)),
      classes_(parameters, "classes", head(h, width_, classes)),
      eta_(parameters, "eta", head(h, width_ + classes, 1)),
      angles_(parameters, "angles", head(h, width_ + classes, 2)),
      energy_(parameters, "energy", head(h, 2 * (width_ + classes), 1)),
      pt_(parameters, "pt", head(h, 2 * (width_ + classes), 2)) {
    parameters.value(pt_.output_bias())(0, 0) = Scalar(1);
}

template <class Scalar>
Matrix<Scalar> Network<Scalar>::forward(const std::vector<Layer>& stack,
                                        const nn::Parameters<Scalar>& parameters, Matrix<Scalar> x,
                                        const std::vector<Index>& events, StackCache& cache,
                                        Binning binning) const {
    using GraphCache = typename GraphLayer<Scalar>::Cache;
    cache.layers.resize(stack.size());
    for (std::size_t i = 0; i < stack.size(); ++i) {
        if (const auto* graph = std::get_if<GraphLayer<Scalar>>(&stack[i])) {
            if (!std::holds_alternative<GraphCache>(cache.layers[i])) cache.layers[i] = GraphCache{};
            x += graph->forward(parameters, x, events, std::get<GraphCache>(cache.layers[i]), binning);
        } else {
            if (!std::holds_alternative<DenseLayerCache>(cache.layers[i]))
                cache.layers[i] = DenseLayerCache{};
            auto& dense = std::get<DenseLayerCache>(cache.layers[i]);
            dense.input = x;
            dense.output = nn::elu<Scalar>(std::get<nn::Dense<Scalar>>(stack[i]).forward(parameters, x));
            x += dense.output;
        }
    }
    return x;
}

template <class Scalar>
Matrix<Scalar> Network<Scalar>::backward(const std::vector<Layer>& stack, nn::Parameters<Scalar>& parameters,
                                         const StackCache& cache, Matrix<Scalar> dy) const {
    for (std::size_t i = stack.size(); i-- > 0;) {
        if (const auto* graph = std::get_if<GraphLayer<Scalar>>(&stack[i])) {
            dy += graph->backward(parameters, std::get<0>(cache.layers[i]), dy);
        } else {
            const auto& dense = std::get<DenseLayerCache>(cache.layers[i]);
            const Matrix<Scalar> before = nn::elu_backward<Scalar>(dense.output, dy);
            dy += std::get<nn::Dense<Scalar>>(stack[i]).backward(parameters, dense.input, before);
        }
    }
    return dy;
}

template <class Scalar>
const Outputs<Scalar>& Network<Scalar>::forward(const nn::Parameters<Scalar>& p, const Batch<Scalar>& batch,
                                                Cache& cache, Binning binning) const {
    const Matrix<Scalar>& in = batch.features;
    cache.node = nn::elu<Scalar>(encoding_.forward(p, encode(in), cache.encoding));
    const Matrix<Scalar> z =
        forward(classification_, p, cache.node, batch.begin, cache.classification, binning);
    const Matrix<Scalar> r = forward(regression_, p, cache.node, batch.begin, cache.regression, binning);

    Outputs<Scalar>& out = cache.outputs;
    out.logits = classes_.forward(p, z, cache.classes);
    const Matrix<Scalar> zc = beside(z, out.logits);
    const Matrix<Scalar> e = beside(zc, beside(r, out.logits));
    out.momentum.resize(batch.rows(), momentum_columns);
    cache.pt_factors = pt_.forward(p, e, cache.pt);
    out.momentum.col(0) =
        (in.col(1).cwiseProduct(cache.pt_factors.col(0)) + cache.pt_factors.col(1)).cwiseAbs();
    out.momentum.col(1) = in.col(2) + eta_.forward(p, zc, cache.eta);
    out.momentum.middleCols(2, 2) = in.middleCols(3, 2) + angles_.forward(p, zc, cache.angles);
    cache.energy_before = in.col(5) + energy_.forward(p, e, cache.energy);
    out.momentum.col(4) = cache.energy_before.cwiseAbs();
    return out;
}

template <class Scalar>
void Network<Scalar>::backward(nn::Parameters<Scalar>& p, const Batch<Scalar>& batch, const Cache& cache,
                               const Outputs<Scalar>& gradient) const {
    const auto sign = [](const auto& x) { return x.array().sign().matrix(); };
    const nn::Vector<Scalar> pt_in = batch.features.col(1);
    const nn::Vector<Scalar> pt_before =
        pt_in.cwiseProduct(cache.pt_factors.col(0)) + cache.pt_factors.col(1);

    Matrix<Scalar> d_pt(batch.rows(), 2);
    d_pt.col(1) = gradient.momentum.col(0).cwiseProduct(sign(pt_before));
    d_pt.col(0) = d_pt.col(1).cwiseProduct(pt_in);
    const Matrix<Scalar> d_energy = gradient.momentum.col(4).cwiseProduct(sign(cache.energy_before));
    const Matrix<Scalar> d_e = pt_.backward(p, cache.pt, d_pt) + energy_.backward(p, cache.energy, d_energy);
    const Matrix<Scalar> d_zc = eta_.backward(p, cache.eta, gradient.momentum.col(1)) +
                                angles_.backward(p, cache.angles, gradient.momentum.middleCols(2, 2));

    const Matrix<Scalar> d_z =
        classes_.backward(p, cache.classes, gradient.logits) + d_zc.leftCols(width_) + d_e.leftCols(width_);
    const Matrix<Scalar> d_r = d_e.middleCols(width_ + classes, width_);
    const Matrix<Scalar> d_node = backward(classification_, p, cache.classification, d_z) +
                                  backward(regression_, p, cache.regression, d_r);
    (void)encoding_.backward(p, cache.encoding, nn::elu_backward<Scalar>(cache.node, d_node));
}

double parameter_count(const Hyperparameters& h) {
    const Index w = h.graph.width;
    const auto wide = static_cast<double>(w);
    double layer = wide * wide + wide;
    if (h.model == Model::gnn)
        layer = count({.in = w,
                       .hidden = h.graph.distance_hidden,
                       .layers = h.graph.distance_layers,
                       .out = h.graph.distance_dim}) +
                static_cast<double>(h.graph.messages) * (3 * wide * wide + wide);
    return count({.in = encoded_columns, .hidden = h.encoding_hidden, .layers = 1, .out = w}) +
           2 * static_cast<double>(h.layers) * layer + count(head(h, w, classes)) +
           count(head(h, w + classes, 1)) + count(head(h, w + classes, 2)) +
           count(head(h, 2 * (w + classes), 1)) + count(head(h, 2 * (w + classes), 2));
}

template class Network<float>;
template class Network<double>;

}  // namespace quench::trainer::mlpf
