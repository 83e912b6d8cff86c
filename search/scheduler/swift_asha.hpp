// Swift-ASHA: ASHA that also stops trials between its rungs.
//
// Rungs, brackets and promotions are ASHA's. Between two rungs there are decision points, in the proportions
// of Swift-Hyperband. A trial that comes to one is compared with all that came there before it: if its chance
// to be among those that will go on from the next rung (1 in eta of them) is so small that the rung can
// afford it, it stops there, and counts at the rung like a trial that failed. Chances are Swift-Hyperband's
// (survival.hpp), learnt from this study's own curves. What the rung can afford is `risk` times the trials
// that will go on from it, less the chances of those that were stopped already.
//
// Nobody waits for others: a decision takes those who are there, a sample of those that will come. So as many
// places are counted as 1 in eta of them and two standard deviations of that number. What is not known yet
// stops nobody: it begins as ASHA.
#pragma once

#include "search/scheduler/asha.hpp"
#include "search/scheduler/curve_history.hpp"
#include "search/scheduler/decision_points.hpp"
#include "search/scheduler/forecast_contest.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"
#include "search/scheduler/survival.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial's first report at or beyond the point it is on its way to is its result there.
/// - With several workers, who is compared with whom depends on who comes first, as ASHA's promotions do.
/// tell costs O(log n) beside Asha's, and now and then `most_contenders` curves and a look at the latest 4000
/// trials; chances are Work.
class SwiftAsha final : public Scheduler {
  public:
    struct Options {
        Asha::Options asha;
        double risk = 0.02;     ///< share of those that go on from a rung that may be lost, by expectation
        double start_cost = 0;  ///< of a trial's program, in steps: decisions are so much further apart
        double audit = 0;       ///< share of the trials to stop that run on to the rung
        std::vector<double> decisions = usual_decisions;             ///< where on the way to a target
        std::shared_ptr<const predictor::CurvePredictor> predictor;  ///< null: the last value alone
        /// Of more that came to a decision point, so many with ranks evenly spread stand for all.
        std::size_t most_contenders = 50;
    };

    explicit SwiftAsha(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] std::shared_ptr<const Work> work_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override { return plain_.rungs(); }
    [[nodiscard]] std::optional<Resource> planned_resource() const override { return std::nullopt; }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    /// Who came to a decision point. Chances are worked out anew when an eighth more has come; until then a
    /// newcomer has those of the next better one who was there.
    struct Crowd {
        Standing arrived;
        std::size_t stopped = 0;  ///< here: they had set out to the rung, too
        std::size_t asked = 0;    ///< how many had come when chances were worked out
        std::shared_ptr<const SurvivalWork> work;
    };
    /// The way to a rung of a bracket.
    struct Stretch {
        int bracket = 0;
        Resource from = 0;
        Resource target = 0;
        std::vector<Resource> points;  ///< of decision, rising, below the target
        std::vector<Crowd> crowds;     ///< [points]
        double risked = 0;             ///< chances of those that were stopped
    };
    struct Trial {
        std::size_t stretch = 0;
        std::size_t point = 0;  ///< of the decision that it waits for
        Resource to = 0;        ///< the point that it is on its way to
        bool over = false;
        std::shared_ptr<const SurvivalWork> work;  ///< of the decision that it waits for
        std::size_t contender = 0;                 ///< it or who stands for it, among those of the work
        double allowance = 0;                      ///< the chance that the rung can afford to lose
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void end(TrialId id);
    void decide(TrialId id, Trial& trial);
    [[nodiscard]] SurvivalQuestion question_of(const Stretch& stretch, std::size_t point) const;
    [[nodiscard]] std::size_t stretch_to(int bracket, Resource target) const;
    /// The next stop of a trial of the stretch that has come to a step.
    [[nodiscard]] Resource after(const Stretch& stretch, Resource step) const;

    Options options_;
    Asha plain_;
    CurveHistory history_;
    ForecastContest contest_;
    std::vector<Stretch> stretches_;
    std::unordered_map<TrialId, Trial> trials_;
    std::map<TrialId, Resource> waiting_;  ///< for a decision, at a step
};

}  // namespace quench::search::scheduler
