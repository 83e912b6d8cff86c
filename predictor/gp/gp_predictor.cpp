#include "predictor/gp/gp_predictor.hpp"

#include "predictor/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace quench::predictor::gp {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double clip = 3;  // standard deviations: one run that diverged must not set the slope of all
constexpr std::size_t most_values = 8;  // of a curve: neighbours say the same

/// In units of the features' standard deviations and of the process's variance.
struct Hyperparameters {
    double curve_length = 1, parameter_length = 1, noise = 0.1, linear = 1;
};

/// The two views of a row: values of the curve, and parameters.
struct Rows {
    Matrix curve, parameters;  ///< n x features
};

Matrix squared_distances(const Matrix& a, const Matrix& b) {
    Matrix distances = -2 * a * b.transpose();
    distances.colwise() += a.rowwise().squaredNorm();
    distances.rowwise() += b.rowwise().squaredNorm().transpose();
    return distances.cwiseMax(0.0);
}

/// Mean over features, so that lengths mean the same for any number of them.
double width(const Matrix& rows) {
    return std::max<double>(static_cast<double>(rows.cols()), 1);
}

Matrix covariance(const Rows& a, const Rows& b, const Hyperparameters& h) {
    const double curve = 2 * h.curve_length * h.curve_length * width(a.curve);
    const double parameters = 2 * h.parameter_length * h.parameter_length * width(a.parameters);
    const Matrix exponent = squared_distances(a.curve, b.curve) / curve +
                            squared_distances(a.parameters, b.parameters) / parameters;
    return (-exponent).array().exp().matrix() +
           h.linear * (a.curve * b.curve.transpose() / width(a.curve) +
                       a.parameters * b.parameters.transpose() / width(a.parameters));
}

struct Solved {
    Eigen::LLT<Matrix> factor;
    Vector weights;
    double variance = 1;  ///< of the process
    double log_likelihood = -std::numeric_limits<double>::infinity();
};

Solved solve(const Rows& rows, const Vector& targets, const Hyperparameters& h) {
    Solved solved;
    const auto count = static_cast<double>(targets.size());
    Matrix k = covariance(rows, rows, h);
    k.diagonal().array() += h.noise + 1e-8;
    solved.factor.compute(k);
    if (solved.factor.info() != Eigen::Success) return solved;
    solved.weights = solved.factor.solve(targets);
    solved.variance = std::max(targets.dot(solved.weights) / count, 1e-12);
    const double log_determinant = 2 * solved.factor.matrixL().toDenseMatrix().diagonal().array().log().sum();
    solved.log_likelihood = -0.5 * (count * std::log(solved.variance) + log_determinant +
                                    count * (1 + std::log(2 * std::numbers::pi)));
    return solved;
}

/// Coordinate search over grids, twice around: the likelihood is flat near its maximum.
Hyperparameters most_likely(const Rows& rows, const Vector& targets) {
    const std::vector<double> lengths = {0.3, 0.6, 1, 2, 4, 8, 16},
                              noises = {1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 10};
    const std::vector<double> linears = {0, 0.1, 1, 10};
    struct Axis {
        double Hyperparameters::*member;
        const std::vector<double>& values;
    };
    const Axis axes[] = {{&Hyperparameters::noise, noises},
                         {&Hyperparameters::curve_length, lengths},
                         {&Hyperparameters::linear, linears},
                         {&Hyperparameters::parameter_length, lengths}};
    Hyperparameters best{2, 4, 0.1, 1};
    double likelihood = solve(rows, targets, best).log_likelihood;
    for (int round = 0; round < 2; ++round) {
        for (const auto& [member, values] : axes) {
            if (member == &Hyperparameters::parameter_length && rows.parameters.cols() == 0) continue;
            for (const double value : values) {
                Hyperparameters tried = best;
                if (tried.*member == value) continue;
                tried.*member = value;
                const double found = solve(rows, targets, tried).log_likelihood;
                if (found > likelihood) {
                    likelihood = found;
                    best = tried;
                }
            }
        }
    }
    return best;
}

