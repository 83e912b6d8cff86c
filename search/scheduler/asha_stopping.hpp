// ASHA of stopping type: no trial pauses; one that is not good enough when it reaches a rung stops there.
//
// A trial starts with max as its target. When it first reaches a rung, its value is ranked among all that
// were recorded there so far, itself included: with n of them and p better, it goes on if p * eta <= n, and
// stops otherwise (the rule of Ray Tune and Syne Tune). The first at a rung always goes on. No start is paid
// for a promotion, and nothing that was stopped comes back: what came early is judged leniently. Rungs and
// brackets are those of the promotion type (Asha).
#pragma once

#include "search/scheduler/ladder.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial's first report at or beyond a rung is its result there; one report can pass several rungs.
/// - A trial that failed, diverged, was infeasible or was stopped by someone else counts as +infinity at the
/// next
///   rung that it did not reach.
/// Each event costs O(rungs * log n) for n trials.
class AshaStopping final : public Scheduler {
  public:
    struct Options {
        Resource min = 1;
        Resource max = 1;
        Resource eta = 3;
        std::string unit = "step";
        int brackets = 1;  ///< as many as bracket 0 has rungs, at most
    };

    explicit AshaStopping(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    [[nodiscard]] std::optional<Resource> planned_resource() const override { return std::nullopt; }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    /// training -> judged (its stop is due, or was given and the process leaves) -> over
    enum class Stage { training, judged, over };

    struct Trial {
        std::size_t bracket = 0;
        std::size_t rung = 0;  ///< the next that it will reach
        Stage stage = Stage::training;
    };
    struct Level {
        Resource at = 0;
        Standing results;
        std::size_t running = 0;
        std::size_t passed = 0;
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Ended& event);
    void end(TrialId id, bool badly);
    /// What follows from a result that has just been recorded; `proceed` where nothing does.
    [[nodiscard]] Judgement judgement(const Level& level, bool top, const Result& result) const;
    void forget_judgement(TrialId id);

    Options options_;
    std::vector<std::vector<Level>> brackets_;
    BracketShares shares_;
    std::unordered_map<TrialId, Trial> trials_;
    std::deque<Judgement> due_;
    std::size_t open_ = 0;  ///< trials that are not over
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
