#include "search/scheduler/calibrated_fit.hpp"

namespace quench::search::scheduler {

void CalibratedFit::run() const {
    std::call_once(once_, [this] {
        // The seed only has to differ from fit to fit.
        auto fitted = predictor::Forecaster::fit(
            *predictor_, training_, question_,
            {.seed = question_.target * 1'000'003 + question_.known, .folds = training_.size()});
        if (fitted) forecaster_.emplace(std::move(fitted).value());
        done_ = true;
    });
}

const predictor::Forecaster* CalibratedFit::forecaster() const {
    run();
    return forecaster_ ? &*forecaster_ : nullptr;
}

}  // namespace quench::search::scheduler
