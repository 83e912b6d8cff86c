#include "trainer/mlpf/graph_layer.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"
#include "trainer/mlpf/some_rows.hpp"

#include <numbers>

namespace quench::trainer::mlpf {
namespace {

constexpr double standard_deviation = 0.05;  // of codebook and message weights, as published
constexpr Index most_bins = 200;             // the codebook has a direction for every two bins
constexpr double least_square = 1e-6;        // under the root, where its slope would be infinite
constexpr double least_degree = 1e-6;

template <class Scalar>
Matrix<Scalar> make_codebook(std::uint64_t seed, const std::string& name, Index distance_dim) {
    base::Rng rng(seed, "codebook." + name);
    Matrix<Scalar> codebook(distance_dim, most_bins / 2);
    for (Index i = 0; i < codebook.size(); ++i)
        codebook.data()[i] = static_cast<Scalar>(standard_deviation * rng.normal());
    return codebook;
}

// Where one layer cuts what belongs together another one should not.
Origin make_origin(std::uint64_t seed, const std::string& name) {
    base::Rng rng(seed, "origin." + name);
    return {.eta = 2 * rng.uniform() - 1, .phi = 2 * std::numbers::pi * rng.uniform()};
}

nn::FfnShape distance_of(const GraphLayerShape& s) {
    return {.in = s.width, .hidden = s.distance_hidden, .layers = s.distance_layers, .out = s.distance_dim};
}

Index first_of(const Bins& bins, std::size_t bin) {
    return bins.begin[bin];
}
Index size_of(const Bins& bins, std::size_t bin) {
    return bins.begin[bin + 1] - bins.begin[bin];
}

// A and its slope of one bin, from the squared distances of its points.
template <class Scalar>
void fill_kernel(const Matrix<Scalar>& square, double dist_mult, double clip_low, Matrix<Scalar>& adjacency,
                 Matrix<Scalar>& slope) {
    const auto mult = static_cast<Scalar>(dist_mult);
    const auto low = static_cast<Scalar>(clip_low);
    const auto least = static_cast<Scalar>(least_square);
    const Index n = square.rows();
    adjacency.resize(n, n);
    slope.resize(n, n);
    for (Index i = 0; i < n; ++i) {
        auto root = slope.row(i).array();
        auto kernel = adjacency.row(i).array();
        root = square.row(i).array().max(least).sqrt();
        kernel = (root * -mult).exp();
        root = kernel * (Scalar(-0.5) * mult) / root;
        // Compilers vectorise this loop, and Eigen 3.4 does not vectorise its select().
        const Scalar* squares = square.row(i).data();
        Scalar* slopes = slope.row(i).data();
        Scalar* kernels = adjacency.row(i).data();
        for (Index j = 0; j < n; ++j) {
            const bool clipped = squares[j] <= least || kernels[j] <= low;
            slopes[j] = clipped ? Scalar(0) : slopes[j];
            kernels[j] = kernels[j] < low ? low : kernels[j];
        }
    }
}

}  // namespace

double parameter_count(const GraphLayerShape& s) {
    const auto width = static_cast<double>(s.width);
    return nn::parameter_count(distance_of(s)) + (s.layer_norm ? 2 * width : 0) +
           static_cast<double>(s.messages) * (3 * width * width + width);
}

template <class Scalar>
GraphLayer<Scalar>::GraphLayer(nn::Parameters<Scalar>& parameters, const std::string& name,
                               const GraphLayerShape& shape)
    : shape_(shape),
      norm_(shape.layer_norm ? std::optional(nn::LayerNorm<Scalar>(parameters, name + ".norm", shape.width))
                             : std::nullopt),
      distance_(parameters, name + ".distance", distance_of(shape), shape.distance_activation),
      codebook_(make_codebook<Scalar>(parameters.seed(), name, shape.distance_dim)),
      origin_(make_origin(parameters.seed(), name)) {
    if (by_position()) parameters.value(distance_.output_weights()).setZero();
    for (Index i = 0; i < shape.messages; ++i) {
        const std::string message = name + ".message." + std::to_string(i);
        messages_.push_back({parameters.add(message + ".weights", shape.width, 3 * shape.width,
                                            {nn::Initial::Kind::normal, standard_deviation}),
                             parameters.add(message + ".bias", 1, shape.width,
                                            {nn::Initial::Kind::normal, standard_deviation})});
    }
}

// d of the docstring, from its learned part.
template <class Scalar>
const Matrix<Scalar>& GraphLayer<Scalar>::locate(const Matrix<Scalar>& learned,
                                                 const Matrix<Scalar>* positions, Cache& cache) const {
    if (!by_position()) return learned;
    QUENCH_CHECK(positions != nullptr && positions->rows() == learned.rows(), "every element has a position");
    cache.located.resize(learned.rows(), learned.cols() + positions->cols());
    cache.located.leftCols(learned.cols()) = learned;
    cache.located.rightCols(positions->cols()) = *positions * static_cast<Scalar>(shape_.position_scale);
    return cache.located;
}

template <class Scalar>
void GraphLayer<Scalar>::build_graph(Cache& cache) const {
    const std::size_t count = cache.bins.begin.size() - 1;
    cache.adjacency.resize(count);
    cache.slope.resize(count);
    cache.degree.resize(count);
    Matrix<Scalar> square;
    Matrix<double> d, product;
    nn::Vector<double> norm;
    for (std::size_t bin = 0; bin < count; ++bin) {
        const Index n = size_of(cache.bins, bin);
        // In double: |a|^2 - 2ab + |b|^2 of near points is what is left of large numbers.
        d = cache.points.middleRows(first_of(cache.bins, bin), n).template cast<double>();
        product.resize(n, n);
        product.noalias() = d * d.transpose();
        square.resize(n, n);
        norm = product.diagonal();
        for (Index i = 0; i < n; ++i)
            square.row(i).array() =
                (product.row(i).array() * -2.0 + norm.transpose().array() + norm(i)).template cast<Scalar>();
        Matrix<Scalar>& adjacency = cache.adjacency[bin];
        fill_kernel(square, shape_.dist_mult, shape_.clip_low, adjacency, cache.slope[bin]);
        if (shape_.normalize_degrees)
            cache.degree[bin] =
                (adjacency.rowwise().sum().array() + static_cast<Scalar>(least_degree)).rsqrt();
    }
}

template <class Scalar>
void GraphLayer<Scalar>::send(const nn::Parameters<Scalar>& parameters, const MessageSlices& slices,
                              const Cache& cache, const Matrix<Scalar>& x, MessageCache& message) const {
    const Index width = shape_.width;
    message.products.resize(x.rows(), 3 * width);
    message.products.noalias() = x * parameters.value(slices.weights);
    message.hom.resize(x.rows(), width);
    Matrix<Scalar> scaled;
    for (std::size_t bin = 0; bin < cache.adjacency.size(); ++bin) {
        const Index first = first_of(cache.bins, bin), n = size_of(cache.bins, bin);
        const auto sent = message.products.block(first, 0, n, width);
        auto hom = message.hom.middleRows(first, n);
        if (shape_.normalize_degrees) {
            scaled = cache.degree[bin].asDiagonal() * sent;
            hom.noalias() = cache.adjacency[bin] * scaled;
            for (Index i = 0; i < n; ++i) hom.row(i) *= cache.degree[bin](i);
        } else {
            hom.noalias() = cache.adjacency[bin] * sent;
        }
    }
    const auto bias = parameters.value(slices.bias).row(0).array();
    message.output.resize(x.rows(), width);
    for (Index i = 0; i < x.rows(); ++i) {
        auto row = message.products.row(i);
        const auto het = row.segment(width, width).array();
        auto gate = row.segment(2 * width, width).array();
        gate = (gate + bias).logistic();
        auto out = message.output.row(i).array();
        out = gate * (message.hom.row(i).array() - het) + het;
        out = nn::elu(out);
    }
}

// d of all rows, whose input is kept as well.
template <class Scalar>
const Matrix<Scalar>& GraphLayer<Scalar>::find_points(const nn::Parameters<Scalar>& parameters,
                                                      const nn::View<Scalar>& x,
                                                      const Matrix<Scalar>* positions, Cache& cache) const {
    if (norm_)
        cache.input = norm_->forward(parameters, x, cache.norm);
    else
        cache.input = x;
    return locate(distance_.forward(parameters, cache.input, cache.distance), positions, cache);
}

template <class Scalar>
Bins GraphLayer<Scalar>::bins_of(const Matrix<Scalar>& points, const Matrix<Scalar>* positions,
                                 const std::vector<Index>& events) const {
    return by_position() ? make_bins(*positions, origin_, events, shape_.bin_size)
                         : make_bins(points, codebook_, events, shape_.bin_size);
}

// All messages, from the graph of the cache and `x` in the order of its bins.
template <class Scalar>
const Matrix<Scalar>& GraphLayer<Scalar>::pass_messages(const nn::Parameters<Scalar>& parameters,
                                                        const Matrix<Scalar>& x, Cache& cache) const {
    cache.messages.resize(messages_.size());
    const Matrix<Scalar>* h = &x;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        MessageCache& message = cache.messages[i];
        send(parameters, messages_[i], cache, *h, message);
        if (cache.dropping.drops(shape_.dropout)) {
            message.dropped = message.output;
            nn::dropout<Scalar>(message.dropped, shape_.dropout, cache.dropping, number_of(i));
        }
        h = &sent(cache, i);
    }
    return *h;
}

