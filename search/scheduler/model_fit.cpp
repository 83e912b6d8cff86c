#include "search/scheduler/model_fit.hpp"

#include <cmath>

namespace quench::search::scheduler {

ModelFit::ModelFit(std::shared_ptr<const predictor::CurvePredictor> predictor,
                   std::vector<predictor::Curve> training, predictor::Question question)
    : predictor_(std::move(predictor)), training_(std::move(training)), question_(question) {}

void ModelFit::run() const {
    std::call_once(once_, [this] {
        std::vector<predictor::Curve> usable;
        for (const auto& curve : training_)
            if (predictor::has_answer(curve, question_)) usable.push_back(curve);
        if (usable.size() < 2)
            model_.emplace(base::Error("too few finite curves (a model takes two) train more"));
        else
            // The seed only has to differ from fit to fit.
            model_.emplace(
                predictor_->fit(usable, question_, question_.target * 1'000'003 + question_.known));
        done_ = true;
    });
}

const ModelFit::Model& ModelFit::model() const {
    run();
    return *model_;
}

std::optional<double> ModelFit::forecast(const predictor::Curve& curve) const {
    const Model& fitted = model();
    if (!fitted || !predictor::has_known(curve, question_)) return std::nullopt;
    const double value = (*fitted)->predict(curve).value;
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

}  // namespace quench::search::scheduler
