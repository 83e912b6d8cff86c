#include "trainer/mlpf/network.hpp"

#include "trainer/mlpf/positions.hpp"
#include "trainer/mlpf/some_rows.hpp"

namespace quench::trainer::mlpf {
namespace {

nn::FfnShape node_shape(const Hyperparameters& h, Index encoded) {
    return {.in = encoded, .hidden = h.encoding_hidden, .layers = 1, .out = h.graph.width};
}

Index width_of_stream(const Hyperparameters& h, Index layers, Index encoded) {
    if (h.stacking == Stacking::additive || h.model == Model::transformer) return h.graph.width;
    return layers * h.graph.width + (h.skip_connection ? encoded : 0);
}

}  // namespace

template <class Scalar>
Network<Scalar>::Network(nn::Parameters<Scalar>& parameters, const Hyperparameters& h, Index feature_columns)
    : hyper_(h),
      encoded_columns_(encoded_columns(h.encoding, feature_columns)),
      node_(parameters, "encoding", node_shape(h, encoded_columns_), nn::Activation::elu),
      classification_(make_stack(parameters, "classification", h.id_layers)),
      regression_(make_stack(parameters, "regression", h.reg_layers)),
      transformer_(h.model == Model::transformer
                       ? std::make_unique<const Transformer<Scalar>>(parameters, transformer_of(h))
                       : nullptr),
      first_of_heads_(static_cast<Index>(parameters.size())),
      heads_(parameters, h, {.z = stream_width(h.id_layers), .r = stream_width(h.reg_layers)}) {}

template <class Scalar>
Index Network<Scalar>::stream_width(Index layers) const {
    return width_of_stream(hyper_, layers, encoded_columns_);
}

template <class Scalar>
auto Network<Scalar>::make_stack(nn::Parameters<Scalar>& parameters, const std::string& name,
                                 Index layers) const -> Stack {
    Stack stack;
    if (hyper_.model == Model::transformer) return stack;
    for (Index i = 0; i < layers; ++i) {
        const std::string layer = name + "." + std::to_string(i);
        stack.first_parameter.push_back(static_cast<Index>(parameters.size()));
        if (hyper_.model == Model::gnn)
            stack.graphs.emplace_back(parameters, layer, hyper_.graph);
        else
            stack.dense.emplace_back(parameters, layer, hyper_.graph.width, hyper_.graph.width,
                                     nn::Activation::elu);
    }
    return stack;
}

template <class Scalar>
void Network<Scalar>::forward(const Stack& stack, const nn::Parameters<Scalar>& parameters,
                              const Matrix<Scalar>& x, const Cache& whole, const std::vector<Index>& events,
                              StackCache& cache, Binning binning, const nn::Dropping& dropping) const {
    const bool additive = hyper_.stacking == Stacking::additive;
    const Index width = hyper_.graph.width;
    cache.graphs.resize(hyper_.model == Model::gnn ? stack.size() : 0);
    cache.outputs.resize(stack.size());
    cache.inputs.resize(stack.size() + 1);
    cache.inputs[0] = x;
    if (!additive) cache.stream.resize(x.rows(), stream_width(static_cast<Index>(stack.size())));
    for (std::size_t i = 0; i < stack.size(); ++i) {
        const Matrix<Scalar>* y = nullptr;
        if (hyper_.model == Model::gnn) {
            y = &stack.graphs[i].forward(parameters, cache.inputs[i], events, cache.graphs[i], binning,
                                         dropping, uses_positions() ? &whole.positions : nullptr);
        } else {
            stack.dense[i].forward(parameters, cache.inputs[i], cache.outputs[i]);
            y = &cache.outputs[i];
        }
        if (additive) {
            cache.inputs[i + 1].resize(x.rows(), width);
            cache.inputs[i + 1].noalias() = cache.inputs[i] + *y;
        } else {
            cache.inputs[i + 1] = *y;
            cache.stream.middleCols(static_cast<Index>(i) * width, width) = *y;
        }
    }
    if (additive)
        cache.stream = cache.inputs.back();
    else if (hyper_.skip_connection)
        cache.stream.rightCols(encoded_columns_) = whole.encoded;
}

template <class Scalar>
void Network<Scalar>::backward(const Stack& stack, const nn::Parameters<Scalar>& parameters,
                               const StackCache& cache, const Matrix<Scalar>& d_stream,
                               nn::Gradients<Scalar>& gradients,
                               typename GraphLayer<Scalar>::Scratch& scratch, Matrix<Scalar>& dx,
                               const std::function<void(Index)>& final_from) const {
    const bool additive = hyper_.stacking == Stacking::additive;
    const Index width = hyper_.graph.width;
    // d: of what leaves layer i and enters layer i + 1.
    Matrix<Scalar> d = additive ? d_stream : Matrix<Scalar>::Zero(d_stream.rows(), width);
    Matrix<Scalar> below;
    for (std::size_t i = stack.size(); i-- > 0;) {
        if (additive) {
            below = d;
        } else {
            d += d_stream.middleCols(static_cast<Index>(i) * width, width);
            below.setZero(d.rows(), width);
        }
        if (hyper_.model == Model::gnn)
            stack.graphs[i].backward(parameters, cache.graphs[i], d, gradients, scratch, below);
        else
            stack.dense[i].backward(parameters, cache.inputs[i], cache.outputs[i], d, gradients, &below);
        d.swap(below);
        if (final_from) final_from(stack.first_parameter[i]);
    }
    dx += d;
}

template <class Scalar>
void Network<Scalar>::encode_features(const Matrix<Scalar>& features, Cache& cache) const {
    encode(hyper_.encoding, features, cache.encoded);
    standardization_.apply(cache.encoded);
    if (uses_positions()) calorimeter_positions(features, cache.positions);
}

template <class Scalar>
const Outputs<Scalar>& Network<Scalar>::forward(const nn::Parameters<Scalar>& p, const Batch<Scalar>& batch,
                                                Cache& cache, Binning binning,
                                                std::optional<nn::DropoutKey> dropout) const {
    const nn::Dropping dropping{dropout, batch.numbers, batch.begin};
    encode_features(batch.features, cache);
    const Matrix<Scalar>& x = node_.forward(p, cache.encoded, cache.node);
    if (transformer_) {
        transformer_->forward(p, x, batch.begin, cache.transformer);
        return heads_.forward(p, batch.features, transformer_->z(cache.transformer),
                              transformer_->r(cache.transformer), cache.heads, dropping);
    }
    forward(classification_, p, x, cache, batch.begin, cache.classification, binning, dropping);
    forward(regression_, p, x, cache, batch.begin, cache.regression, binning, dropping);
    return heads_.forward(p, batch.features, cache.classification.stream, cache.regression.stream,
                          cache.heads, dropping);
}

// From space.x, by way of space.h.
template <class Scalar>
void Network<Scalar>::infer(const Stack& stack, const nn::Parameters<Scalar>& parameters, Space& space,
                            Matrix<Scalar>& stream) const {
    const bool additive = hyper_.stacking == Stacking::additive;
    const Index width = hyper_.graph.width;
    const Matrix<Scalar>* in = &space.x;
    for (std::size_t i = 0; i < stack.size(); ++i) {
        if (hyper_.model == Model::gnn)
            stack.graphs[i].infer(parameters, *in, uses_positions() ? &space.positions : nullptr, space.graph,
                                  space.y);
        else
            stack.dense[i].forward(parameters, *in, space.y);
        if (additive) {
            space.h.resize(space.y.rows(), width);
            space.h.noalias() = *in + space.y;
        } else {
            stream.middleCols(static_cast<Index>(i) * width, width) = space.y;
            space.h.swap(space.y);
        }
        in = &space.h;
    }
    if (additive) stream = *in;
}

template <class Scalar>
const Outputs<Scalar>& Network<Scalar>::infer(const nn::Parameters<Scalar>& p, const Matrix<Scalar>& features,
                                              Space& space) const {
    const Index all = features.rows();
    Cache& cache = space.cache;
    space.x.resize(all, hyper_.graph.width);
    space.z.resize(all, stream_width(hyper_.id_layers));
    space.r.resize(all, stream_width(hyper_.reg_layers));
    if (uses_positions()) calorimeter_positions(features, space.positions);
    const bool skips =
        hyper_.model != Model::transformer && hyper_.stacking == Stacking::concat && hyper_.skip_connection;
    some_rows_at_a_time(all, [&](Index first, Index rows) {
        space.features = features.middleRows(first, rows);
        encode_features(space.features, cache);
        space.x.middleRows(first, rows) = node_.forward(p, cache.encoded, cache.node);
        if (!skips) return;
        for (Matrix<Scalar>* stream : {&space.z, &space.r})
            stream->block(first, stream->cols() - encoded_columns_, rows, encoded_columns_) = cache.encoded;
    });
    if (transformer_) {
        transformer_->infer(p, space.x, space.attention, space.z, space.r);
    } else {
        infer(classification_, p, space, space.z);
        infer(regression_, p, space, space.r);
    }
    Outputs<Scalar>& out = space.outputs;
    out.logits.resize(all, classes);
    out.charge.resize(all, charges);
    out.momentum.resize(all, momentum_columns);
    some_rows_at_a_time(all, [&](Index first, Index rows) {
        const Outputs<Scalar>& part =
            heads_.forward(p, features.middleRows(first, rows), space.z.middleRows(first, rows),
                           space.r.middleRows(first, rows), cache.heads);
        out.logits.middleRows(first, rows) = part.logits;
        out.charge.middleRows(first, rows) = part.charge;
        out.momentum.middleRows(first, rows) = part.momentum;
    });
    return out;
}

template <class Scalar>
void Network<Scalar>::backward(const nn::Parameters<Scalar>& p, const Batch<Scalar>& batch, Cache& cache,
                               const Outputs<Scalar>& d_outputs, nn::Gradients<Scalar>& gradients,
                               const std::function<void(Index)>& final_from) const {
    Matrix<Scalar> dz, dr;
    heads_.backward(p, batch.features, cache.heads, d_outputs, gradients, dz, dr);
    if (final_from) final_from(first_of_heads_);
    Matrix<Scalar> dx = Matrix<Scalar>::Zero(batch.rows(), hyper_.graph.width);
    if (transformer_) {
        transformer_->backward(p, batch.begin, cache.transformer, dz, dr, gradients, dx, final_from);
    } else {
        backward(regression_, p, cache.regression, dr, gradients, cache.scratch, dx, final_from);
        backward(classification_, p, cache.classification, dz, gradients, cache.scratch, dx, final_from);
    }
    node_.backward(p, cache.encoded, cache.node, dx, gradients, nullptr);
    if (final_from) final_from(0);
}

double parameter_count(const Hyperparameters& h, Index feature_columns) {
    const Index encoded = encoded_columns(h.encoding, feature_columns);
    const nn::FfnShape dense{.in = h.graph.width, .layers = 0, .out = h.graph.width};
    const double layer = h.model == Model::gnn ? parameter_count(h.graph) : nn::parameter_count(dense);
    const double layers = h.model == Model::transformer
                              ? parameter_count(transformer_of(h))
                              : static_cast<double>(h.id_layers + h.reg_layers) * layer;
    return nn::parameter_count(node_shape(h, encoded)) + layers +
           parameter_count(h.heads, width_of_stream(h, h.id_layers, encoded),
                           width_of_stream(h, h.reg_layers, encoded));
}

template class Network<float>;
template class Network<double>;

}  // namespace quench::trainer::mlpf
