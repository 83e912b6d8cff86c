#include "search/sampler/tpe/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace quench::search::sampler {
namespace {

constexpr std::size_t most_table_cells = 32;  ///< beyond it a cell is narrow beside any bandwidth in use
constexpr double log_root_two_pi = 0.91893853320467274178;

/// The mass of a Gaussian on [0, 1].
double mass(double centre, double bandwidth) {
    const double below = centre / bandwidth;
    const double above = (1 - centre) / bandwidth;
    if (below > 6 && above > 6) return 1;  // to 2e-9
    return 0.5 * (std::erf(below / std::numbers::sqrt2) + std::erf(above / std::numbers::sqrt2));
}

std::size_t pick(std::span<const double> probabilities, base::Rng& rng) {
    double left = rng.uniform();
    for (std::size_t i = 0; i + 1 < probabilities.size(); ++i) {
        left -= probabilities[i];
        if (left < 0) return i;
    }
    return probabilities.size() - 1;
}

}  // namespace

Mixture::Mixture(const space::Encoding& encoding, std::span<const space::Point> points,
                 std::span<const double> weights, const Options& options)
    : encoding_(&encoding), options_(options), weights_(weights.begin(), weights.end()) {
    const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    const auto count = static_cast<double>(points.size());
    weights_.push_back(points.empty() ? 1.0 : options.uniform_weight * total / count);
    for (double& weight : weights_) weight /= total + weights_.back();
    if (points.empty()) weights_.back() = 1;
    for (const double weight : weights_) log_weights_.push_back(std::log(weight));

    for (std::size_t axis = 0; axis < encoding.dimensions(); ++axis) {
        Kernels kernels;
        for (const space::Point& point : points) {
            const bool active = !std::isnan(point[axis]);
            kernels.active.push_back(active ? 1 : 0);
            kernels.centres.push_back(active ? point[axis] : 0.5);
        }
        const auto& cells = encoding.axes()[axis].cells;
        kernels.cells = cells.value_or(0);
        kernels.table = cells && (*cells <= most_table_cells ||
                                  encoding.axes()[axis].relation == space::Relation::nominal);
        if (kernels.table) {
            make_table(kernels, axis);
        } else {
            const double cell = cells ? 0.5 / static_cast<double>(*cells) : 0;
            kernels.bandwidth = std::max(options.bandwidth, cell);
            make_gaussians(kernels);
        }
        axes_.push_back(std::move(kernels));
    }
}

void Mixture::make_gaussians(Kernels& kernels) const {
    const double constant = -log_root_two_pi - std::log(kernels.bandwidth);
    for (std::size_t i = 0; i < kernels.centres.size(); ++i)
        kernels.log_norm.push_back(kernels.active[i] *
                                   (constant - std::log(mass(kernels.centres[i], kernels.bandwidth))));
}

void Mixture::make_table(Kernels& kernels, std::size_t axis) const {
    const std::size_t n = kernels.cells;
    for (std::size_t i = 0; i < kernels.centres.size(); ++i)
        kernels.cell.push_back(kernels.active[i] > 0 ? encoding_->cell(axis, kernels.centres[i]) : n);
    std::vector<double> centres(n);
    for (std::size_t c = 0; c < n; ++c) centres[c] = encoding_->centre(axis, c);
    const bool nominal = encoding_->axes()[axis].relation == space::Relation::nominal;
    const auto cells = static_cast<double>(n);
    // A nominal kernel leaks as much as one uniform point among as many as there are.
    const double leak = nominal ? 1 / (static_cast<double>(kernels.centres.size()) + 1) : 0;
    // Neighbours are seen, but a discrete value is more easily repeated than met: half of a Gaussian's width.
    const double bandwidth = std::max(0.5 * options_.bandwidth, 0.5 / cells);
    kernels.log_probability.assign((n + 1) * n, -std::log(cells));
    for (std::size_t own = 0; own < n; ++own) {
        const auto row = kernels.log_probability.begin() + static_cast<std::ptrdiff_t>(own * n);
        double sum = 0;
        for (std::size_t c = 0; c < n; ++c) {
            const double z = (centres[c] - centres[own]) / bandwidth;
            const double p =
                nominal ? (c == own ? 1 - leak : 0) + leak / cells : std::exp(-0.5 * z * z) + 1e-9;
            row[static_cast<std::ptrdiff_t>(c)] = p;
            sum += p;
        }
        for (std::size_t c = 0; c < n; ++c)
            row[static_cast<std::ptrdiff_t>(c)] = std::log(row[static_cast<std::ptrdiff_t>(c)] / sum);
    }
}

double Mixture::log_density(const space::Point& point) const {
    std::vector<double> logs = log_weights_;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        if (std::isnan(point[axis])) continue;
        const Kernels& kernels = axes_[axis];
        const std::size_t count = kernels.centres.size();
        if (kernels.table) {
            const std::size_t cell = encoding_->cell(axis, point[axis]);
            for (std::size_t i = 0; i < count; ++i)
                logs[i] += kernels.log_probability[kernels.cell[i] * kernels.cells + cell];
            logs[count] -= std::log(static_cast<double>(kernels.cells));
            continue;
        }
        const double x = point[axis];
        const double scale = -0.5 / (kernels.bandwidth * kernels.bandwidth);
        for (std::size_t i = 0; i < count; ++i) {
            const double away = x - kernels.centres[i];
            logs[i] += kernels.log_norm[i] + kernels.active[i] * scale * away * away;
        }
    }
    const double largest = *std::max_element(logs.begin(), logs.end());
    double sum = 0;
    for (const double log : logs)
        if (log > largest - 40) sum += std::exp(log - largest);
    return largest + std::log(sum);
}

double Mixture::draw_axis(const Kernels& kernels, std::size_t axis, base::Rng& rng) const {
    const std::size_t kernel = pick(weights_, rng);
    if (kernel == kernels.centres.size() || kernels.active[kernel] == 0) return rng.uniform();
    if (kernels.table) {
        std::vector<double> row(kernels.cells);
        for (std::size_t c = 0; c < row.size(); ++c)
            row[c] = std::exp(kernels.log_probability[kernels.cell[kernel] * kernels.cells + c]);
        return encoding_->centre(axis, pick(row, rng));
    }
    for (int attempt = 0; attempt < 100;
         ++attempt) {  // a half or more of the draws are inside, or a third if wide
        const double x = kernels.centres[kernel] + kernels.bandwidth * rng.normal();
        if (x >= 0 && x <= 1) return x;
    }
    return kernels.centres[kernel];
}

space::Point Mixture::draw_recombined(base::Rng& rng) const {
    space::Point point(axes_.size());
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) point[axis] = draw_axis(axes_[axis], axis, rng);
    return point;
}

}  // namespace quench::search::sampler
