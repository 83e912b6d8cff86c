// The MLPF network: elements in, a class, a charge and a momentum for each out.
#pragma once

#include "trainer/mlpf/heads.hpp"
#include "trainer/mlpf/hyperparameters.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace quench::trainer::mlpf {

/// Encoding -> elu(FFN) -> two stacks of layers from there, one for classes (z) and one for momenta (r) ->
/// heads. Const after construction; parameters, gradients and caches are the caller's, so several threads can
/// use one network with a cache each.
template <class Scalar>
class Network {
  public:
    using Binning = typename GraphLayer<Scalar>::Binning;
    struct StackCache {
        std::vector<typename GraphLayer<Scalar>::Cache> graphs;
        std::vector<Matrix<Scalar>> outputs;  ///< of dense layers
        std::vector<Matrix<Scalar>> inputs;   ///< of each layer
        Matrix<Scalar> stream;                ///< what leaves the stack
    };
    /// What the backward pass needs of the forward pass. Reuse it from batch to batch to save allocations.
    struct Cache {
        Matrix<Scalar> encoded;
        Matrix<Scalar> positions;  ///< if any layer uses them
        typename nn::Ffn<Scalar>::Cache node;
        StackCache classification, regression;
        typename Transformer<Scalar>::Cache transformer;
        typename Heads<Scalar>::Cache heads;
        typename GraphLayer<Scalar>::Scratch scratch;
    };

    /// `feature_columns`: of the detector, 12 or 17.
    Network(nn::Parameters<Scalar>& parameters, const Hyperparameters& hyper, Index feature_columns);

    /// What is taken off the encoded features and what they are then multiplied with (1 x encoded columns
    /// each); none at first.
    void set_standardization(Standardization<Scalar> standardization) {
        standardization_ = std::move(standardization);
    }

    /// The outputs stay in the cache. With a key, which training has, dropout drops; the batch must then
    /// stay until the backward pass.
    const Outputs<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const Batch<Scalar>& batch,
                                   Cache& cache, Binning binning = Binning::anew,
                                   std::optional<nn::DropoutKey> dropout = {}) const;
    /// What inference needs of an event. Reuse it from event to event to save allocations.
    struct Space {
        Matrix<Scalar> features;  ///< of some rows, as the cache
        Cache cache;
        Matrix<Scalar> positions;  ///< if any layer uses them
        Matrix<Scalar> x;          ///< what both stacks begin with
        Matrix<Scalar> h, y;       ///< what goes into a layer, what comes out
        Matrix<Scalar> z, r;       ///< what leaves the stacks
        typename GraphLayer<Scalar>::Space graph;
        typename Transformer<Scalar>::Layer::Cache attention;
        Outputs<Scalar> outputs;
    };
    /// The outputs of forward() for the rows of one event, but for rounding, some rows at a time: for each
    /// row the space keeps a few times the width of a layer, however many layers there are. They stay in it.
    const Outputs<Scalar>& infer(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& features,
                                 Space& space) const;
    /// Adds to `gradients`. As it goes, `final_from(offset)` says that nothing will be added any more to the
    /// gradients from that place of the block onwards; last with offset 0.
    void backward(const nn::Parameters<Scalar>& parameters, const Batch<Scalar>& batch, Cache& cache,
                  const Outputs<Scalar>& d_outputs, nn::Gradients<Scalar>& gradients,
                  const std::function<void(Index)>& final_from = {}) const;

    /// The graph layers of a stack; none for Model::mlp.
    [[nodiscard]] const std::vector<GraphLayer<Scalar>>& classification_graphs() const {
        return classification_.graphs;
    }
    [[nodiscard]] const std::vector<GraphLayer<Scalar>>& regression_graphs() const {
        return regression_.graphs;
    }
    /// Null for the other models.
    [[nodiscard]] const Transformer<Scalar>* transformer() const { return transformer_.get(); }

  private:
    /// Either graph layers or dense ones.
    struct Stack {
        std::vector<GraphLayer<Scalar>> graphs;
        std::vector<nn::Dense<Scalar>> dense;
        std::vector<Index> first_parameter;  ///< of each layer

        [[nodiscard]] std::size_t size() const { return first_parameter.size(); }
    };

    void encode_features(const Matrix<Scalar>& features, Cache& cache) const;
    Stack make_stack(nn::Parameters<Scalar>& parameters, const std::string& name, Index layers) const;
    [[nodiscard]] bool uses_positions() const {
        return hyper_.model == Model::gnn && hyper_.graph.position_scale > 0;
    }
    [[nodiscard]] Index stream_width(Index layers) const;
    void forward(const Stack& stack, const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                 const Cache& whole, const std::vector<Index>& events, StackCache& cache, Binning binning,
                 const nn::Dropping& dropping) const;
    void infer(const Stack& stack, const nn::Parameters<Scalar>& parameters, Space& space,
               Matrix<Scalar>& stream) const;
    void backward(const Stack& stack, const nn::Parameters<Scalar>& parameters, const StackCache& cache,
                  const Matrix<Scalar>& d_stream, nn::Gradients<Scalar>& gradients,
                  typename GraphLayer<Scalar>::Scratch& scratch, Matrix<Scalar>& dx,
                  const std::function<void(Index)>& final_from) const;

    Hyperparameters hyper_;
    Index encoded_columns_;
    Standardization<Scalar> standardization_;
    nn::Ffn<Scalar> node_;
    Stack classification_, regression_;  // empty for a transformer
    std::unique_ptr<const Transformer<Scalar>> transformer_;
    Index first_of_heads_;
    Heads<Scalar> heads_;
};

/// How many numbers such a network trains; counted without building it.
double parameter_count(const Hyperparameters& hyper, Index feature_columns);

extern template class Network<float>;
extern template class Network<double>;

}  // namespace quench::trainer::mlpf
