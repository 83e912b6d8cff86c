// Q-SVR on learning curves: support vector regression whose training is a QUBO.
#pragma once

#include "predictor/features.hpp"
#include "predictor/qsvr/fit.hpp"

#include <memory>

namespace quench::predictor::qsvr {

struct QsvrOptions {
    FitSettings fit = {};
    double gamma = 0.05;  ///< of the kernel exp(-gamma |x - x'|^2)
    FeatureOptions features = {.parameters = false, .most_values = 13, .target = Target::chosen};
    /// More training curves than this become an ensemble of as many regressions as it takes, each on a random
    /// part, weighted by its R2 on the others' curves (arXiv:2303.15053); 0: one regression on all.
    std::size_t subset = 0;
};

/// The settings of Pasetto et al.: subsets of 20 curves (120 bits, what their annealer holds), their
/// encoding, levels by their quantiles.
[[nodiscard]] QsvrOptions paper_options();

/// The same objective as an epsilon-SVR with C = implied_box(encoding), and as good; without bits it is
/// solved in milliseconds. What it is for: training on an annealer, quantum ones included.
class QsvrPredictor final : public CurvePredictor {
  public:
    /// `annealer` is asked from any thread. Without one: simulated annealing.
    explicit QsvrPredictor(QsvrOptions options = {},
                           std::shared_ptr<const anneal::Annealer> annealer = nullptr);
    [[nodiscard]] std::string_view name() const override { return "qsvr"; }
    [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                      const Question& question,
                                                                      std::uint64_t seed) const override;

  private:
    QsvrOptions options_;
    std::shared_ptr<const anneal::Annealer> annealer_;
};

}  // namespace quench::predictor::qsvr
