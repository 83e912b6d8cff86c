// quench best [STUDY] [--plot FILE]
#include "orchestrator/cli/front_plot.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/study/report.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

struct BestOptions {
    std::string study;
    std::string plot;
};

void write_plot(const std::string& path, const core::State& state) {
    if (state.study().others.empty())
        throw Refusal(
            ExitCode::usage,
            fmt::format("--plot draws the trade-offs of several objectives (study '{}' has one) leave it out",
                        state.study().name));
    std::ofstream file(path, std::ios::binary);
    file << front_plot(state, front_of(state));
    file.close();
    if (!file)
        throw Refusal(ExitCode::error, fmt::format("{} cannot be written ({}) name another file",
                                                   study::quoted(path), std::strerror(errno)));
}

}  // namespace

Action declare_best(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<BestOptions>();
    app.add_option("STUDY", options->study, "Its name; may be left out when the database has one study");
    app.add_option("--plot", options->plot, "Several objectives: draw their trade-offs into this file (SVG)");
    return [&world, &common, options] {
        const Journal journal = read_journal(world, common, options->study);
        if (!options->plot.empty()) write_plot(options->plot, journal.state);
        print_best(world, common, journal.state);
        return ExitCode::ok;
    };
}

}  // namespace quench::orchestrator::cli
