// The combined graph layer of MLPF's GNN with locality-sensitive hashing (Pata et al., EPJC 81:381 and
// arXiv 2203.00330; the dense form): a graph is built anew in every layer, inside bins of near elements.
#pragma once

#include "trainer/mlpf/bins.hpp"
#include "trainer/nn/dense.hpp"
#include "trainer/nn/layer_norm.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::trainer::mlpf {

struct GraphLayerShape {
    Index width = 64;
    Index distance_dim = 16;
    Index distance_hidden = 64;
    Index distance_layers = 1;
    nn::Activation distance_activation = nn::Activation::linear;
    Index messages = 1;
    Index bin_size = 32;
    double dist_mult = 0.1;
    double clip_low = 0.0;
    bool normalize_degrees = true;
    bool layer_norm = false;
    /// Above 0 the positions of elements on the calorimeter count as well, and not only what is learned:
    /// times this they are further coordinates of d, of which the learned ones begin at 0, and bins are made
    /// along a curve through eta and phi. Ours; 0 is the published layer.
    double position_scale = 0;
    double dropout = 0;  ///< after each message, in training
};

/// How many numbers such a layer trains.
double parameter_count(const GraphLayerShape& shape);

/// rows x width to rows x width:
///   x <- LN(x), if asked for; d = activation(FFN(x)), positions; bins by the hash of d, or by position;
///   A_ij = clip(exp(-dist_mult |d_i - d_j|), clip_low, 1) inside a bin;
///   then `messages` times x <- elu(g * hom + (1 - g) * het), the gated heterophily convolution with
///   hom = n A (n x T), het = x W, g = sigmoid(x G + b), n = (sum_j A_ij + 1e-6)^(-1/2), or 1 for raw
///   degrees.
/// The distance gets its gradient through A; the bins have none. Const and without state, as all layers.
///
/// Nothing leaves a bin between its hash and the last message, so rows are put in the order of the bins once
/// and back once, and only if an event has several bins.
template <class Scalar>
class GraphLayer {
  public:
    /// What one message needs again; rows in the order of the bins.
    struct MessageCache {
        Matrix<Scalar> products;  ///< x T, x W and g side by side
        Matrix<Scalar> hom, output;
        Matrix<Scalar> dropped;  ///< what is left of the output, if any of it goes
    };
    struct Cache {
        typename nn::LayerNorm<Scalar>::Cache norm;
        Matrix<Scalar> input;   ///< after the norm
        Matrix<Scalar> sorted;  ///< the same in the order of the bins, if that is another
        typename nn::Ffn<Scalar>::Cache distance;
        Matrix<Scalar> located;  ///< d, if positions are part of it
        Bins bins;
        Matrix<Scalar> points;                   ///< d, sorted
        std::vector<Matrix<Scalar>> adjacency;   ///< A of each bin
        std::vector<Matrix<Scalar>> slope;       ///< dA / d|d_i - d_j|^2 of each bin
        std::vector<nn::Vector<Scalar>> degree;  ///< n of each bin; empty for raw degrees
        std::vector<MessageCache> messages;
        Matrix<Scalar> output;
        nn::Dropping dropping;
    };
    /// Space for a backward pass; any layers may share one.
    struct Scratch {
        Matrix<Scalar> dh, d_hom, d_products, dx, d_points;
        Matrix<Scalar> scaled, d_scaled;
        std::vector<Matrix<Scalar>> d_adjacency;
    };

    GraphLayer(nn::Parameters<Scalar>& parameters, const std::string& name, const GraphLayerShape& shape);

    /// `frozen` keeps the bins that the cache holds, so that the output is differentiable; for tests.
    enum class Binning { anew, frozen };
    /// `events`: event e has the rows events[e] .. events[e+1]-1. `positions` (calorimeter_positions) are
    /// needed if the shape scales them. The output stays in the cache.
    const Matrix<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                  const std::vector<Index>& events, Cache& cache,
                                  Binning binning = Binning::anew, const nn::Dropping& dropping = {},
                                  const Matrix<Scalar>* positions = nullptr) const;
    /// Adds dL/dx to `dx`.
    void backward(const nn::Parameters<Scalar>& parameters, const Cache& cache, const Matrix<Scalar>& dy,
                  nn::Gradients<Scalar>& gradients, Scratch& scratch, Matrix<Scalar>& dx) const;

    /// What inference needs of an event: few numbers for each row, and a cache for some rows at a time.
    struct Space {
        Matrix<Scalar> input;  ///< after the norm, if there is one
        Matrix<Scalar> points;
        Matrix<Scalar> some_positions;  ///< of some rows, as the cache
        Cache cache;
    };
    /// The output of forward() for one event, but for rounding, in memory that does not leave the processor's
    /// caches however large the event is: what goes row by row is done for rows_at_once of them, then the
    /// graph for as many bins. Overwrites `y`, which is another matrix than `x`.
    void infer(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
               const Matrix<Scalar>* positions, Space& space, Matrix<Scalar>& y) const;

    /// The directions of the hash, distance_dim x 100; fixed, not trained.
    [[nodiscard]] const Matrix<Scalar>& codebook() const { return codebook_; }
    /// Where this layer's curve through eta and phi begins; fixed, not trained.
    [[nodiscard]] Origin origin() const { return origin_; }

  private:
    struct MessageSlices {
        nn::Slice weights;  // [T, W, G] side by side: one product gives all three
        nn::Slice bias;
    };

    [[nodiscard]] const Matrix<Scalar>& sent(const Cache& cache, std::size_t message) const {
        const MessageCache& m = cache.messages[message];
        return cache.dropping.drops(shape_.dropout) ? m.dropped : m.output;
    }
    // Names a message's random numbers: no two places of the block are one.
    [[nodiscard]] std::uint32_t number_of(std::size_t message) const {
        return static_cast<std::uint32_t>(messages_[message].weights.offset);
    }
    [[nodiscard]] bool by_position() const { return shape_.position_scale > 0; }
    const Matrix<Scalar>& locate(const Matrix<Scalar>& learned, const Matrix<Scalar>* positions,
                                 Cache& cache) const;
    const Matrix<Scalar>& find_points(const nn::Parameters<Scalar>& parameters, const nn::View<Scalar>& x,
                                      const Matrix<Scalar>* positions, Cache& cache) const;
    [[nodiscard]] Bins bins_of(const Matrix<Scalar>& points, const Matrix<Scalar>* positions,
                               const std::vector<Index>& events) const;
    void build_graph(Cache& cache) const;
    const Matrix<Scalar>& pass_messages(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                        Cache& cache) const;
    void send(const nn::Parameters<Scalar>& parameters, const MessageSlices& slices, const Cache& cache,
              const Matrix<Scalar>& x, MessageCache& message) const;
    void send_backward(const nn::Parameters<Scalar>& parameters, const MessageSlices& slices,
                       const Cache& cache, const Matrix<Scalar>& x, const MessageCache& message,
                       nn::Gradients<Scalar>& gradients, Scratch& scratch) const;
    void propagate_backward(const Cache& cache, std::size_t bin, const MessageCache& message,
                            Scratch& scratch) const;
    void points_backward(const Cache& cache, Scratch& scratch) const;

    GraphLayerShape shape_;
    std::optional<nn::LayerNorm<Scalar>> norm_;
    nn::Ffn<Scalar> distance_;
    std::vector<MessageSlices> messages_;
    Matrix<Scalar> codebook_;
    Origin origin_;
};

extern template class GraphLayer<float>;
extern template class GraphLayer<double>;

}  // namespace quench::trainer::mlpf
