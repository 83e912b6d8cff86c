#include "trainer/mlpf/graph_layer.hpp"

#include "base/random.hpp"

#include <cmath>

namespace quench::trainer::mlpf {
namespace {

constexpr double standard_deviation = 0.05;  // of codebook and message weights, as published
constexpr Index most_bins = 200;             // the codebook has a direction for every two bins
constexpr double least_square = 1e-6;        // under the root, where its slope would be infinite
constexpr double least_degree = 1e-6;

Index size_of(const Bins& bins, std::size_t bin) {
    return bins.begin[bin + 1] - bins.begin[bin];
}

template <class Scalar>
Matrix<Scalar> make_codebook(std::uint64_t seed, const std::string& name, Index distance_dim) {
    base::Rng rng(seed, "codebook." + name);
    Matrix<Scalar> codebook(distance_dim, most_bins / 2);
    for (Index i = 0; i < codebook.size(); ++i)
        codebook.data()[i] = static_cast<Scalar>(standard_deviation * rng.normal());
    return codebook;
}

}  // namespace

template <class Scalar>
GraphLayer<Scalar>::GraphLayer(nn::Parameters<Scalar>& parameters, const std::string& name,
                               const GraphLayerShape& shape)
    : shape_(shape),
      distance_(parameters, name + ".distance",
                {.in = shape.width,
                 .hidden = shape.distance_hidden,
                 .layers = shape.distance_layers,
                 .out = shape.distance_dim}),
      codebook_(make_codebook<Scalar>(parameters.seed(), name, shape.distance_dim)) {
    for (Index i = 0; i < shape.messages; ++i) {
        const std::string message = name + ".message." + std::to_string(i);
        messages_.push_back({parameters.add(message + ".weights", shape.width, 3 * shape.width,
                                            {nn::Initial::Kind::normal, standard_deviation}),
                             parameters.add(message + ".bias", 1, shape.width,
                                            {nn::Initial::Kind::normal, standard_deviation})});
    }
}

template <class Scalar>
void GraphLayer<Scalar>::build_graph(Cache& cache) const {
    const auto mult = static_cast<Scalar>(shape_.dist_mult);
    const auto low = static_cast<Scalar>(shape_.clip_low);
    const std::size_t count = cache.bins.begin.size() - 1;
    cache.adjacency.resize(count);
    cache.slope.resize(count);
    cache.degree.resize(count);
    for (std::size_t bin = 0; bin < count; ++bin) {
        const Index n = size_of(cache.bins, bin);
        const auto d = cache.points.middleRows(cache.bins.begin[bin], n);
        const nn::Vector<Scalar> norm = d.rowwise().squaredNorm();
        Matrix<Scalar> square = Scalar(-2) * d * d.transpose();
        square.colwise() += norm;
        square.rowwise() += norm.transpose();

        const auto inside = square.array() > static_cast<Scalar>(least_square);
        const Matrix<Scalar> root = square.array().max(static_cast<Scalar>(least_square)).sqrt().matrix();
        const Matrix<Scalar> kernel = (root.array() * -mult).exp().matrix();
        cache.slope[bin] = (inside && kernel.array() > low)
                               .select(kernel.array() * (Scalar(-0.5) * mult) / root.array(), Scalar(0))
                               .matrix();
        cache.adjacency[bin] = kernel.array().max(low).min(Scalar(1)).matrix();
        if (shape_.degrees == Degrees::normalized)
            cache.degree[bin] =
                (cache.adjacency[bin].rowwise().sum().array() + static_cast<Scalar>(least_degree)).rsqrt();
        else
            cache.degree[bin] = nn::Vector<Scalar>::Ones(n);
    }
}

// n A (n x) inside each bin; rows in the order of the bins.
template <class Scalar>
Matrix<Scalar> GraphLayer<Scalar>::propagate(const Cache& cache, const Matrix<Scalar>& sorted) const {
    Matrix<Scalar> out(sorted.rows(), sorted.cols());
    for (std::size_t bin = 0; bin + 1 < cache.bins.begin.size(); ++bin) {
        const Index first = cache.bins.begin[bin];
        const Index n = size_of(cache.bins, bin);
        const auto degree = cache.degree[bin].asDiagonal();
        const Matrix<Scalar> scaled = degree * sorted.middleRows(first, n);
        Matrix<Scalar> sum(n, sorted.cols());
        sum.noalias() = cache.adjacency[bin] * scaled;
        out.middleRows(first, n) = degree * sum;
    }
    return out;
}

// The gradient of propagate's input; that of A is added to d_adjacency, also the part that comes through n.
template <class Scalar>
Matrix<Scalar> GraphLayer<Scalar>::propagate_backward(const Cache& cache, const Matrix<Scalar>& sorted,
                                                      const Matrix<Scalar>& dy,
                                                      std::vector<Matrix<Scalar>>& d_adjacency) const {
    Matrix<Scalar> dx(sorted.rows(), sorted.cols());
    for (std::size_t bin = 0; bin + 1 < cache.bins.begin.size(); ++bin) {
        const Index first = cache.bins.begin[bin];
        const Index n = size_of(cache.bins, bin);
        const auto x = sorted.middleRows(first, n);
        const auto y_gradient = dy.middleRows(first, n);
        const nn::Vector<Scalar>& degree = cache.degree[bin];
        const Matrix<Scalar> scaled = degree.asDiagonal() * x;
        const Matrix<Scalar> d_sum = degree.asDiagonal() * y_gradient;
        Matrix<Scalar> d_scaled(n, sorted.cols());
        d_scaled.noalias() = cache.adjacency[bin].transpose() * d_sum;
        d_adjacency[bin].noalias() += d_sum * scaled.transpose();
        dx.middleRows(first, n) = degree.asDiagonal() * d_scaled;
        if (shape_.degrees == Degrees::raw) continue;

        Matrix<Scalar> sum(n, sorted.cols());
        sum.noalias() = cache.adjacency[bin] * scaled;
        const nn::Vector<Scalar> d_degree =
            y_gradient.cwiseProduct(sum).rowwise().sum() + x.cwiseProduct(d_scaled).rowwise().sum();
        const nn::Vector<Scalar> d_row_sum =
            (Scalar(-0.5) * degree.array().cube() * d_degree.array()).matrix();
        d_adjacency[bin].colwise() += d_row_sum;
    }
    return dx;
}

template <class Scalar>
Matrix<Scalar> GraphLayer<Scalar>::distance_backward(const Cache& cache,
                                                     const std::vector<Matrix<Scalar>>& d_adjacency) const {
    Matrix<Scalar> d_points(cache.points.rows(), cache.points.cols());
    for (std::size_t bin = 0; bin + 1 < cache.bins.begin.size(); ++bin) {
        const Index first = cache.bins.begin[bin];
        const Index n = size_of(cache.bins, bin);
        const auto points = cache.points.middleRows(first, n);
        const Matrix<Scalar> d_square = d_adjacency[bin].cwiseProduct(cache.slope[bin]);
        const Matrix<Scalar> both = d_square + d_square.transpose();
        const nn::Vector<Scalar> total = both.rowwise().sum();
        d_points.middleRows(first, n) = Scalar(2) * (total.asDiagonal() * points - both * points);
    }
    return scatter(d_points, cache.bins);
}

template <class Scalar>
Matrix<Scalar> GraphLayer<Scalar>::forward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                           const std::vector<Index>& events, Cache& cache,
                                           Binning binning) const {
    const Matrix<Scalar> points = distance_.forward(parameters, x, cache.distance);
    if (binning == Binning::anew) cache.bins = make_bins(points, codebook_, events, shape_.bin_size);
    cache.points = gather(points, cache.bins);
    build_graph(cache);

    const Index width = shape_.width;
    cache.messages.resize(messages_.size());
    const Matrix<Scalar>* h = &x;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        MessageCache& message = cache.messages[i];
        message.input = *h;
        Matrix<Scalar> products(h->rows(), 3 * width);
        products.noalias() = *h * parameters.value(messages_[i].weights);
        products.rightCols(width).rowwise() += parameters.value(messages_[i].bias).row(0);
        message.sorted = gather<Scalar>(products.leftCols(width), cache.bins);
        message.hom = scatter(propagate(cache, message.sorted), cache.bins);
        message.het = products.middleCols(width, width);
        message.gate = nn::sigmoid<Scalar>(products.rightCols(width));
        const auto gate = message.gate.array();
        message.output =
            nn::elu<Scalar>((gate * message.hom.array() + (Scalar(1) - gate) * message.het.array()).matrix());
        h = &message.output;
    }
    return *h;
}

