// Support vector regression on learning curves (Baker et al. 2018; the predictor of Swift-Hyperband).
#pragma once

#include "predictor/curve_predictor.hpp"
#include "predictor/features.hpp"
#include "predictor/svr/regression.hpp"

namespace quench::predictor::svr {

struct SvrOptions {
    Parameters regression = {};
    FeatureOptions features = {};
};

/// NuSVR of scikit-learn's defaults on min-max scaled parameters, values and first differences, unless told
/// otherwise.
class SvrPredictor final : public CurvePredictor {
  public:
    explicit SvrPredictor(SvrOptions options = {}) : options_(options) {}
    [[nodiscard]] std::string_view name() const override { return "svr"; }
    [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                      const Question& question,
                                                                      std::uint64_t seed) const override;

  private:
    SvrOptions options_;
};

}  // namespace quench::predictor::svr
