#include "orchestrator/cli/warm_start_source.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/warm_start.hpp"
#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include <fmt/format.h>

namespace quench::orchestrator::cli {

std::vector<core::TrialLearned> learn(const World& world, const store::Store* own, const core::Study& study,
                                      const std::string& study_dir) {
    const core::WarmStart& from = *study.warm_start;
    std::unique_ptr<store::Store> elsewhere;
    if (!from.db.empty())
        elsewhere = world.open_to_read((std::filesystem::path(study_dir) / from.db).string());
    const store::Store& store = elsewhere ? *elsewhere : *own;
    const auto names = store.studies();
    if (!names) throw Refusal(ExitCode::storage, names.error().text());
    if (std::ranges::find(*names, from.study) == names->end())
        throw Refusal(
            ExitCode::not_found,
            fmt::format("search.warm_start names the study '{}' (the database has {}) correct it, name its "
                        "database with {{study: {}, db: FILE}}, or remove it",
                        printable(from.study), names->empty() ? "none" : study::listed(*names),
                        printable(from.study)));
    const auto state = core::replay(facts_of(store, from.study));
    if (!state) throw Refusal(ExitCode::storage, state.error().in("study '" + from.study + "'").text());
    auto learnable = core::learnable_from(*state, study);
    if (!learnable) throw Refusal(ExitCode::usage, learnable.error().text());
    world.err << core::to_text(*learnable, from.study) << '\n';
    return std::move(learnable->trials);
}

}  // namespace quench::orchestrator::cli
