#include "predictor/svr/svr_predictor.hpp"

#include "predictor/target_choice.hpp"

#include <utility>

namespace quench::predictor::svr {
namespace {

class Model final : public CurveModel {
  public:
    Model(Features features, Regression regression)
        : features_(std::move(features)), regression_(std::move(regression)) {}
    [[nodiscard]] Prediction predict(const Curve& curve) const override {
        return {features_.level(regression_.predict(features_.row(curve)), curve)};
    }

  private:
    Features features_;
    Regression regression_;
};

}  // namespace

base::Result<std::unique_ptr<const CurveModel>> SvrPredictor::fit(std::span<const Curve> training,
                                                                  const Question& question,
                                                                  std::uint64_t /*seed*/) const {
    auto features = Features::learn(training, question, settled(options_.features, training, question));
    if (!features) return features.error();
    auto regression = Regression::fit(features->rows(), features->targets(), options_.regression);
    if (!regression) return regression.error();
    return std::unique_ptr<const CurveModel>(
        std::make_unique<Model>(std::move(features).value(), std::move(regression).value()));
}

}  // namespace quench::predictor::svr
