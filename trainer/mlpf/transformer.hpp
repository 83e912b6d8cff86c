// MLPF's kernel transformer (2022-24): an encoder of elements, then a decoder for classes and one for
// momenta.
#pragma once

#include "trainer/mlpf/kernel_attention.hpp"
#include "trainer/nn/layer_norm.hpp"

#include <functional>
#include <string>
#include <vector>

namespace quench::trainer::mlpf {

struct TransformerShape {
    AttentionShape attention;
    Index encoder_layers = 3;
    /// The published counts are of the decoder that the name says; its code swaps the two by mistake.
    Index id_layers = 2, reg_layers = 2;
    bool ffn_residual = false;  ///< adds the residual around the feed-forward network that the original lacks
};

/// How many numbers the encoder and the decoders train.
double parameter_count(const TransformerShape& shape);

/// x = LN(X); a = attention(queries Q, keys and values x); y = LN(x + a); out = FFN(y), or y + FFN(y). The
/// queries are X, not normalised, or one learned vector (1 x d) for all elements.
template <class Scalar>
class KernelEncoder {
  public:
    enum class Queries { own, learned };
    struct Cache {
        Matrix<Scalar> input, queries, sum, output;
        typename nn::LayerNorm<Scalar>::Cache before, after;
        typename KernelAttention<Scalar>::Cache attention;
        typename nn::Ffn<Scalar>::Cache ffn;
    };

    KernelEncoder(nn::Parameters<Scalar>& parameters, const std::string& name, const TransformerShape& shape,
                  Queries queries);

    /// The output stays in the cache.
    const Matrix<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                  const std::vector<Index>& events, Cache& cache) const;
    /// Makes `x`, the rows of one event, the output of forward() for them, but for rounding, some rows at a
    /// time.
    void infer(const nn::Parameters<Scalar>& parameters, Matrix<Scalar>& x, Cache& cache) const;
    /// Adds to `dx`.
    void backward(const nn::Parameters<Scalar>& parameters, const std::vector<Index>& events,
                  const Cache& cache, const Matrix<Scalar>& dy, nn::Gradients<Scalar>& gradients,
                  Matrix<Scalar>& dx) const;
    [[nodiscard]] const Matrix<Scalar>& projection() const { return attention_.projection(); }

  private:
    const Matrix<Scalar>& queries_of(const nn::Parameters<Scalar>& parameters, Cache& cache) const;
    const Matrix<Scalar>& finish(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& normed,
                                 const Matrix<Scalar>& attended, Cache& cache) const;

    Queries queries_;
    bool residual_;
    nn::Slice query_;  // of learned queries
    nn::LayerNorm<Scalar> before_;
    KernelAttention<Scalar> attention_;
    nn::LayerNorm<Scalar> after_;
    nn::Ffn<Scalar> ffn_;
};

/// x (rows x d) to the streams z and r (rows x d). The first layer of each decoder has learned queries.
template <class Scalar>
class Transformer {
  public:
    using Layer = KernelEncoder<Scalar>;
    using LayerCaches = std::vector<typename Layer::Cache>;
    struct Cache {
        LayerCaches encoder, id, reg;
    };

    Transformer(nn::Parameters<Scalar>& parameters, const TransformerShape& shape);

    void forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                 const std::vector<Index>& events, Cache& cache) const;
    /// One event, as KernelEncoder::infer: `x` is overwritten, `z` and `r` are written.
    void infer(const nn::Parameters<Scalar>& parameters, Matrix<Scalar>& x, typename Layer::Cache& cache,
               Matrix<Scalar>& z, Matrix<Scalar>& r) const;
    [[nodiscard]] const Matrix<Scalar>& z(const Cache& cache) const { return cache.id.back().output; }
    [[nodiscard]] const Matrix<Scalar>& r(const Cache& cache) const { return cache.reg.back().output; }
    /// Adds to `dx`; says after each layer from where on gradients are final, as Network does.
    void backward(const nn::Parameters<Scalar>& parameters, const std::vector<Index>& events,
                  const Cache& cache, const Matrix<Scalar>& dz, const Matrix<Scalar>& dr,
                  nn::Gradients<Scalar>& gradients, Matrix<Scalar>& dx,
                  const std::function<void(Index)>& final_from) const;

    struct Stack {
        std::vector<Layer> layers;
        std::vector<Index> first_parameter;
    };
    [[nodiscard]] const Stack& encoder() const { return encoder_; }
    [[nodiscard]] const Stack& id() const { return id_; }
    [[nodiscard]] const Stack& reg() const { return reg_; }

  private:
    Stack encoder_, id_, reg_;
};

extern template class KernelEncoder<float>;
extern template class KernelEncoder<double>;
extern template class Transformer<float>;
extern template class Transformer<double>;

}  // namespace quench::trainer::mlpf
