#include "predictor/qsvr/fit.hpp"

#include "base/random.hpp"
#include "predictor/anneal/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace quench::predictor::qsvr {
namespace {

/// The problem of coefficients centre + delta, delta encoded with `scale` times the weights. Where the centre
/// is not within reach of zero, eps |beta| is linear in delta and its bits of both signs cost accordingly.
qubo::FactoredQubo about(std::span<const double> kernel, std::span<const double> targets,
                         const Encoding& encoding, std::span<const double> centre, double scale) {
    qubo::FactoredQubo problem = encode(kernel, targets, encoding);
    const std::size_t count = targets.size(), slots = problem.slots();
    for (double& weight : problem.weights) weight *= scale;
    for (std::size_t n = 0; n < count; ++n) {
        double field = -targets[n];  // derivative of the smooth part at the centre
        for (std::size_t m = 0; m < count; ++m) field += problem.kernel[n * count + m] * centre[m];
        for (std::size_t p = 0; p < slots; ++p) {
            const double weight = problem.weights[p];
            const double slope = centre[n] == 0 ? encoding.epsilon * std::abs(weight)
                                                : encoding.epsilon * std::copysign(1.0, centre[n]) * weight;
            problem.linear[n * slots + p] = weight * field + slope;
        }
    }
    problem.offset = objective(kernel, targets, centre, encoding);
    return problem;
}

/// Centres that the next round can reach all values from: near zero they are zero, and none leaves the box.
std::vector<double> centres(std::vector<double> beta, double reach, double box) {
    for (double& value : beta) {
        if (std::abs(value) <= reach) value = 0;
        value = std::clamp(value, -(box - reach), box - reach);
    }
    return beta;
}

double training_error(std::span<const double> kernel, std::span<const double> targets,
                      std::span<const double> beta) {
    const std::size_t count = targets.size();
    const double bias = mean_residual(kernel, targets, beta);
    double square = 0;
    for (std::size_t n = 0; n < count; ++n) {
        double residual = targets[n] - bias;
        for (std::size_t m = 0; m < count; ++m) residual -= kernel[n * count + m] * beta[m];
        square += residual * residual / static_cast<double>(count);
    }
    return square;
}

/// The lowest reads, repeated ones as often as they were read.
std::vector<const anneal::Sample*> lowest_reads(const anneal::SampleSet& set, std::size_t most) {
    std::vector<const anneal::Sample*> reads;
    for (const anneal::Sample& sample : set.samples()) {
        for (std::size_t i = 0; i < sample.num_occurrences && reads.size() < most; ++i)
            reads.push_back(&sample);
    }
    return reads;
}

std::vector<double> combine(std::span<const double> kernel, std::span<const double> targets,
                            const qubo::FactoredQubo& problem, std::span<const double> centre,
                            const anneal::SampleSet& set, const FitSettings& settings) {
    const bool one = settings.combination == Combination::lowest;
    const auto reads = lowest_reads(set, one ? 1 : std::max<std::size_t>(settings.lowest, 1));
    double mean = 0;
    for (const auto* read : reads) mean += read->energy / static_cast<double>(reads.size());
    const double excess = mean - reads.front()->energy;
    std::vector<double> sum(targets.size(), 0.0);
    double total = 0;
    for (const auto* read : reads) {
        std::vector<double> beta = problem.sums(read->bits);
        for (std::size_t n = 0; n < beta.size(); ++n) beta[n] += centre[n];
        double weight = 1;
        if (settings.combination == Combination::boltzmann && excess > 0)
            weight = std::exp(-(read->energy - reads.front()->energy) / excess);
        if (settings.combination == Combination::score_weighted)
            weight = 1 / std::max(training_error(kernel, targets, beta), 1e-12);
        for (std::size_t n = 0; n < beta.size(); ++n) sum[n] += weight * beta[n];
        total += weight;
    }
    for (double& value : sum) value /= total;
    return sum;
}

}  // namespace

double objective(std::span<const double> kernel, std::span<const double> targets,
                 std::span<const double> beta, const Encoding& encoding) {
    std::vector<double> alpha(beta.size()), alpha_hat(beta.size());
    for (std::size_t n = 0; n < beta.size(); ++n) {
        alpha[n] = std::max(beta[n], 0.0);
        alpha_hat[n] = std::max(-beta[n], 0.0);
    }
    return dual_objective(kernel, targets, alpha, alpha_hat, encoding);
}

std::vector<double> continuous_optimum(std::span<const double> kernel, std::span<const double> targets,
                                       double epsilon, double penalty, double box) {
    const std::size_t count = targets.size();
    std::vector<double> beta(count, 0.0), field(count);  // field = (k + 2 xi) beta - y
    for (std::size_t n = 0; n < count; ++n) field[n] = -targets[n];
    constexpr int most_rounds = 20'000;  // a stiff kernel of 80 points takes some hundreds
    for (int round = 0; round < most_rounds; ++round) {
        double moved = 0;
        for (std::size_t n = 0; n < count; ++n) {
            const double curvature = kernel[n * count + n] + 2 * penalty;
            const double pull =
                curvature * beta[n] - field[n];  // the minimum without epsilon is pull / curvature
            const double soft = std::copysign(std::max(std::abs(pull) - epsilon, 0.0), pull);
            const double step = std::clamp(soft / curvature, -box, box) - beta[n];
            if (step == 0) continue;
            beta[n] += step;
            for (std::size_t m = 0; m < count; ++m) field[m] += (kernel[n * count + m] + 2 * penalty) * step;
            moved = std::max(moved, std::abs(step));
        }
        if (moved < 1e-7 * box) break;
    }
    return beta;
}

base::Result<Fitted> fit(const anneal::Annealer& annealer, std::span<const double> kernel,
                         std::span<const double> targets, const FitSettings& settings) {
    const Encoding& encoding = settings.encoding;
    const double box = implied_box(encoding);
    Fitted fitted;
    fitted.beta.assign(targets.size(), 0.0);
    double scale = 1;
    for (std::size_t round = 0; round <= settings.zoom_rounds; ++round, scale /= 2) {
        const auto centre = round == 0 ? fitted.beta : centres(fitted.beta, scale * box, box);
        const auto problem = about(kernel, targets, encoding, centre, scale);
        const anneal::Parameters parameters{
            .num_reads = settings.reads, .num_sweeps = settings.sweeps, .seed = settings.seed + round};
        const auto set = annealer.sample(problem, parameters);
        if (!set) return set.error();
        fitted.beta = combine(kernel, targets, problem, centre, *set, settings);
        fitted.energies.lowest = set->first().energy;
        if (round == 0)
            fitted.energies.random = anneal::RandomAnnealer().sample(problem, parameters)->first().energy;
    }
    fitted.bias = mean_residual(kernel, targets, fitted.beta);
    const auto best = continuous_optimum(kernel, targets, encoding.epsilon, encoding.penalty, box);
    fitted.energies.continuous = objective(kernel, targets, best, encoding);
    return fitted;
}

}  // namespace quench::predictor::qsvr