template <class Scalar>
Matrix<Scalar> GraphLayer<Scalar>::backward(nn::Parameters<Scalar>& parameters, const Cache& cache,
                                            const Matrix<Scalar>& dy) const {
    std::vector<Matrix<Scalar>> d_adjacency(cache.adjacency.size());
    for (std::size_t bin = 0; bin < d_adjacency.size(); ++bin)
        d_adjacency[bin].setZero(cache.adjacency[bin].rows(), cache.adjacency[bin].cols());

    const Index width = shape_.width;
    Matrix<Scalar> dh = dy;
    for (std::size_t i = messages_.size(); i-- > 0;) {
        const MessageCache& message = cache.messages[i];
        const auto gate = message.gate.array();
        const Matrix<Scalar> d_mix = nn::elu_backward<Scalar>(message.output, dh);
        const Matrix<Scalar> d_hom = (gate * d_mix.array()).matrix();
        Matrix<Scalar> d_products(dh.rows(), 3 * width);
        d_products.leftCols(width) = scatter(
            propagate_backward(cache, message.sorted, gather(d_hom, cache.bins), d_adjacency), cache.bins);
        d_products.middleCols(width, width) = ((Scalar(1) - gate) * d_mix.array()).matrix();
        d_products.rightCols(width) =
            ((message.hom - message.het).array() * d_mix.array() * gate * (Scalar(1) - gate)).matrix();

        parameters.gradient(messages_[i].weights).noalias() += message.input.transpose() * d_products;
        parameters.gradient(messages_[i].bias).row(0) += d_products.rightCols(width).colwise().sum();
        dh.noalias() = d_products * parameters.value(messages_[i].weights).transpose();
    }
    dh += distance_.backward(parameters, cache.distance, distance_backward(cache, d_adjacency));
    return dh;
}

template class GraphLayer<float>;
template class GraphLayer<double>;

}  // namespace quench::trainer::mlpf
