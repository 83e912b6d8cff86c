// Swift-Hyperband as it was published (Amboage et al., "Model performance prediction for hyperparameter
// optimization of deep learning models using high performance computing and quantum annealing", 2024), for
// reproduction; SwiftHyperband is the one to use.
//
// Brackets and rounds are Hyperband's, one after the other. In a round that trains n_i trials from r_prev to
// r_i, of which n_next go on (1 after the last round):
//
//   decision point   dec = r_prev + ceil((r_i - r_prev) * known_curve)
//   phase 1          Every trial is trained to dec. Those that get there while fewer than k * n_next were, or
//                    while the curves to r_i with those on their way are fewer than d, go on to r_i; their
//                    curves teach. First come, first served.
//   phase 2          Once all have arrived, the predictor of (r_i, dec) is fitted if it is not yet there and
//                    d curves are: once, on the values up to dec. Of the others those whose forecast is below
//                    the 0.25-quantile of phase 1's values go on to r_i; where these are too few for n_next,
//                    the best by forecast. The rest stops. These curves do not teach.
//   end              The best n_next by value at r_i go on, as in Hyperband.
#pragma once

#include "predictor/curve_predictor.hpp"
#include "search/scheduler/curve_book.hpp"
#include "search/scheduler/hyperband_plan.hpp"
#include "search/scheduler/model_fit.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/scheduler/standing.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial that fails counts as +infinity, as in Hyperband; on its way in phase 1 it teaches nothing.
/// - Where no model can be fitted or it forecasts nothing finite, phase 2 trains all: plain Hyperband.
/// - With one worker an epoch is never spent earlier or later than by the published program; with several,
///   who comes first depends on them.
class SwiftPaper final : public Scheduler {
  public:
    struct Options {
        std::vector<HyperbandBracket> plan;
        Resource eta = 2;
        std::string unit = "step";
        std::size_t teaching = 15;  ///< d: curves that a predictor is fitted on, at least
        double vanguard = 0.5;      ///< k: share of n_next that phase 1 trains, at least
        double known = 0.5;         ///< known_curve: where in a round dec lies
        double quantile = 0.25;
        std::shared_ptr<const predictor::CurvePredictor> predictor;
    };

    explicit SwiftPaper(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] std::shared_ptr<const Work> work_due() const override;
    [[nodiscard]] Job next_job() const override;
    [[nodiscard]] std::vector<Rung> rungs() const override;
    /// Hyperband's: at most so much.
    [[nodiscard]] std::optional<Resource> planned_resource() const override;
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    /// to_decision -> vanguard ---------------------> arrived -> to_decision (next round)
    ///             -> undecided -> selected -------->
    /// and out of each to over.
    enum class Stage { to_decision, vanguard, undecided, selected, arrived, over };

    struct Trial {
        std::size_t bracket = 0;
        Stage stage = Stage::to_decision;
        bool late = false;    ///< its round was judged before it was proposed; it stops where it arrives
        bool judged = false;  ///< its judgement is due
        double value = 0;     ///< at the decision point or the target, where it arrived last
    };
    struct Round {
        std::size_t running = 0;
        std::size_t promoted = 0;
        Standing results;
    };
    /// first: trials are on their way to dec or, in the vanguard, to the target. second: the others were
    /// judged by forecasts, the selected are on their way. ending: the judgements of the round's end are due.
    enum class Phase { first, second, ending };
    /// What phase 2 is decided by, as it was when phase 1 was complete.
    struct Selection {
        std::vector<TrialId> trained;
        std::vector<TrialId> undecided;
        std::optional<double> threshold;
        std::size_t missing = 0;  ///< n_next less those that phase 1 trained
        std::shared_ptr<const ModelFit> fit;
    };

    struct Candidate {
        TrialId trial;
        std::optional<double> forecast = {};
        bool selected = false;
        std::string reason = {};
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void on(const Ended& event);

    [[nodiscard]] const std::vector<Resource>& targets() const { return options_.plan[bracket_].rounds; }
    [[nodiscard]] Resource target() const { return targets()[round_]; }
    [[nodiscard]] bool last_round() const { return round_ + 1 == targets().size(); }
    [[nodiscard]] Resource decision(std::size_t round) const;
    [[nodiscard]] std::size_t survivors() const;
    [[nodiscard]] Round& round() { return rounds_[bracket_][round_]; }
    /// Else the decision point is the target, and nothing is left to train after it.
    [[nodiscard]] bool decides_early() const { return decision(round_) < target(); }
    [[nodiscard]] bool waited_for(const Trial& trial) const;
    void arrive_at_decision(TrialId id, Trial& trial, double value);
    void arrive_at_target(TrialId id, Trial& trial, double value);
    void end(TrialId id, bool badly);
    void make_due(Judgement judgement);
    void drop_judgement(TrialId id, Trial& trial);
    /// Through the phases as far as they are complete.
    void go_on();
    void begin_second();
    void end_round();
    void next_round();
    [[nodiscard]] std::vector<Candidate> candidates() const;
    [[nodiscard]] std::optional<Evidence> evidence_of(const Candidate& candidate) const;
    [[nodiscard]] std::vector<Judgement> selection_judgements() const;
    [[nodiscard]] std::vector<Judgement> ranked_judgements() const;
    [[nodiscard]] Judgement ranked(const Standing& results, std::size_t rank) const;

    Options options_;
    CurveBook curves_;
    std::map<Resource, std::vector<TrialId>> taught_;  ///< D: whose curves to a target teach
    std::map<std::pair<Resource, Resource>, std::shared_ptr<const ModelFit>> fits_;  ///< M: by (target, dec)
    std::unordered_map<TrialId, Trial> trials_;
    std::vector<std::vector<Round>> rounds_;  ///< [bracket][round]
    std::vector<std::size_t> started_;        ///< [bracket]
    std::deque<Judgement> due_;
    std::size_t open_ = 0;
    bool proposals_ended_ = false;
    // The round that is under way; bracket_ == plan.size() when all is over.
    std::size_t bracket_ = 0;
    std::size_t round_ = 0;
    Phase phase_ = Phase::first;
    std::size_t slots_ = 0;  ///< its size
    std::vector<TrialId> members_;
    std::size_t pending_ = 0;      ///< members that the phase waits for
    std::size_t sent_ = 0;         ///< the vanguard
    std::size_t under_way_ = 0;    ///< of it, not arrived yet
    std::size_t undecided_ = 0;    ///< members that wait for their selection
    std::vector<double> trained_;  ///< values of those that have
    Selection selection_;          ///< of the second phase
};

}  // namespace quench::search::scheduler
