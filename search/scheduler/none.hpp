// No early stopping: each trial is trained to the maximum.
#pragma once

#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <set>
#include <string>

namespace quench::search::scheduler {

/// A trial's first report at or beyond the maximum is its result.
class None final : public Scheduler {
  public:
    None(Resource max, std::string unit);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    [[nodiscard]] std::optional<Resource> planned_resource() const override { return std::nullopt; }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    void leave(TrialId trial, bool badly);

    Resource max_;
    std::string unit_;
    std::set<TrialId> training_;
    std::set<TrialId> trained_;  ///< their stop is due
    Standing results_;
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