template <class Scalar>
const Matrix<Scalar>& GraphLayer<Scalar>::forward(const nn::Parameters<Scalar>& parameters,
                                                  const Matrix<Scalar>& x, const std::vector<Index>& events,
                                                  Cache& cache, Binning binning, const nn::Dropping& dropping,
                                                  const Matrix<Scalar>* positions) const {
    const Matrix<Scalar>& points = find_points(parameters, x, positions, cache);
    if (binning == Binning::anew) cache.bins = bins_of(points, positions, events);
    const bool in_order = cache.bins.in_order;
    gather(points, cache.bins, cache.points);
    if (!in_order) gather(cache.input, cache.bins, cache.sorted);
    build_graph(cache);
    cache.dropping = dropping;
    const Matrix<Scalar>& h = pass_messages(parameters, in_order ? cache.input : cache.sorted, cache);
    if (in_order) return h;
    scatter(h, cache.bins, cache.output);
    return cache.output;
}

template <class Scalar>
void GraphLayer<Scalar>::infer(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                               const Matrix<Scalar>* positions, Space& space, Matrix<Scalar>& y) const {
    Cache& cache = space.cache;
    if (norm_) space.input.resize(x.rows(), x.cols());
    const Matrix<Scalar>& input = norm_ ? space.input : x;
    some_rows_at_a_time(x.rows(), [&](Index first, Index rows) {
        if (positions != nullptr) space.some_positions = positions->middleRows(first, rows);
        const Matrix<Scalar>& points =
            find_points(parameters, x.middleRows(first, rows), &space.some_positions, cache);
        space.points.resize(x.rows(), points.cols());
        space.points.middleRows(first, rows) = points;
        if (norm_) space.input.middleRows(first, rows) = cache.input;
    });
    const Bins bins = bins_of(space.points, positions, {0, x.rows()});
    y.resize(x.rows(), x.cols());
    for (std::size_t bin = 0; bin + 1 < bins.begin.size();) {
        const Index first = bins.begin[bin];
        cache.bins.begin = {0};
        do cache.bins.begin.push_back(bins.begin[++bin] - first);
        while (bin + 1 < bins.begin.size() && bins.begin[bin + 1] - first <= rows_at_once);
        const Index rows = cache.bins.begin.back();
        cache.points.resize(rows, space.points.cols());
        cache.sorted.resize(rows, x.cols());
        const auto row_at = [&](Index place) { return bins.order[static_cast<std::size_t>(first + place)]; };
        for (Index place = 0; place < rows; ++place) {
            cache.points.row(place) = space.points.row(row_at(place));
            cache.sorted.row(place) = input.row(row_at(place));
        }
        build_graph(cache);
        const Matrix<Scalar>& h = pass_messages(parameters, cache.sorted, cache);
        for (Index place = 0; place < rows; ++place) y.row(row_at(place)) = h.row(place);
    }
}

