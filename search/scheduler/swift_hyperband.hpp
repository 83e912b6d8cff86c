// Swift-Hyperband: Hyperband that decides inside its rounds.
//
// Brackets, rounds and who goes on from a round are Hyperband's. Inside a round there are decision points, at
// 1/16, 1/8, 3/16, 1/4, 3/8, 1/2, 5/8, 3/4 and 7/8 of it. When the last trial of the round has come to one,
// those stop whose chance to be among the round's survivors is not worth what it would cost to see
// (survival.hpp): the share of the round's places that may be lost with a trial grows with the resource that
// its stop saves, at one price in all rounds. No other choice among the same trials saves more for as many
// lost. How certain a ranking is, is learnt from this study's own curves, all of them (curve_history.hpp):
// every trial that was trained beyond the round's target, in whichever bracket, and where these are few,
// earlier stages of training. What is not known yet stops nobody: it begins as Hyperband.
//
// A predictor can be given. It is asked beside the last value, and takes the decisions once its forecasts
// were nearer to what trials came to than the last value's, more often than chance explains (two standard
// deviations of at least twelve).
//
// A trial that waits for a decision gives its worker back, and to go on it is started again. So nobody stops
// at a point at which there is nothing to decide: in rounds of one trial, once only as many are left as will
// go on, and in short rounds of which too little is known when they begin.
//
// No barriers: other brackets' trials start meanwhile, and a trial that will go on whatever the others show
// does so at once. What a bracket decides does not depend on who comes first.
#pragma once

#include "search/scheduler/curve_history.hpp"
#include "search/scheduler/decision_points.hpp"
#include "search/scheduler/forecast_contest.hpp"
#include "search/scheduler/hyperband_plan.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"
#include "search/scheduler/survival.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial's first report at or beyond the point it is on its way to is its result there.
/// - A trial that failed, diverged, was infeasible or was stopped on the way counts as +infinity there.
/// - When proposals end early, a bracket shrinks to the trials it has.
/// Each event costs O(log n + survivors of a round); a decision is Work.
class SwiftHyperband final : public Scheduler {
  public:
    struct Options {
        std::vector<HyperbandBracket> plan;
        Resource eta = 2;
        std::string unit = "step";
        double start_cost = 0;  ///< of a trial's program, in steps: decisions are so much further apart
        double audit = 0;       ///< share of the trials to stop that run on to their round's end
        double risk = 0.02;     ///< about so large a share of the rounds' survivors may be lost
        std::vector<double> decisions = usual_decisions;             ///< where on the way to a target
        std::shared_ptr<const predictor::CurvePredictor> predictor;  ///< may be null
    };

    explicit SwiftHyperband(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] std::shared_ptr<const Work> work_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    /// Hyperband's: at most so much.
    [[nodiscard]] std::optional<Resource> planned_resource() const override;
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    /// A decision point, or the target of a round.
    struct Stop {
        std::size_t round = 0;
        Resource at = 0;
        bool target = false;
        std::size_t admitted = 0;  ///< that were on their way to it, so far
        std::size_t arrived = 0;   ///< or failed on the way
        bool judged = false;
        bool skipped = false;       ///< a decision point at which nothing is to be decided any more
        std::size_t undecided = 0;  ///< judgements due at it
        std::size_t promoted = 0;
        Standing results;
        std::set<Result> waiting;  ///< of the results: those that are here and about whom nothing is due
        std::optional<std::size_t> next;           ///< the stop of those that go on from it
        std::shared_ptr<const SurvivalWork> work;  ///< of a decision point, once all have arrived
    };
    struct Bracket {
        HyperbandBracket plan;
        std::vector<Stop> stops;
        std::size_t started = 0;
    };
    /// training -> waiting (at a stop) -> training, and out of each to over.
    enum class Stage { training, waiting, over };
    struct Trial {
        std::size_t bracket = 0;
        std::size_t stop = 0;
        Result result;  ///< at the stop, once it waits there
        Stage stage = Stage::training;
        bool judged = false;  ///< its judgement is due
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Ended& event);
    void end(TrialId id, bool badly);
    void make_due(Judgement judgement);
    void drop_judgement(TrialId id, Trial& trial);

    [[nodiscard]] std::size_t slots(const Bracket& bracket, std::size_t round) const;
    [[nodiscard]] std::size_t places(const Bracket& bracket, const Stop& stop) const;
    /// All that will come to the stop are on their way.
    [[nodiscard]] bool closed(const Bracket& bracket, std::size_t stop) const;
    [[nodiscard]] std::size_t outstanding(const Bracket& bracket, std::size_t stop) const;
    [[nodiscard]] std::size_t target_of(const Bracket& bracket, std::size_t stop) const;
    [[nodiscard]] std::size_t next_stop(std::size_t bracket, std::size_t stop);
    [[nodiscard]] bool worth_looking(std::size_t bracket, std::size_t stop) const;
    [[nodiscard]] Resource first_step(std::size_t bracket) const;
    std::size_t admit(Bracket& bracket, std::size_t first, Resource to);
    void go_on(std::size_t bracket);
    void complete_trials(Bracket& bracket);
    void pass_the_certain(std::size_t bracket, std::size_t stop);
    void pass_all(std::size_t bracket, std::size_t stop);
    void judge_target(std::size_t bracket, std::size_t stop);
    void prepare_decision(std::size_t bracket, std::size_t stop);
    [[nodiscard]] SurvivalQuestion question_of(std::size_t bracket, std::size_t stop) const;
    void recall(SurvivalQuestion& question, std::size_t bracket, std::size_t stop) const;
    [[nodiscard]] Judgement passing(std::size_t bracket, std::size_t stop, const Result& result,
                                    std::size_t next) const;
    [[nodiscard]] std::vector<Judgement> decided(const Bracket& bracket, std::size_t stop) const;

    Options options_;
    CurveHistory history_;
    ForecastContest contest_;
    double mean_round_cost_;
    std::vector<Bracket> brackets_;
    std::unordered_map<TrialId, Trial> trials_;
    std::deque<Judgement> due_;
    std::size_t open_ = 0;
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
