// Attention in linear time with a kernel in place of the softmax (Choromanski et al., arXiv 2009.14794, with
// the feature map of Katharopoulos et al., arXiv 2006.16236, behind a fixed random projection), as MLPF's
// transformer of 2022-24 has it.
#pragma once

#include "trainer/mlpf/batch.hpp"
#include "trainer/nn/dense.hpp"

#include <string>
#include <vector>

namespace quench::trainer::mlpf {

/// Projections of every head to `width` columns, as Keras's MultiHeadAttention with key_dim = width.
struct AttentionShape {
    Index width = 32;     ///< d, of input, output and each head
    Index heads = 8;      ///< h
    Index features = 32;  ///< m, random features
};

double parameter_count(const AttentionShape& shape);

/// For each head, with q, k, v = dense layers of the inputs (rows x d) and within each event:
///   phi(u) = (elu(u d^(-1/4) P^T) + 1) / sqrt(m), P (m x d) fixed: rows orthogonal in blocks of d, with the
///   lengths of normal vectors; out = phi(q) (phi(k)^T v) / (phi(q) sum phi(k) + 1e-6);
/// then a dense layer over the heads side by side. Cost is linear in the rows. Const and without state.
template <class Scalar>
class KernelAttention {
  public:
    struct Cache {
        Matrix<Scalar> q, k, v;          ///< rows x h d
        Matrix<Scalar> phi_q, phi_k;     ///< rows x h m
        std::vector<Matrix<Scalar>> kv;  ///< phi(k)^T v of each event and head, m x d
        Matrix<Scalar> key_sum;          ///< events x h m
        Matrix<Scalar> denominator;      ///< rows x h
        Matrix<Scalar> mixed;            ///< rows x h d, before the last dense layer
        Matrix<Scalar> output;           ///< rows x d
    };

    KernelAttention(nn::Parameters<Scalar>& parameters, const std::string& name, const AttentionShape& shape);

    /// Queries from `x_q`, keys and values from `x_kv`. The output stays in the cache.
    const Matrix<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_q,
                                  const Matrix<Scalar>& x_kv, const std::vector<Index>& events,
                                  Cache& cache) const;
    /// The same of one event some rows at a time, in a cache of as many rows: begin(), then add_keys() for
    /// all rows, then answer() for each, which is their output.
    void begin(Index events, Cache& cache) const;
    void add_keys(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_kv, Cache& cache) const;
    const Matrix<Scalar>& answer(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_q,
                                 Cache& cache) const;
    /// Overwrites `dy`; adds to `dx_q` and `dx_kv`, which may be one.
    void backward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_q,
                  const Matrix<Scalar>& x_kv, const std::vector<Index>& events, const Cache& cache,
                  Matrix<Scalar>& dy, nn::Gradients<Scalar>& gradients, Matrix<Scalar>& dx_q,
                  Matrix<Scalar>& dx_kv) const;

    /// P with d^(-1/4) in it, m x d.
    [[nodiscard]] const Matrix<Scalar>& projection() const { return projection_; }

  private:
    struct Rows {
        Index first, count;
        std::size_t event;
    };
    [[nodiscard]] std::size_t place_of(std::size_t event, Index head) const {
        return event * static_cast<std::size_t>(shape_.heads) + static_cast<std::size_t>(head);
    }
    void read_keys(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_kv, Cache& cache) const;
    void read_queries(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_q,
                      Cache& cache) const;
    void sum_keys(const Rows& rows, Cache& cache) const;
    void mix_values(const Rows& rows, Cache& cache) const;
    void map_features(const Matrix<Scalar>& x, Matrix<Scalar>& phi) const;
    void map_features_backward(const Matrix<Scalar>& phi, Matrix<Scalar>& d_phi, Matrix<Scalar>& dx) const;

    AttentionShape shape_;
    nn::Dense<Scalar> query_, key_, value_, output_;
    Matrix<Scalar> projection_;
};

extern template class KernelAttention<float>;
extern template class KernelAttention<double>;

}  // namespace quench::trainer::mlpf
