// Hyperband: successive halving in brackets that trade the number of trials against their length. With one
// bracket it is synchronous successive halving (Jamieson and Talwalkar, AISTATS 2016).
//
// The schedule is hyperband_plan's, or successive_halving_plan's. A round is a barrier: once each of its
// trials has a result, all are judged at once. Workers never idle at it while proposals are left: the next
// bracket's trials start meanwhile.
#pragma once

#include "search/scheduler/hyperband_plan.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial's first report at or beyond the end of its round is its result there; it is judged whether or
///   not its process has left.
/// - A trial that failed, diverged, was infeasible or was stopped on the way is a result of +infinity: it
///   takes part in the count but never goes on. A round without survivor ends its bracket.
/// - When proposals end early, a bracket shrinks to the trials it has; rounds keep their proportion.
/// - `bracket` in jobs and rungs is the s of the literature: s_max starts first and lowest, 0 is the last.
/// Each event costs O(log n), but for the one that completes a round of m trials: O(m log m).
class Hyperband final : public Scheduler {
  public:
    struct Options {
        std::vector<HyperbandBracket> plan;  ///< brackets in the order in which they start
        Resource eta = 3;
        std::string unit = "step";
    };

    explicit Hyperband(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    /// Of what was proposed, once proposals have ended.
    [[nodiscard]] std::optional<Resource> planned_resource() const override;
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    /// training -> waiting (at the barrier) -> training (next round), and out of each to over.
    enum class Stage { training, waiting, over };

    struct Trial {
        std::size_t bracket = 0;  ///< index into brackets_
        std::size_t round = 0;
        Stage stage = Stage::training;
        bool judged = false;  ///< its judgement is due
    };
    struct Round {
        Standing results;
        std::size_t running = 0;
        std::size_t promoted = 0;
    };
    struct Bracket {
        HyperbandBracket plan;
        std::vector<Round> rounds;
        std::size_t started = 0;
        std::size_t round = 0;      ///< the one that is being filled; rounds.size() when the bracket is over
        std::size_t slots = 0;      ///< its size, once it is not the first
        std::size_t undecided = 0;  ///< judgements due
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Released& event);
    void on(const Ended& event);
    void on(const ProposalsEnded& event);
    void on(const Learned& /*event*/) {}  // no trial of this study

    void end(TrialId id, bool badly);
    /// Takes back the judgement that is due for a trial, because it was given or came too late.
    void drop_judgement(TrialId id, Trial& trial);
    [[nodiscard]] bool complete(const Bracket& bracket) const;
    void judge_if_complete(Bracket& bracket);
    void judge(Bracket& bracket);
    [[nodiscard]] Judgement judgement(const Bracket& bracket, std::size_t rank, std::size_t keep) const;
    void stop_latecomer(TrialId id, Trial& trial);

    Options options_;
    std::vector<Bracket> brackets_;
    std::unordered_map<TrialId, Trial> trials_;
    std::deque<Judgement> due_;
    std::size_t open_ = 0;  ///< trials that are not over
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
