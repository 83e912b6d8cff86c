#include "orchestrator/cli/verbs.hpp"

#include <array>

namespace quench::orchestrator::cli {

std::span<const Verb> verbs() {
    // In the order in which help shows them.
    static constexpr std::array table{
        Verb{"run", "Run a study on this machine, to its end", declare_run},
        Verb{"serve", "Coordinate a study for workers on other machines", declare_serve},
        Verb{"worker", "Train trials for a coordinator", declare_worker},
        Verb{"resume", "Go on with a study that was interrupted or paused", declare_resume},
        Verb{"pause", "Checkpoint and stop what runs; 'quench resume' goes on", declare_pause},
        Verb{"cancel", "End a study for good", declare_cancel},
        Verb{"validate", "Check a study file and show what it plans", declare_validate},
        Verb{"simulate", "Try study files on learning curves, in virtual time", declare_simulate},
        Verb{"studies", "List the studies of the database", declare_studies},
        Verb{"status", "Where a study stands", declare_status},
        Verb{"best", "The best trial of a study", declare_best},
        Verb{"trials", "List the trials of a study", declare_trials},
        Verb{"show", "Everything about one trial", declare_show},
        Verb{"why", "Why a trial was trained on or stopped, and how good forecasts were", declare_why},
        Verb{"verify", "Check that every decision in the journal follows from the facts before it",
             declare_verify},
        Verb{"predict", "How well predictors forecast the learning curves of a table", declare_predict},
        Verb{"anneal", "Minimise a QUBO: the annealers of the Q-SVR predictor", declare_anneal},
    };
    return table;
}

}  // namespace quench::orchestrator::cli
