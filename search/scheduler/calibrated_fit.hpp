// A model of learning curves with calibrated errors that judgements wait for.
#pragma once

#include "predictor/forecaster.hpp"
#include "search/scheduler/scheduler.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace quench::search::scheduler {

/// Like ModelFit, with the errors of a leave-one-out cross-validation.
class CalibratedFit final : public Work {
  public:
    CalibratedFit(std::shared_ptr<const predictor::CurvePredictor> predictor,
                  std::vector<predictor::Curve> training, predictor::Question question)
        : predictor_(std::move(predictor)), training_(std::move(training)), question_(question) {}

    void run() const override;
    [[nodiscard]] bool done() const override { return done_; }

    /// Fits where that is not done. nullptr where nothing can be learnt.
    [[nodiscard]] const predictor::Forecaster* forecaster() const;

  private:
    std::shared_ptr<const predictor::CurvePredictor> predictor_;
    std::vector<predictor::Curve> training_;
    predictor::Question question_;
    mutable std::once_flag once_;
    mutable std::optional<predictor::Forecaster> forecaster_;
    mutable std::atomic<bool> done_ = false;
};

}  // namespace quench::search::scheduler
