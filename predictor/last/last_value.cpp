#include "predictor/last/last_value.hpp"

namespace quench::predictor {
namespace {

class Model final : public CurveModel {
  public:
    Model(std::size_t known, double mean) : known_(known), mean_(mean) {}
    [[nodiscard]] Prediction predict(const Curve& curve) const override {
        return {known_ > 0 ? curve.values[known_ - 1] : mean_};
    }

  private:
    std::size_t known_;
    double mean_;
};

}  // namespace

double mean_answer(std::span<const Curve> training, const Question& question) {
    double mean = 0;
    for (const Curve& curve : training)
        mean += curve.values[question.target - 1] / static_cast<double>(training.size());
    return mean;
}

base::Result<std::unique_ptr<const CurveModel>> LastValue::fit(std::span<const Curve> training,
                                                               const Question& question,
                                                               std::uint64_t /*seed*/) const {
    return std::unique_ptr<const CurveModel>(
        std::make_unique<Model>(question.known, mean_answer(training, question)));
}

}  // namespace quench::predictor
