// quench studies
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"
#include "orchestrator/core/apply.hpp"

#include <ostream>

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
namespace {

const std::vector<Column>& columns() {
    static const std::vector<Column> all = {{"study", "STUDY"},
                                            {"state", "STATE"},
                                            {"trials", "TRIALS", Align::right},
                                            {"ended", "ENDED", Align::right},
                                            {"failed", "FAILED", Align::right},
                                            {"metric", "METRIC"},
                                            {"best", "BEST", Align::right},
                                            {"provisional", "PROVISIONAL"},
                                            {"spent", "SPENT", Align::right},
                                            {"created", "CREATED (UTC)"},
                                            {"last_fact", "LAST FACT (UTC)"}};
    return all;
}

}  // namespace

Action declare_studies(CLI::App&, const World& world, const Common& common) {
    return [&world, &common] {
        const auto store = world.open_to_read(common.db);
        const auto names = store->studies();
        if (!names) throw Refusal(ExitCode::storage, names.error().text());
        Json rows = Json::array();
        ExitCode code = ExitCode::ok;
        for (const std::string& name : *names) {
            const auto state = core::replay(facts_of(*store, name));
            if (state) {
                rows.push_back(study_row(*state));
                continue;
            }
            // One damaged journal must not hide the other studies.
            rows.push_back({{"study", name}, {"state", "damaged"}});
            world.err << "quench: study '" << name << "': " << state.error().text() << "\n";
            code = ExitCode::storage;
        }
        if (rows.empty() && common.output == Output::table)
            world.err << "quench: the database holds no study yet\n";
        else
            print_rows(world.out, common.output, columns(), rows);
        return code;
    };
}

}  // namespace quench::orchestrator::cli
