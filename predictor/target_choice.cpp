#include "predictor/target_choice.hpp"

#include "predictor/evaluation.hpp"

#include <algorithm>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace quench::predictor {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t most_curves = 200, parts = 5;
constexpr double gamma = 0.03;  // of features in [0, 1]: smooth
constexpr double ridge = 0.1;

Eigen::MatrixXd kernel(const Rows& a, const Rows& b) {
    Eigen::MatrixXd distances = -2 * a * b.transpose();
    distances.colwise() += a.rowwise().squaredNorm();
    distances.rowwise() += b.rowwise().squaredNorm().transpose();
    return (-gamma * distances.cwiseMax(0.0)).array().exp().matrix();
}

Rows rows_of(const Features& features, std::span<const Curve> curves) {
    Rows rows(static_cast<Eigen::Index>(curves.size()), static_cast<Eigen::Index>(features.width()));
    for (Eigen::Index n = 0; n < rows.rows(); ++n) {
        const auto row = features.row(curves[static_cast<std::size_t>(n)]);
        rows.row(n) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), rows.cols());
    }
    return rows;
}

std::vector<Curve> chosen_curves(std::span<const Curve> curves, const std::vector<std::size_t>& rows) {
    std::vector<Curve> chosen;
    for (const std::size_t row : rows) chosen.push_back(curves[row]);
    return chosen;
}

/// Sum of the square errors in the unit of the curves; infinite where nothing can be learnt.
double validation_error(std::span<const Curve> curves, const std::vector<Split>& splits,
                        const Question& question, const FeatureOptions& options) {
    double sum = 0;
    for (const Split& split : splits) {
        const auto training = chosen_curves(curves, split.train), tested = chosen_curves(curves, split.test);
        const auto features = Features::learn(training, question, options);
        if (!features) return std::numeric_limits<double>::infinity();
        const Eigen::Map<const Eigen::VectorXd> targets(features->targets().data(),
                                                        static_cast<Eigen::Index>(training.size()));
        const Rows rows = rows_of(*features, training);
        Eigen::MatrixXd system = kernel(rows, rows);
        system.diagonal().array() += ridge;
        const double mean = targets.mean();
        const Eigen::VectorXd weights = system.llt().solve((targets.array() - mean).matrix());
        const Eigen::VectorXd values = kernel(rows_of(*features, tested), rows) * weights;
        for (std::size_t i = 0; i < tested.size(); ++i) {
            const double value = features->level(mean + values(static_cast<Eigen::Index>(i)), tested[i]);
            const double error = value - tested[i].values[question.target - 1];
            sum += error * error;
        }
    }
    return sum;
}

}  // namespace

Target better_target(std::span<const Curve> training, const Question& question,
                     const FeatureOptions& options) {
    if (question.known == 0) return Target::level;
    const auto curves = training.first(std::min(training.size(), most_curves));
    const auto splits = folds(curves, parts, Together::configuration, 1);
    if (splits.size() < 2) return Target::level;
    FeatureOptions level = options, change = options;
    level.target = Target::level;
    change.target = Target::change;
    return validation_error(curves, splits, question, change) <
                   validation_error(curves, splits, question, level)
               ? Target::change
               : Target::level;
}

FeatureOptions settled(FeatureOptions options, std::span<const Curve> training, const Question& question) {
    if (options.target == Target::chosen) options.target = better_target(training, question, options);
    return options;
}

}  // namespace quench::predictor
