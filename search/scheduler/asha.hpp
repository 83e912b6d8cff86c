// ASHA, the asynchronous successive halving of Li et al. ("A system for massively parallel hyperparameter
// tuning", MLSys 2020), promotion type.
//
// Rungs are at min, min * eta, min * eta^2, ... up to max; when max is not among them it is the top rung, so
// that the best trials are always trained to max. A trial that reaches a rung pauses. A free worker promotes
// the best trial that is among the best floor(n / eta) of the n results of its rung, looking from the second
// highest rung down, and starts a new trial when there is none: it never waits while proposals are left.
//
// Bracket s leaves out the lowest s rungs. Brackets have rungs and results of their own and take turns in
// Hyperband's proportion (BracketShares).
#pragma once

#include "search/scheduler/ladder.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial's first report at or beyond the rung it is on its way to is its result there.
/// - A trial that failed, diverged or was infeasible on its way to a rung counts there as +infinity.
/// - Only a trial whose process is gone (Released) is promoted.
/// - When nothing is left to start, train or promote, the paused trials are stopped, `final_stops` at a time.
/// tell costs O(log n), next_job O(rungs * log n) for n trials.
class Asha final : public Scheduler {
  public:
    struct Options {
        Resource min = 1;
        Resource max = 1;
        Resource eta = 3;
        std::string unit = "step";
        int brackets = 1;              ///< as many as bracket 0 has rungs, at most
        std::size_t final_stops = 64;  ///< bounds judgements_due: a caller may ask again after each
    };

    explicit Asha(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    [[nodiscard]] std::optional<Resource> planned_resource() const override { return std::nullopt; }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

    /// Promotes no trial beyond this amount, until it is told another. Trials pause there.
    void limit_promotions(Resource highest);

  private:
    /// training -> arrived -> paused -> training (one rung up), and out of each to over.
    enum class Stage { training, arrived, paused, over };

    struct Trial {
        std::size_t rung = 0;  ///< the level it is on its way to or paused at
        Stage stage = Stage::training;
        bool released = false;
        Result result;
    };
    struct Level {
        Resource at = 0;
        int bracket = 0;
        std::optional<std::size_t> above;  ///< the next of its bracket
        Standing results;
        std::set<Result> ready;  ///< paused and released: can be promoted at once
        std::set<Result> busy;   ///< arrived or paused, the process not gone yet
        std::size_t running = 0;
        std::size_t promoted = 0;
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Released& event);
    void on(const Ended& event);
    void on(const ProposalsEnded& event);
    void on(const Learned& /*event*/) {}  // no trial of this study

    /// Takes the trial out of where its stage keeps it.
    void withdraw(TrialId id, const Trial& trial);
    void end(TrialId id, bool badly);
    [[nodiscard]] std::size_t goes_on(const Level& level) const;
    /// The best of `candidates` if it is among those that go on.
    [[nodiscard]] const Result* best_within(const Level& level, const std::set<Result>& candidates) const;
    [[nodiscard]] bool promotes(const Level& level) const {
        return level.above && levels_[*level.above].at <= highest_;
    }
    [[nodiscard]] std::size_t first_level(int bracket) const;
    [[nodiscard]] bool under_way() const;
    [[nodiscard]] Judgement arrival(TrialId id) const;
    [[nodiscard]] Promote promotion(std::size_t rung, const Result& result) const;
    [[nodiscard]] Judgement final_stop(std::size_t rung, const Result& result) const;
    [[nodiscard]] std::string standing_text(const Level& level, const Result& result) const;

    Options options_;
    std::vector<Level> levels_;  ///< of all brackets, by (at, bracket)
    BracketShares shares_;
    Resource highest_;  ///< promotions go up to here
    std::unordered_map<TrialId, Trial> trials_;
    std::deque<TrialId> arrived_;  ///< their judgement is due, in the order of arrival
    std::size_t running_ = 0;
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
