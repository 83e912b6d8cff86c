// A simulated study: workers that train, fail, get lost and leave late, and a caller that does what
// Scheduler's comment asks of it. Breaches of the interface's promises are test failures where they happen.
#pragma once

#include "base/random.hpp"
#include "search/scheduler/scheduler.hpp"

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

namespace quench::search::scheduler {

struct SimulationOptions {
    std::uint64_t seed = 0;
    std::size_t workers = 1;
    std::size_t trials = 1'000'000'000;  ///< proposals end after so many
    Resource max = 1;
    double failure_rate = 0;                ///< of attempts: fail, diverge or are infeasible
    double loss_rate = 0;                   ///< of attempts: lost, and run again
    Resource most_reports = 1'000'000'000;  ///< of an attempt before its target, at even distances
    bool random_times = true;               ///< else an epoch takes 1 and leaving takes no time
    bool keep_events = true;
    std::function<void(const Event&)> after_event;  ///< called after each tell, before it is drained
};

class Simulation {
  public:
    Simulation(Scheduler& scheduler, SimulationOptions options);

    /// Until the scheduler is finished and the workers are idle. Fails the test if that never comes.
    void run();

    std::vector<Event> events;
    std::size_t trials = 0;
    Resource spent = 0;  ///< each step of each trial once
    std::size_t waits_before_proposals_ended = 0;
    std::size_t stopped = 0;  ///< trials whose last verdict was stop
    std::size_t failed = 0;
    std::size_t attempts = 0;  ///< that workers began
    std::size_t children = 0;
    /// (bracket, step) -> trials that were trained to there
    std::map<std::pair<int, Resource>, std::size_t> arrivals;

  private:
    struct Trial {
        int bracket = 0;
        Resource trained = 0;
        Resource reported = 0;  ///< lies beyond `trained` while an attempt is under way or after it was lost
        Resource to = 0;
        bool over = false;
        bool on_worker = false;
        std::optional<TrialId> parent;  ///< whose checkpoint it may not have copied yet
    };
    struct Happening {
        double at;
        std::uint64_t order;
        TrialId trial;
        bool leaves;  ///< the process ends; otherwise the attempt does
        bool operator>(const Happening& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };

    void tell(const Event& event);
    void drain();
    void carry_out(const Judgement& judgement);
    void check(const Judgement& judgement);
    void dispatch();
    void propose(const Start& start);
    void begin(TrialId id);
    void end_attempt(TrialId id);
    void report(TrialId id, Resource step);
    void leave(TrialId id);
    void let_parent_go(Trial& child);
    void schedule(double after, TrialId id, bool leaves);
    double objective(TrialId id, Resource step) const;

    Scheduler& scheduler_;
    SimulationOptions options_;
    base::Rng rng_;
    std::vector<Trial> states_;
    std::vector<TrialId> go_on_;
    std::multiset<TrialId> copied_;  ///< once for each child that has neither reported nor ended
    std::priority_queue<Happening, std::vector<Happening>, std::greater<>> happenings_;
    double now_ = 0;
    std::uint64_t order_ = 0;
    std::size_t free_;
    bool proposals_ended_ = false;
    bool finished_ = false;
};

/// Everything that the const functions answer, as text.
std::string answers(const Scheduler& scheduler);
std::string text_of(const Judgement& judgement);

}  // namespace quench::search::scheduler
