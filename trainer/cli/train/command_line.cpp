#include "trainer/cli/train/command_line.hpp"

#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

// Before a verb stands nothing: what was meant for it would not reach it.
void check_order(const CLI::App& app) {
    if (app.get_subcommands().empty()) return;
    const std::string verb = app.get_subcommands().front()->get_name();
    for (const CLI::Option* option : app.get_options())
        if (option->count() > 0)
            throw CLI::ArgumentMismatch(
                fmt::format("{} stands before the verb (options of {} follow it)", option->get_name(), verb));
}

}  // namespace

int run_command_line(int argc, const char* const* argv, mpi::Session& ranks) {
    CLI::App app("Trains machine-learned particle flow on collider events.", "mlpf-train");
    app.require_subcommand(0, 1);
    double rank_timeout_s = 600;
    Action action = declare_train(app);
    add_rank_timeout(app, rank_timeout_s);
    for (const Verb& verb : verbs()) {
        CLI::App* const sub = app.add_subcommand(verb.name, verb.summary);
        sub->parse_complete_callback([&action, chosen = verb.declare(*sub)] { action = chosen; });
        add_rank_timeout(*sub, rank_timeout_s);
    }
    try {
        app.parse(argc, argv);
        check_order(app);
    } catch (const CLI::ParseError& error) {
        if (!ranks.is_root()) return error.get_exit_code() == 0 ? 0 : 2;
        return app.exit(error) == 0 ? 0 : 2;
    }
    ranks.set_patience(std::chrono::duration<double>(rank_timeout_s));
    try {
        action(ranks);
        return 0;
    } catch (const Refused& refused) {
        // Every rank sees the same problem and leaves by itself.
        if (ranks.is_root()) fmt::print(stderr, "mlpf-train: {}\n", refused.what());
        return 1;
    } catch (const std::exception& error) {
        fmt::print(stderr, "mlpf-train, rank {}: {}\n", ranks.rank(), error.what());
        ranks.abort(1);
    }
}

}  // namespace quench::trainer::cli