// The gradient of products' first part, from that of hom; that of A is added to d_adjacency, also the part
// that comes through n.
template <class Scalar>
void GraphLayer<Scalar>::propagate_backward(const Cache& cache, std::size_t bin, const MessageCache& message,
                                            Scratch& scratch) const {
    const Index first = first_of(cache.bins, bin), n = size_of(cache.bins, bin);
    const Index width = shape_.width;
    const Matrix<Scalar>& adjacency = cache.adjacency[bin];
    Matrix<Scalar>& d_adjacency = scratch.d_adjacency[bin];
    const auto sent = message.products.block(first, 0, n, width);
    auto d_hom = scratch.d_hom.middleRows(first, n);
    auto d_sent = scratch.d_products.block(first, 0, n, width);
    if (!shape_.normalize_degrees) {
        d_sent.noalias() = adjacency.transpose() * d_hom;
        d_adjacency.noalias() += d_hom * sent.transpose();
        return;
    }
    const nn::Vector<Scalar>& degree = cache.degree[bin];
    const auto hom = message.hom.middleRows(first, n);
    // hom = n A (n sent), so what n_i multiplies on the left is hom_i / n_i.
    nn::Vector<Scalar> d_degree(n);
    for (Index i = 0; i < n; ++i) {
        d_degree(i) = d_hom.row(i).dot(hom.row(i)) / degree(i);
        d_hom.row(i) *= degree(i);
    }
    scratch.scaled = degree.asDiagonal() * sent;
    scratch.d_scaled.resize(n, width);
    scratch.d_scaled.noalias() = adjacency.transpose() * d_hom;
    d_adjacency.noalias() += d_hom * scratch.scaled.transpose();
    for (Index i = 0; i < n; ++i) {
        d_degree(i) += sent.row(i).dot(scratch.d_scaled.row(i));
        d_sent.row(i) = degree(i) * scratch.d_scaled.row(i);
    }
    for (Index i = 0; i < n; ++i) {
        const Scalar d_sum = Scalar(-0.5) * degree(i) * degree(i) * degree(i) * d_degree(i);
        d_adjacency.row(i).array() += d_sum;
    }
}

