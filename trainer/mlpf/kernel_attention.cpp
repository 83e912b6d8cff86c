#include "trainer/mlpf/kernel_attention.hpp"

#include "base/random.hpp"

#include <cmath>

#include <Eigen/QR>

namespace quench::trainer::mlpf {
namespace {

constexpr double least_denominator = 1e-6;

// Blocks of orthogonal rows, each with the length of a normal vector of d numbers.
Matrix<double> orthogonal_rows(std::uint64_t seed, const std::string& name, Index rows, Index d) {
    base::Rng rng(seed, "projection." + name);
    const auto normal = [&](Index n, Index m) {
        Matrix<double> out(n, m);
        for (Index i = 0; i < out.size(); ++i) out.data()[i] = rng.normal();
        return out;
    };
    Matrix<double> out(rows, d);
    for (Index first = 0; first < rows; first += d) {
        const Eigen::HouseholderQR<Matrix<double>> qr(normal(d, d));
        const Matrix<double> q = qr.householderQ();
        const Index count = std::min(d, rows - first);
        out.middleRows(first, count) = q.topRows(count);
    }
    const Matrix<double> lengths = normal(rows, d);
    for (Index i = 0; i < rows; ++i) out.row(i) *= lengths.row(i).norm();
    return out;
}

}  // namespace

double parameter_count(const AttentionShape& s) {
    const nn::FfnShape in{.in = s.width, .layers = 0, .out = s.heads * s.width};
    const nn::FfnShape out{.in = s.heads * s.width, .layers = 0, .out = s.width};
    return 3 * nn::parameter_count(in) + nn::parameter_count(out);
}

template <class Scalar>
KernelAttention<Scalar>::KernelAttention(nn::Parameters<Scalar>& p, const std::string& name,
                                         const AttentionShape& s)
    : shape_(s),
      query_(p, name + ".query", s.width, s.heads * s.width),
      key_(p, name + ".key", s.width, s.heads * s.width),
      value_(p, name + ".value", s.width, s.heads * s.width),
      output_(p, name + ".output", s.heads * s.width, s.width),
      projection_((orthogonal_rows(p.seed(), name, s.features, s.width) /
                   std::sqrt(std::sqrt(static_cast<double>(s.width))))
                      .template cast<Scalar>()) {}

// phi of every head: rows x h d to rows x h m.
template <class Scalar>
void KernelAttention<Scalar>::map_features(const Matrix<Scalar>& x, Matrix<Scalar>& phi) const {
    const Index d = shape_.width, m = shape_.features;
    const auto scale = static_cast<Scalar>(1 / std::sqrt(static_cast<double>(m)));
    phi.resize(x.rows(), shape_.heads * m);
    for (Index head = 0; head < shape_.heads; ++head)
        phi.middleCols(head * m, m).noalias() = x.middleCols(head * d, d) * projection_.transpose();
    for (Index i = 0; i < phi.rows(); ++i) {
        auto row = phi.row(i).array();
        row = (nn::elu(row) + Scalar(1)) * scale;
    }
}

// dx <- the gradient of x, from that of phi(x), which is overwritten.
template <class Scalar>
void KernelAttention<Scalar>::map_features_backward(const Matrix<Scalar>& phi, Matrix<Scalar>& d_phi,
                                                    Matrix<Scalar>& dx) const {
    const Index d = shape_.width, m = shape_.features;
    const auto scale = static_cast<Scalar>(1 / std::sqrt(static_cast<double>(m)));
    // elu's slope is exp(u) = its output + 1 = phi / scale below 0, and 1 above.
    for (Index i = 0; i < phi.rows(); ++i) d_phi.row(i).array() *= phi.row(i).array().min(scale);
    dx.resize(phi.rows(), shape_.heads * d);
    for (Index head = 0; head < shape_.heads; ++head)
        dx.middleCols(head * d, d).noalias() = d_phi.middleCols(head * m, m) * projection_;
}

template <class Scalar>
void KernelAttention<Scalar>::begin(Index events, Cache& cache) const {
    cache.kv.resize(static_cast<std::size_t>(events * shape_.heads));
    for (Matrix<Scalar>& kv : cache.kv) kv.setZero(shape_.features, shape_.width);
    cache.key_sum.setZero(events, shape_.heads * shape_.features);
}

template <class Scalar>
void KernelAttention<Scalar>::read_keys(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_kv,
                                        Cache& cache) const {
    key_.forward(parameters, x_kv, cache.k);
    value_.forward(parameters, x_kv, cache.v);
    map_features(cache.k, cache.phi_k);
}

template <class Scalar>
void KernelAttention<Scalar>::read_queries(const nn::Parameters<Scalar>& parameters,
                                           const Matrix<Scalar>& x_q, Cache& cache) const {
    query_.forward(parameters, x_q, cache.q);
    map_features(cache.q, cache.phi_q);
    cache.denominator.resize(x_q.rows(), shape_.heads);
    cache.mixed.resize(x_q.rows(), shape_.heads * shape_.width);
}

// Adds these rows to what their event's queries meet.
template <class Scalar>
void KernelAttention<Scalar>::sum_keys(const Rows& at, Cache& cache) const {
    const Index d = shape_.width, m = shape_.features;
    nn::add_rows<Scalar>(cache.key_sum.row(static_cast<Index>(at.event)),
                         cache.phi_k.middleRows(at.first, at.count));
    for (Index head = 0; head < shape_.heads; ++head)
        cache.kv[place_of(at.event, head)].noalias() +=
            cache.phi_k.block(at.first, head * m, at.count, m).transpose() *
            cache.v.block(at.first, head * d, at.count, d);
}

template <class Scalar>
void KernelAttention<Scalar>::mix_values(const Rows& at, Cache& cache) const {
    const Index d = shape_.width, m = shape_.features;
    const auto key_sum = cache.key_sum.row(static_cast<Index>(at.event));
    for (Index head = 0; head < shape_.heads; ++head) {
        const auto phi_q = cache.phi_q.block(at.first, head * m, at.count, m);
        auto mixed = cache.mixed.block(at.first, head * d, at.count, d);
        auto denominator = cache.denominator.block(at.first, head, at.count, 1);
        denominator.noalias() = phi_q * key_sum.segment(head * m, m).transpose();
        denominator.array() += static_cast<Scalar>(least_denominator);
        mixed.noalias() = phi_q * cache.kv[place_of(at.event, head)];
        for (Index i = 0; i < at.count; ++i) mixed.row(i) /= denominator(i, 0);
    }
}

template <class Scalar>
const Matrix<Scalar>& KernelAttention<Scalar>::forward(const nn::Parameters<Scalar>& parameters,
                                                       const Matrix<Scalar>& x_q, const Matrix<Scalar>& x_kv,
                                                       const std::vector<Index>& events, Cache& cache) const {
    const std::size_t count = events.size() - 1;
    begin(static_cast<Index>(count), cache);
    read_keys(parameters, x_kv, cache);
    read_queries(parameters, x_q, cache);
    for (std::size_t event = 0; event < count; ++event) {
        const Rows rows{events[event], events[event + 1] - events[event], event};
        sum_keys(rows, cache);
        mix_values(rows, cache);
    }
    output_.forward(parameters, cache.mixed, cache.output);
    return cache.output;
}

template <class Scalar>
void KernelAttention<Scalar>::add_keys(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_kv,
                                       Cache& cache) const {
    read_keys(parameters, x_kv, cache);
    sum_keys({0, x_kv.rows(), 0}, cache);
}

template <class Scalar>
const Matrix<Scalar>& KernelAttention<Scalar>::answer(const nn::Parameters<Scalar>& parameters,
                                                      const Matrix<Scalar>& x_q, Cache& cache) const {
    read_queries(parameters, x_q, cache);
    mix_values({0, x_q.rows(), 0}, cache);
    output_.forward(parameters, cache.mixed, cache.output);
    return cache.output;
}

template <class Scalar>
void KernelAttention<Scalar>::backward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x_q,
                                       const Matrix<Scalar>& x_kv, const std::vector<Index>& events,
                                       const Cache& cache, Matrix<Scalar>& dy,
                                       nn::Gradients<Scalar>& gradients, Matrix<Scalar>& dx_q,
                                       Matrix<Scalar>& dx_kv) const {
    const Index d = shape_.width, m = shape_.features, heads = shape_.heads, rows_all = x_q.rows();
    Matrix<Scalar> d_mixed = Matrix<Scalar>::Zero(rows_all, heads * d);
    output_.backward(parameters, cache.mixed, cache.output, dy, gradients, &d_mixed);

    Matrix<Scalar> d_phi_q(rows_all, heads * m), d_phi_k(rows_all, heads * m), d_v(rows_all, heads * d);
    Matrix<Scalar> d_kv(m, d);
    nn::Vector<Scalar> d_denominator;
    for (std::size_t event = 0; event + 1 < events.size(); ++event) {
        const Index first = events[event], rows = events[event + 1] - first;
        for (Index head = 0; head < heads; ++head) {
            const Matrix<Scalar>& kv = cache.kv[place_of(event, head)];
            const auto key_sum = cache.key_sum.row(static_cast<Index>(event)).segment(head * m, m);
            const auto phi_q = cache.phi_q.block(first, head * m, rows, m);
            const auto phi_k = cache.phi_k.block(first, head * m, rows, m);
            const auto mixed = cache.mixed.block(first, head * d, rows, d);
            auto d_numerator = d_mixed.block(first, head * d, rows, d);
            d_denominator.resize(rows);
            for (Index i = 0; i < rows; ++i) {
                d_numerator.row(i) /= cache.denominator(first + i, head);
                d_denominator(i) = -d_numerator.row(i).dot(mixed.row(i));
            }
            auto d_q = d_phi_q.block(first, head * m, rows, m);
            auto d_k = d_phi_k.block(first, head * m, rows, m);
            d_q.noalias() = d_numerator * kv.transpose();
            d_q.noalias() += d_denominator * key_sum;
            d_kv.noalias() = phi_q.transpose() * d_numerator;
            d_k.noalias() = cache.v.block(first, head * d, rows, d) * d_kv.transpose();
            d_k.rowwise() += (d_denominator.transpose() * phi_q).eval();
            d_v.block(first, head * d, rows, d).noalias() = phi_k * d_kv;
        }
    }
    Matrix<Scalar> d_in;
    map_features_backward(cache.phi_q, d_phi_q, d_in);
    query_.backward(parameters, x_q, cache.q, d_in, gradients, &dx_q);
    map_features_backward(cache.phi_k, d_phi_k, d_in);
    key_.backward(parameters, x_kv, cache.k, d_in, gradients, &dx_kv);
    value_.backward(parameters, x_kv, cache.v, d_v, gradients, &dx_kv);
}

template class KernelAttention<float>;
template class KernelAttention<double>;

}  // namespace quench::trainer::mlpf
