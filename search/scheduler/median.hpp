// Median stopping: a trial stops when even its best value is worse than what the median trial had on average.
//
// The rule of Vizier (Golovin et al., KDD 2017): at a step, stop a trial whose best value so far is worse
// than the median of the running averages, up to that step, of the trials that came there before.
#pragma once

#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

namespace quench::search::scheduler {

/// - Every report from min on is a decision point; trials are compared where they report at the same step.
/// - A trial that failed, diverged, was infeasible or was stopped by someone else counts as +infinity at the
/// next
///   step that others have reported.
/// Each report costs O(log n) for n trials; every report is kept as one average.
class MedianStopping final : public Scheduler {
  public:
    struct Options {
        Resource min = 1;  ///< no trial stops earlier
        Resource max = 1;
        std::string unit = "step";
        std::size_t others = 5;  ///< a median of fewer stops nobody: it says little
    };

    explicit MedianStopping(Options options);

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
        Stage stage = Stage::training;
        Resource step = 0;  ///< of its last report
        std::size_t reports = 0;
        double mean = 0;
        double best = 0;
    };

    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Ended& event);
    void leave(TrialId id, Trial& trial, Stage stage, bool badly);
    void judge(TrialId id, Trial& trial, std::string reason, std::optional<double> threshold);

    Options options_;
    std::unordered_map<TrialId, Trial> trials_;
    std::map<Resource, Standing> averages_;  ///< of the trials that reported at a step, up to it
    Standing trained_;                       ///< values at max
    std::deque<Judgement> due_;
    std::size_t training_ = 0;
    std::size_t open_ = 0;
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