template <class Scalar>
void GraphLayer<Scalar>::send_backward(const nn::Parameters<Scalar>& parameters, const MessageSlices& slices,
                                       const Cache& cache, const Matrix<Scalar>& x,
                                       const MessageCache& message, nn::Gradients<Scalar>& gradients,
                                       Scratch& scratch) const {
    const Index width = shape_.width;
    scratch.d_hom.resize(x.rows(), width);
    scratch.d_products.resize(x.rows(), 3 * width);
    for (Index i = 0; i < x.rows(); ++i) {
        const auto product = message.products.row(i);
        const auto het = product.segment(width, width).array();
        const auto gate = product.segment(2 * width, width).array();
        auto d_mix = scratch.dh.row(i).array();
        auto d_product = scratch.d_products.row(i);
        d_mix *= nn::elu_slope(message.output.row(i).array());
        scratch.d_hom.row(i).array() = gate * d_mix;
        d_product.segment(width, width).array() = d_mix - scratch.d_hom.row(i).array();
        d_product.segment(2 * width, width).array() =
            (message.hom.row(i).array() - het) * scratch.d_hom.row(i).array() * (Scalar(1) - gate);
    }
    for (std::size_t bin = 0; bin < cache.adjacency.size(); ++bin)
        propagate_backward(cache, bin, message, scratch);

    gradients.of(slices.weights).noalias() += x.transpose() * scratch.d_products;
    nn::add_rows<Scalar>(gradients.of(slices.bias), scratch.d_products.rightCols(width));
    scratch.dh.noalias() = scratch.d_products * parameters.value(slices.weights).transpose();
}

// The gradient of the sorted points, from that of A.
template <class Scalar>
void GraphLayer<Scalar>::points_backward(const Cache& cache, Scratch& scratch) const {
    scratch.d_points.resize(cache.points.rows(), cache.points.cols());
    Matrix<Scalar> both;
    for (std::size_t bin = 0; bin < cache.adjacency.size(); ++bin) {
        const Index first = first_of(cache.bins, bin), n = size_of(cache.bins, bin);
        const auto points = cache.points.middleRows(first, n);
        Matrix<Scalar>& d_square = scratch.d_adjacency[bin];
        d_square.array() *= cache.slope[bin].array();
        both = d_square;
        both += d_square.transpose();
        auto d_points = scratch.d_points.middleRows(first, n);
        d_points.noalias() = both * points;
        for (Index i = 0; i < n; ++i)
            d_points.row(i) = Scalar(2) * (both.row(i).sum() * points.row(i) - d_points.row(i));
    }
}

template <class Scalar>
void GraphLayer<Scalar>::backward(const nn::Parameters<Scalar>& parameters, const Cache& cache,
                                  const Matrix<Scalar>& dy, nn::Gradients<Scalar>& gradients,
                                  Scratch& scratch, Matrix<Scalar>& dx) const {
    const bool in_order = cache.bins.in_order;
    scratch.d_adjacency.resize(cache.adjacency.size());
    for (std::size_t bin = 0; bin < cache.adjacency.size(); ++bin)
        scratch.d_adjacency[bin].setZero(cache.adjacency[bin].rows(), cache.adjacency[bin].cols());

    gather(dy, cache.bins, scratch.dh);
    for (std::size_t i = messages_.size(); i-- > 0;) {
        const Matrix<Scalar>& x = i > 0 ? sent(cache, i - 1) : (in_order ? cache.input : cache.sorted);
        nn::dropout<Scalar>(scratch.dh, shape_.dropout, cache.dropping, number_of(i));
        send_backward(parameters, messages_[i], cache, x, cache.messages[i], gradients, scratch);
    }
    points_backward(cache, scratch);

    if (by_position()) scratch.d_points = scratch.d_points.leftCols(shape_.distance_dim).eval();
    Matrix<Scalar> d_points;
    scatter(scratch.d_points, cache.bins, d_points);
    Matrix<Scalar>& d_input = scratch.dx;
    scatter(scratch.dh, cache.bins, d_input);
    distance_.backward(parameters, cache.input, cache.distance, d_points, gradients, &d_input);
    if (norm_)
        norm_->backward(parameters, cache.norm, d_input, gradients, dx);
    else
        dx += d_input;
}

template class GraphLayer<float>;
template class GraphLayer<double>;

}  // namespace quench::trainer::mlpf
