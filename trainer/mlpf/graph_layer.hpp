// The combined graph layer of MLPF's GNN with locality-sensitive hashing (Pata et al., EPJC 81:381 and
// arXiv 2203.00330; the dense form): a graph is built anew in every layer, inside bins of near elements.
#pragma once

#include "trainer/mlpf/bins.hpp"
#include "trainer/nn/dense.hpp"

#include <string>
#include <vector>

namespace quench::trainer::mlpf {

enum class Degrees { raw, normalized };

struct GraphLayerShape {
    Index width = 64;
    Index distance_dim = 16;
    Index distance_hidden = 64;
    Index distance_layers = 1;
    Index messages = 1;
    Index bin_size = 32;
    double dist_mult = 0.1;
    double clip_low = 0.0;
    Degrees degrees = Degrees::normalized;
};

/// rows x width to rows x width:
///   d = FFN(x); bins by the hash of d; A_ij = clip(exp(-dist_mult |d_i - d_j|), clip_low, 1) inside a bin;
///   then `messages` times x <- elu(g * hom + (1 - g) * het), the gated heterophily convolution with
///   hom = n A (n x T), het = x W, g = sigmoid(x G + b), n = (sum_j A_ij + 1e-6)^(-1/2), or 1 for raw
///   degrees.
/// The distance gets its gradient through A; the bins have none. Const and without state, as all layers.
template <class Scalar>
class GraphLayer {
  public:
    /// What one message needs again; rows of `sorted` are in the order of the bins.
    struct MessageCache {
        Matrix<Scalar> input, sorted, hom, het, gate, output;
    };
    struct Cache {
        typename nn::Ffn<Scalar>::Cache distance;
        Bins bins;
        Matrix<Scalar> points;                   ///< d, sorted
        std::vector<Matrix<Scalar>> adjacency;   ///< A of each bin
        std::vector<Matrix<Scalar>> slope;       ///< dA / d|d_i - d_j|^2 of each bin
        std::vector<nn::Vector<Scalar>> degree;  ///< n of each bin
        std::vector<MessageCache> messages;
    };

    GraphLayer(nn::Parameters<Scalar>& parameters, const std::string& name, const GraphLayerShape& shape);

    /// `frozen` keeps the bins that the cache holds, so that the output is differentiable; for tests.
    enum class Binning { anew, frozen };
    [[nodiscard]] Matrix<Scalar> forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                         const std::vector<Index>& events, Cache& cache,
                                         Binning binning = Binning::anew) const;
    [[nodiscard]] Matrix<Scalar> backward(nn::Parameters<Scalar>& parameters, const Cache& cache,
                                          const Matrix<Scalar>& dy) const;

  private:
    struct MessageSlices {
        nn::Slice weights;  // [T, W, G] side by side: one product gives all three
        nn::Slice bias;
    };

    void build_graph(Cache& cache) const;
    Matrix<Scalar> propagate(const Cache& cache, const Matrix<Scalar>& sorted) const;
    Matrix<Scalar> propagate_backward(const Cache& cache, const Matrix<Scalar>& sorted,
                                      const Matrix<Scalar>& dy,
                                      std::vector<Matrix<Scalar>>& d_adjacency) const;
    Matrix<Scalar> distance_backward(const Cache& cache,
                                     const std::vector<Matrix<Scalar>>& d_adjacency) const;

    GraphLayerShape shape_;
    nn::Ffn<Scalar> distance_;
    std::vector<MessageSlices> messages_;
    Matrix<Scalar> codebook_;  // fixed, not trained
};

extern template class GraphLayer<float>;
extern template class GraphLayer<double>;

}  // namespace quench::trainer::mlpf
