// PASHA: ASHA that needs no maximum set right (Bohdal et al., "PASHA: Efficient HPO and NAS with progressive
// resource allocation", ICLR 2023).
//
// It begins with the two lowest rungs. Whenever a trial arrives at the top rung that is open, the ranking of
// the trials there is compared with their ranking one rung below. While the two agree, nobody is trained
// further; once they differ, the next rung opens. When all are open it is ASHA.
//
// Two rankings agree when at each place the trial above and the trial below differ, by their values one rung
// below, by no more than epsilon. Epsilon is the 90th percentile of what criss-crossing pairs differ by:
// trials a, b of the top rung with a ahead, then b, then a again are indistinguishable by the gap that b had
// in between.
#pragma once

#include "search/scheduler/asha.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - Below the top rung that is open it is Asha (promotion type, one bracket), with all that holds there.
/// Trials at
///   the top rung pause; a study can end without a trial trained to max.
/// - Rankings are compared over the best `ranked` trials of the rung below, and a new trial is paired with
/// the last
///   `paired` that arrived: with more, an arrival would cost more the longer the study.
/// tell costs O(log n), but an arrival at the top rung O((ranked + paired * steps) log n). Every report is
/// kept.
class Pasha final : public Scheduler {
  public:
    struct Options {
        Asha::Options asha;
        std::size_t ranked = 100;
        std::size_t paired = 100;
    };

    explicit Pasha(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override { return asha_.judgements_due(); }
    [[nodiscard]] Job next_job() const override { return asha_.next_job(); }
    /// Of the rungs that are open.
    [[nodiscard]] std::vector<Rung> rungs() const override;
    [[nodiscard]] std::optional<Resource> planned_resource() const override { return std::nullopt; }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    struct Point {
        Resource step = 0;
        double value = 0;
    };
    using Curve = std::vector<Point>;
    struct Trial {
        Curve curve;
        bool over = false;
    };

    void hear(const Reported& event);
    /// The value at the first report at or beyond a rung.
    [[nodiscard]] static double value_at(const Curve& curve, Resource at);
    void compare_with_earlier(const Curve& curve);
    [[nodiscard]] double epsilon() const;
    [[nodiscard]] bool stable() const;
    void open_next_rung();

    Options options_;
    Asha asha_;
    std::vector<Resource> ladder_;
    std::size_t top_;  ///< index into ladder_ of the highest open rung
    std::unordered_map<TrialId, Trial> trials_;
    // Of the trials at the top rung.
    std::vector<TrialId> arrived_;  ///< in order
    Standing above_;                ///< by their value there
    Standing below_;                ///< by their value one rung below
    Standing gaps_;                 ///< of criss-crossing pairs; `trial` is a running number
    std::uint64_t gaps_seen_ = 0;
};

}  // namespace quench::search::scheduler
