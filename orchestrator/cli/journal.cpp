#include "orchestrator/cli/journal.hpp"

#include "orchestrator/cli/text.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::cli {

std::string choose_study(const store::Store& store, const std::string& wanted) {
    const auto names = store.studies();
    if (!names) throw Refusal(ExitCode::storage, names.error().text());
    if (std::find(names->begin(), names->end(), wanted) != names->end()) return wanted;
    if (names->empty())
        throw Refusal(ExitCode::not_found,
                      "the database holds no study (nothing has been run) start one with "
                      "'quench run FILE'");
    if (!wanted.empty())
        throw Refusal(ExitCode::not_found, "there is no study '" + printable(wanted) +
                                               "' (the database has " + study::listed(*names) + ") " +
                                               study::suggestion(wanted, *names));
    if (names->size() == 1) return names->front();
    throw Refusal(ExitCode::usage, "which study? (the database has " + study::listed(*names) + ") name one");
}

std::string choose_unfinished(const store::Store& store, const std::string& wanted) {
    const auto names = store.studies();
    if (!wanted.empty() || !names || names->size() < 2) return choose_study(store, wanted);
    std::vector<std::string> unfinished;
    for (const std::string& name : *names) {
        const auto state = core::replay(facts_of(store, name));
        if (!state || state->phase != core::StudyPhase::ended) unfinished.push_back(name);
    }
    if (unfinished.size() == 1) return unfinished.front();
    throw Refusal(ExitCode::usage,
                  unfinished.empty()
                      ? "every study of the database has ended (" + study::listed(*names) + ") name one"
                      : "which study? (" + study::listed(unfinished) + " have not ended) name one");
}

std::vector<core::StampedFact> facts_of(const store::Store& store, const std::string& study) {
    auto facts = store.load(study);
    if (!facts) throw Refusal(ExitCode::storage, facts.error().text());
    return std::move(facts).value();
}

Journal read_journal(const World& world, const Common& common, const std::string& wanted) {
    const auto store = world.open_to_read(common.db);
    Journal journal;
    journal.study = choose_study(*store, wanted);
    journal.facts = facts_of(*store, journal.study);
    auto state = core::replay(journal.facts);
    if (!state)
        throw Refusal(ExitCode::storage, state.error().in("study '" + journal.study + "'").text() +
                                             "; 'quench verify' says more");
    journal.state = std::move(state).value();
    return journal;
}

core::TrialId existing_trial(const Journal& journal, std::uint64_t trial) {
    const std::size_t count = journal.state.trials.size();
    if (trial >= count)
        throw Refusal(ExitCode::not_found,
                      fmt::format("there is no trial {} (study '{}' has {}) {}", trial, journal.study,
                                  count == 0 ? "none yet" : fmt::format("trials 0 to {}", count - 1),
                                  count == 0 ? "wait for the first" : "see 'quench trials'"));
    return core::TrialId(trial);
}

}  // namespace quench::orchestrator::cli