/// Features with mean 0 and variance 1 over the training curves.
class View {
  public:
    View(std::span<const Curve> training, const Question& question) : question_(question) {
        const Rows raw = collect(training);
        const auto moments = [](const Matrix& rows, Vector& mean, Vector& scale) {
            mean = rows.colwise().mean();
            scale = ((rows.rowwise() - mean.transpose()).array().square().colwise().mean()).sqrt();
            scale = (scale.array() > 1e-12 * (1 + mean.array().abs())).select(scale, 1.0);
        };
        if (raw.curve.cols() > 0) moments(raw.curve, curve_mean_, curve_scale_);
        if (raw.parameters.cols() > 0) moments(raw.parameters, parameter_mean_, parameter_scale_);
    }

    [[nodiscard]] Rows rows(std::span<const Curve> curves) const {
        Rows raw = collect(curves);
        const auto scale = [](Matrix& rows, const Vector& mean, const Vector& unit) {
            if (rows.cols() == 0) return;
            rows = ((rows.rowwise() - mean.transpose()).array().rowwise() / unit.transpose().array())
                       .min(clip)
                       .max(-clip)
                       .matrix();
        };
        scale(raw.curve, curve_mean_, curve_scale_);
        scale(raw.parameters, parameter_mean_, parameter_scale_);
        return raw;
    }

  private:
    [[nodiscard]] Rows collect(std::span<const Curve> curves) const {
        const auto indices = spread_out(question_.known, most_values);
        const auto count = static_cast<Eigen::Index>(curves.size());
        Rows rows{Matrix(count, static_cast<Eigen::Index>(indices.size())),
                  Matrix(count, static_cast<Eigen::Index>(curves.front().parameters.size()))};
        for (Eigen::Index n = 0; n < count; ++n) {
            const Curve& curve = curves[static_cast<std::size_t>(n)];
            for (Eigen::Index i = 0; i < rows.curve.cols(); ++i)
                rows.curve(n, i) = curve.values[indices[static_cast<std::size_t>(i)]];
            for (Eigen::Index i = 0; i < rows.parameters.cols(); ++i) {
                const double value = curve.parameters[static_cast<std::size_t>(i)];
                rows.parameters(n, i) = std::isfinite(value) ? value : 0;
            }
        }
        return rows;
    }

    Question question_;
    Vector curve_mean_, curve_scale_, parameter_mean_, parameter_scale_;
};

double baseline(const Curve& curve, const Question& question) {
    return question.known > 0 ? curve.values[question.known - 1] : 0;
}

class Model final : public CurveModel {
  public:
    Model(std::span<const Curve> training, const Question& question)
        : question_(question), view_(training, question), rows_(view_.rows(training)) {
        Vector rest(static_cast<Eigen::Index>(training.size()));
        for (Eigen::Index n = 0; n < rest.size(); ++n) {
            const Curve& curve = training[static_cast<std::size_t>(n)];
            rest(n) = curve.values[question.target - 1] - baseline(curve, question);
        }
        mean_ = rest.mean();
        rest.array() -= mean_;
        unit_ = std::sqrt(rest.squaredNorm() / static_cast<double>(rest.size()));
        if (!(unit_ > 1e-12 * (1 + std::abs(mean_)))) unit_ = 0;  // all go on alike
        if (unit_ == 0) return;
        rest /= unit_;
        hyperparameters_ = most_likely(rows_, rest);
        solved_ = solve(rows_, rest, hyperparameters_);
    }

    [[nodiscard]] Prediction predict(const Curve& curve) const override {
        const double base = baseline(curve, question_) + mean_;
        if (unit_ == 0 || solved_.weights.size() == 0) return {base};
        const Rows row = view_.rows(std::span(&curve, 1));
        const Vector k = covariance(rows_, row, hyperparameters_).col(0);
        const double prior = covariance(row, row, hyperparameters_)(0, 0) + hyperparameters_.noise;
        const double left = std::max(prior - k.dot(solved_.factor.solve(k)), 1e-6);
        return {base + unit_ * k.dot(solved_.weights), std::sqrt(left)};
    }

  private:
    Question question_;
    View view_;
    Rows rows_;
    double mean_ = 0, unit_ = 0;
    Hyperparameters hyperparameters_;
    Solved solved_;
};

}  // namespace

base::Result<std::unique_ptr<const CurveModel>> GpPredictor::fit(std::span<const Curve> training,
                                                                 const Question& question,
                                                                 std::uint64_t /*seed*/) const {
    return std::unique_ptr<const CurveModel>(
        std::make_unique<Model>(training.first(std::min(training.size(), most_curves)), question));
}

}  // namespace quench::predictor::gp
