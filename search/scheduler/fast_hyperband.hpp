// Fast-Hyperband: Hyperband that looks at its trials at every step of a round (f-Hyperband of Baker et al.,
// "Accelerating neural architecture search using performance prediction", 2017; its pseudo-code was not
// published, so the details are a reconstruction).
//
// Brackets, rounds and who goes on from a round are Hyperband's. As soon as `teaching` trials (d) have been
// trained to a round's target r, each step tau of the round has a regression of its own on the latest 200 of
// them, from the values up to tau to the one at r, with errors that leave-one-out cross-validation
// calibrates. A trial of the round that reports step tau stops if with probability 1 - risk or more (Delta)
// it will be worse at r than the last of those that will go on, as they stand among the trials that have come
// to r already: the best n_next, or where fewer are there, all of them, of which `finished` (kappa) times
// n_next are needed.
//
// Swift-Hyperband decides at a few points with all trials of a round in view; this one wants no trial to
// wait, but learns little before the study is half over.
#pragma once

#include "predictor/curve_predictor.hpp"
#include "search/scheduler/calibrated_fit.hpp"
#include "search/scheduler/curve_book.hpp"
#include "search/scheduler/hyperband.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// - A trial that is stopped counts as +infinity in its round, as Hyperband counts failures; it teaches
///   nothing.
/// - Where no model can be fitted or it forecasts nothing finite, nobody is stopped: Hyperband.
/// - Trials are judged while they run, by their reports as they arrive. With several workers, who has
///   finished when another reports depends on them.
/// A report costs O(log n); a forecast is Work.
class FastHyperband final : public Scheduler {
  public:
    struct Options {
        std::vector<HyperbandBracket> plan;
        Resource eta = 2;
        std::string unit = "step";
        std::size_t teaching = 15;
        double finished = 1;
        double risk = 0.05;
        std::shared_ptr<const predictor::CurvePredictor> predictor;  ///< needed
    };

    explicit FastHyperband(Options options);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<Judgement> judgements_due() const override;
    [[nodiscard]] std::shared_ptr<const Work> work_due() const override;
    [[nodiscard]] Job next_job() const override { return plain_.next_job(); }
    [[nodiscard]] std::vector<Rung> rungs() const override { return plain_.rungs(); }
    /// Hyperband's: at most so much.
    [[nodiscard]] std::optional<Resource> planned_resource() const override {
        return plain_.planned_resource();
    }
    [[nodiscard]] std::unique_ptr<Scheduler> clone() const override;

  private:
    struct Trial {
        std::size_t bracket = 0;
        std::size_t round = 0;
        bool training = true;
        bool over = false;
        Resource reached = 0;
    };
    /// A trial that may be stopped, with all that this rests on.
    struct Doubt {
        Resource step = 0;
        Resource target = 0;
        predictor::Curve curve;
        double threshold = 0;
        std::size_t rank = 0;  ///< of the threshold
        std::shared_ptr<const CalibratedFit> fit;
    };

    void on(const Proposed& event);
    void on(const Reported& event);
    void on(const Judged& event);
    void end(TrialId id);
    void arrive(TrialId id, Trial& trial, double value);
    void doubt(TrialId id, const Trial& trial, Resource step);
    [[nodiscard]] std::optional<Judgement> judgement(TrialId id, const Doubt& doubt) const;

    Options options_;
    Hyperband plain_;
    CurveBook curves_;
    std::unordered_map<TrialId, Trial> trials_;
    std::map<Resource, std::vector<TrialId>> taught_;  ///< who was trained to a target
    std::vector<std::size_t> started_;                 ///< [bracket]
    std::vector<std::vector<Standing>> finished_;      ///< [bracket][round]
    /// By bracket, round and step: of the curves that there were when it was first asked.
    std::map<std::tuple<std::size_t, std::size_t, Resource>, std::shared_ptr<const CalibratedFit>> fits_;
    std::map<TrialId, Doubt> doubts_;  ///< the latest of each trial
    bool proposals_ended_ = false;
};

}  // namespace quench::search::scheduler
