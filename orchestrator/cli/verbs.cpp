#include "orchestrator/cli/verbs.hpp"

#include <array>

namespace quench::orchestrator::cli {

std::span<const Verb> verbs() {
    // In the order in which help shows them.
    static constexpr std::array table{
        Verb{"validate", "Check a study file and show what it plans", declare_validate},
        Verb{"studies", "List the studies of the database", declare_studies},
        Verb{"status", "Where a study stands", declare_status},
        Verb{"best", "The best trial of a study", declare_best},
        Verb{"trials", "List the trials of a study", declare_trials},
        Verb{"show", "Everything about one trial", declare_show},
        Verb{"verify", "Check that every decision in the journal follows from the facts before it",
             declare_verify},
    };
    return table;
}

}  // namespace quench::orchestrator::cli
