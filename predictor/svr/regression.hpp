// Support vector regression by libsvm (Chang, Lin 2011).
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace quench::predictor::svr {

enum class Kind { epsilon, nu };

/// The parameters of scikit-learn's SVR and NuSVR with their defaults; the kernel is exp(-gamma |x - x'|^2).
struct Parameters {
    Kind kind = Kind::nu;
    double cost = 1;       ///< C > 0
    double epsilon = 0.1;  ///< half width of the tube, in units of y; for Kind::epsilon
    double nu = 0.5;       ///< in (0, 1]: share of support vectors at least; for Kind::nu
    /// Without it: scikit-learn's "scale", 1 / (features x variance of all values).
    std::optional<double> gamma = {};
    double tolerance = 1e-3;  ///< when the solver stops
};

/// A fitted regression. A value, movable; `predict` is thread-safe.
class Regression {
  public:
    /// `rows` are N x features, row-major; `targets` N values. An Error for fewer than two rows, values that
    /// are not finite, or parameters out of their range: nothing reaches libsvm that it would not take.
    [[nodiscard]] static base::Result<Regression> fit(std::span<const double> rows,
                                                      std::span<const double> targets,
                                                      const Parameters& parameters);

    /// The prediction for one row of as many features as it was fitted with.
    [[nodiscard]] double predict(std::span<const double> row) const;
    [[nodiscard]] std::size_t features() const { return features_; }
    [[nodiscard]] std::size_t support_vectors() const { return coefficients_.size(); }

  private:
    std::size_t features_ = 0;
    double gamma_ = 0, bias_ = 0;
    std::vector<double> vectors_;       ///< support vectors x features
    std::vector<double> coefficients_;  ///< beta = alpha - alpha-hat of each
};

}  // namespace quench::predictor::svr
