// The decision in the middle of a round: who can be stopped at hardly any risk.
#pragma once

#include "predictor/curve_predictor.hpp"
#include "search/scheduler/chances.hpp"
#include "search/scheduler/scheduler.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace quench::search::scheduler {

/// Everything that the decision rests on, as it was when the last contender arrived.
struct SurvivalQuestion {
    struct Contender {
        TrialId trial;
        predictor::Curve curve;  ///< up to now
    };
    std::vector<Contender> contenders;
    std::size_t places = 1;  ///< so many go on from the target
    double bearable = 0;     ///< who has a larger chance of a place goes on
    Resource target = 0;
    predictor::Question question;  ///< now and the target as points of curves
    /// Runs that were trained to the target, and how they moved from now to there.
    std::vector<Movement> movements;
    /// Runs at earlier stages of training, in the same proportion of now and then; nearest first.
    std::vector<std::vector<Movement>> earlier;
    std::shared_ptr<const predictor::CurvePredictor> predictor;  ///< null: the last value alone
    std::vector<predictor::Curve> curves;                        ///< to the target, for the predictor
    bool predictor_leads = false;  ///< its forecasts on this study were better than the last value
    std::uint64_t key = 0;

    /// Of all stages.
    [[nodiscard]] std::size_t movements_known() const {
        std::size_t known = movements.size();
        for (const auto& stage : earlier) known += stage.size();
        return known;
    }
};

/// What becomes of a contender. Without a chance nothing is calibrated, and it goes on.
struct Survival {
    bool stops = false;
    std::optional<double> forecast = std::nullopt;
    std::optional<Evidence> evidence = std::nullopt;
};

/// - Those that are among the best `places` now are never stopped: a forecast alone takes nobody out.
/// - Of the others those stop whose chance is `bearable` at most.
/// - Disturbances (chances.hpp) come from `movements` and from `earlier`: of these there are more, and they
///   tell of contenders that look worse, too (who was trained to the target was chosen). They are narrowed
///   where values have drawn together since: by the root of the ratio, since part of what disturbs shrinks
///   with the values, and part (noise) does not.
/// - Where there are fewer than `enough` of both together, or curves show no spread, nothing is calibrated.
/// - Where the predictor leads, its forecasts and the errors of its cross-validation take the place of these.
class SurvivalWork final : public Work {
  public:
    static constexpr std::size_t enough = 5;
    static constexpr std::size_t most_earlier = 20;  ///< movements: nearer stages serve better

    explicit SurvivalWork(SurvivalQuestion question) : question_(std::move(question)) {}

    void run() const override;
    [[nodiscard]] bool done() const override { return done_; }
    [[nodiscard]] const SurvivalQuestion& question() const { return question_; }
    /// One for each contender, in their order.
    [[nodiscard]] const std::vector<Survival>& outcome() const;
    /// The forecast at the edge of the places, where there are forecasts.
    [[nodiscard]] std::optional<double> threshold() const;
    /// Why the predictor gave no forecast, where it was asked and failed; else empty.
    [[nodiscard]] const std::string& complaint() const;

  private:
    SurvivalQuestion question_;
    mutable std::once_flag once_;
    mutable std::vector<Survival> outcome_;
    mutable std::optional<double> threshold_;
    mutable std::string complaint_;
    mutable std::atomic<bool> done_ = false;
};

/// A decision about one trial.
struct Decision {
    TrialId trial;
    bool stops = false;
    Resource at = 0;
    Resource next = 0;  ///< to where those train that go on
    std::string unit;
    double audit = 0;  ///< share of those to stop that go on nevertheless
};

/// The verdict, by the chance of a contender: the trial itself, or one that stands for it. The draws of
/// audits are keyed by trial and target, so that an audited trial runs on to the target whatever later
/// decision points say. There it competes like the others.
[[nodiscard]] Judgement judgement_of(const SurvivalWork& work, std::size_t contender,
                                     const Decision& decision);

}  // namespace quench::search::scheduler
