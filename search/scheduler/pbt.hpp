// Population-based training (Jaderberg et al., "Population based training of neural networks",
// arXiv:1711.09846, 2017), asynchronous, with truncation selection.
//
// `population` members train at a time, each from one multiple of `interval` to the next, and pause there.
// When a free worker could take one on (the least trained first), it is ranked among all that came to its
// step so far, whatever became of them. Of those in the worst `quantile` one stops for good, and a child
// takes its place: a new trial that goes on from the checkpoint of a member whose lineage was in the best
// `quantile` at that step, drawn by chance, with that member's configuration perturbed (perturbation.hpp).
// Nobody waits for members that have not come so far.
//
//   training ──▶ arrived ──▶ paused ──▶ training (to the next multiple) ...
//                   │           └─────▶ replaced by a child
//                   └─ at max ▶ trained
//
// A member's lineage is its parent up to where it was copied, that one's parent before that, and so on.
#pragma once

#include "search/scheduler/perturbation.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace quench::search::scheduler {

/// - The first report at or beyond a member's target is its value there.
/// - Only a member that is paused and whose process is gone (Released) becomes a parent, and it does not
///   go on before its child has reported or ended: until then the checkpoint must stay as it is. A child
///   waits for nobody, so nothing waits for ever.
/// - One of the worst pauses on while all of the best are being trained: the first that pauses is copied.
///   When none of them will pause any more (they are on their way to max, or there), it goes on.
/// - A member that fails, diverges, is infeasible or is stopped by someone else leaves its place to a child
///   at its last step, or, without any value, to a trial of the sampler; `population` times at most.
/// - After ProposalsEnded nobody is replaced any more: all are trained to max.
///
/// next_job costs O(population * log(trials)) for each step at which members are paused.
class Pbt final : public Scheduler {
  public:
    struct Options {
        std::size_t population = 16;
        Resource interval = 1;
        Resource min = 1;  ///< nobody is replaced before
        Resource max = 1;
        double quantile = 0.25;  ///< at most 0.5, so that nobody is among the best and the worst
        PerturbationOptions perturbation;
        std::string unit = "step";
        std::uint64_t seed = 0;
    };

    Pbt(Options options, space::Space space);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] Job next_job() const override;
    /// The steps that members came to or are on their way to.
    [[nodiscard]] std::vector<Rung> rungs() const override;
    /// Failures aside: what is trained again in the place of a failed member comes to it.
    [[nodiscard]] std::optional<Resource> planned_resource() const override;
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    enum class Stage { training, arrived, paused, trained };

    struct Member {
        Stage stage = Stage::training;
        Resource at = 0;  ///< where it is on its way to, or stands
        bool released = false;
        std::map<Resource, Result> lineage;  ///< what it, or the ancestor of that time, had at each step
        std::set<TrialId> copying;           ///< children that may not have copied its checkpoint yet
        space::Configuration configuration;
    };
    struct Level {
        Standing results;  ///< of all trials that came here themselves
        std::size_t running = 0;
        std::size_t failed = 0;  ///< on the way here
        std::size_t promoted = 0;
    };
    /// A child that is due, and whose place it takes. The text and the threshold are of the one replaced.
    struct Succession {
        Resource step = 0;
        Parent parent;
        std::optional<TrialId> replaced;  ///< none: that of a member that failed
        std::string reason;
        std::optional<double> threshold;
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Released& event);
    void on(const Ended& event);
    void on(const ProposalsEnded& /*event*/) { proposals_ended_ = true; }
    void on(const Learned& /*event*/) {}  // no trial of this study

    /// A member that failed or was stopped by someone else.
    void lose(TrialId trial);
    /// The trial has copied its parent's checkpoint, or never will.
    void let_parent_go(TrialId child);
    void forget_judgement(TrialId trial);

    [[nodiscard]] Resource last_of_population() const;
    [[nodiscard]] Resource next_step(Resource after) const;
    /// Paused without a process: its checkpoint stands still, and it can go on.
    [[nodiscard]] static bool at_rest(const Member& member) {
        return member.stage == Stage::paused && member.released;
    }
    /// So many are the best at a step, so many the worst.
    [[nodiscard]] std::size_t quantile_at(Resource step) const;
    /// Its lineage was among the best at a step, so it may be copied in the place of one that is there now.
    [[nodiscard]] bool among_best(const Member& member, Resource step) const;
    [[nodiscard]] bool among_worst(const Member& member) const;
    /// One to be copied; none while all of the best train.
    [[nodiscard]] std::optional<Parent> parent_at(Resource step) const;
    [[nodiscard]] bool parent_will_come(Resource step) const;
    [[nodiscard]] std::optional<Succession> succession_at(Resource step) const;
    [[nodiscard]] std::optional<Judgement> promotion_at(Resource step) const;
    [[nodiscard]] std::string standing_text(const Member& member) const;
    /// What a free worker is for, once the sampler's trials have started.
    [[nodiscard]] std::variant<std::monostate, Succession, Judgement> next() const;

    Options options_;
    space::Space space_;
    std::map<TrialId, Member> members_;  ///< those that are trained to max included
    std::map<TrialId, TrialId> copies_;  ///< child -> the parent that must not change yet
    std::multiset<Resource> vacancies_;  ///< last steps of members that failed
    std::vector<Judgement> due_;
    std::map<Resource, Level> levels_;
    std::size_t fresh_;         ///< trials of the sampler that are still to start
    std::size_t failures_ = 0;  ///< members whose place was given to another for having failed
    TrialId next_;              ///< the number of the next trial
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
