#include "orchestrator/cli/coordinate.hpp"

#include "orchestrator/cli/build_info.hpp"
#include "orchestrator/cli/control.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/screen.hpp"
#include "orchestrator/cli/study_source.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/warm_start_source.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/io/loop/coordinator_loop.hpp"
#include "orchestrator/io/zmq/identity.hpp"
#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <ostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace quench::orchestrator::cli {
namespace {

namespace fs = std::filesystem;

std::string access_file_of(const Common& common, const Setup& setup) {
    return fs::absolute(setup.access_file.empty() ? common.db + ".access" : setup.access_file).string();
}

/// The router under the keys of this database's earlier coordinators, and the access file that leads to it.
std::unique_ptr<io::Router> listen(const World& world, const Setup& setup, const std::string& access_file) {
    const std::string identity_file = access_file + ".key";
    auto identity = io::load_or_create_identity(identity_file);
    if (!identity) throw Refusal(ExitCode::error, identity.error().text());
    const bool again = setup.workers == Workers::remote && setup.bind.empty() && !identity->bind.empty();
    const std::string bind = again ? identity->bind : setup.bind.empty() ? "tcp://127.0.0.1:*" : setup.bind;
    auto router = io::Router::open({.bind = bind,
                                    .server_keys = identity->server,
                                    .client_keys = {identity->client.public_key},
                                    .limits = {}});
    if (!router) throw Refusal(ExitCode::error, router.error().text());
    const std::string endpoint = io::endpoint_for_clients((*router)->endpoint(), host_name());
    identity->bind = (*router)->endpoint();
    const worker::io::Access access{endpoint, identity->server.public_key, identity->client.public_key,
                                    identity->client.secret_key};
    if (auto saved = io::save_identity(identity_file, *identity); !saved)
        throw Refusal(ExitCode::error, saved.error().text());
    if (auto written = worker::io::write_access(access_file, access); !written) {
        throw Refusal(ExitCode::error, written.error().text());
    }
    if (setup.workers == Workers::remote) {
        world.err << fmt::format("listening on {}; start workers with: quench worker --access {}\n", endpoint,
                                 access_file);
    }
    return std::move(router).value();
}

std::unique_ptr<io::LocalWorkers> start_workers(const Setup& setup, const std::string& access_file,
                                                const fs::path& folder, base::TimePoint now) {
    if (setup.workers == Workers::remote) return nullptr;
    auto workers = std::make_unique<io::LocalWorkers>(io::LocalWorkersOptions{.program = this_program(),
                                                                              .access_file = access_file,
                                                                              .count = setup.count,
                                                                              .slots = slots_of(setup),
                                                                              .log_folder = folder});
    if (auto started = workers->start(now); !started) throw Refusal(ExitCode::error, started.error().text());
    return workers;
}

/// From an open store and a first input to the end.
ExitCode coordinate(const World& world, const Common& common, const Setup& setup, io::Signals& signals,
                    io::sqlite::SqliteStore& store, core::State state,
                    const std::optional<core::StudySubmitted>& submitted) {
    const std::string access_file = access_file_of(common, setup);
    if (store.taken_over()) {
        world.err << "taking over from a coordinator that is gone: "
                  << io::sqlite::to_text(*store.taken_over()) << '\n';
    }
    const auto router = listen(world, setup, access_file);

    core::Coordinator coordinator(std::move(state), {.build = build_info()});
    core::Batch first;
    if (submitted) coordinator.step(*submitted, world.now(), first);
    coordinator.step(core::Started{host_name(), getpid(), build_info()}, world.now(), first);
    if (coordinator.state().phase == core::StudyPhase::paused) {
        coordinator.step(
            core::Received{{}, worker::protocol::Request{.id = 1, .verb = "resume", .study = ""}},
            world.now(), first);
    }
    const fs::path folder = coordinator.state().created->trials_dir;
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure)
        throw Refusal(ExitCode::error,
                      fmt::format("cannot create {} ({})", folder.string(), failure.message()));
    if (auto committed = store.append(coordinator.state().study().name, first.facts); !committed) {
        throw Refusal(ExitCode::storage, committed.error().text());
    }

    const auto workers = start_workers(setup, access_file, folder, world.now());
    Screen screen(world, common.output, coordinator.state(), world.now());
    const bool serving = setup.workers == Workers::remote;
    io::LoopOptions options;
    if (serving) {
        options.on_pause = io::LoopOptions::OnPause::stay;
        options.on_terminate = io::LoopOptions::OnTerminate::leave_trials;
    }
    const io::LoopHooks hooks{.keep_lock = [&](base::TimePoint now) { return store.keep_lock(now); },
                              .turn = [&](const auto& facts, const auto& whole,
                                          base::TimePoint now) { screen.turn(facts, whole, now); },
                              .log = [&](const std::string& line) { screen.log(line, world.now()); }};
    screen.turn(first.facts, coordinator, world.now());
    io::CoordinatorLoop loop(coordinator, store, *router, signals, workers.get(), options, hooks);
    const auto end = loop.run();
    screen.close(coordinator, world.now());
    if (!end) throw Refusal(ExitCode::storage, end.error().text());
    if (*end == io::LoopEnd::interrupted) {
        world.err << "interrupted; 'quench resume' goes on\n";
        return ExitCode::interrupted;
    }
    return print_outcome(world, common, coordinator.state());
}

}  // namespace

void declare_local(CLI::App& app, Setup& setup) {
    setup.workers = Workers::local;
    app.add_option("--workers", setup.count, "Local workers to start")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--slots", setup.slots,
                   "Ranks that each can run at a time (default: the cores shared out)")
        ->check(CLI::Range(1, 65536));
}

void declare_remote(CLI::App& app, Setup& setup) {
    setup.workers = Workers::remote;
    app.add_option(
        "--bind", setup.bind,
        "Address to listen on, as tcp://0.0.0.0:5570 (default: as before, or a free port of 127.0.0.1)");
    app.add_option("--access", setup.access_file,
                   "Where to write the access file (default: the database with .access)");
}

int slots_of(const Setup& setup) {
    if (setup.slots > 0) return setup.slots;
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / std::max(1, setup.count));
}

core::StudyCreated study_to_create(const World& world, const Common& common, const Setup& setup,
                                   const std::string& file) {
    const bool here = setup.workers == Workers::local;
    const StudySource source = read_source(file, here ? std::optional(slots_of(setup)) : std::nullopt);
    if (!source.reading.file) {
        print_file_errors(world, file, source.reading.errors);
        throw Refusal(ExitCode::usage, fmt::format("{} was not started (see above)", file));
    }
    core::StudyCreated created;
    created.study = source.reading.file->study;
    created.text = source.text;
    created.study_dir = fs::absolute(file).lexically_normal().parent_path().string();
    created.workdir = fs::current_path().string();
    fs::path folder = fs::absolute(common.db).lexically_normal();
    folder.replace_extension();
    created.trials_dir = folder.string() + "-trials/" + created.study.name;
    return created;
}

ExitCode coordinate_new(const World& world, const Common& common, const Setup& setup,
                        const core::StudyCreated& created) {
    // Before any thread is made, so that all of them leave these signals to the loop.
    io::Signals signals({SIGINT, SIGTERM, SIGCHLD});
    const auto store = open_to_write(world, common.db, access_file_of(common, setup));
    const auto names = store->studies();
    if (!names) throw Refusal(ExitCode::storage, names.error().text());
    if (std::ranges::find(*names, created.study.name) != names->end()) {
        throw Refusal(ExitCode::exists,
                      fmt::format("study '{}' is in {} already (its facts are not overwritten); go on with "
                                  "'quench resume {}', or give the study another name",
                                  created.study.name, common.db, created.study.name));
    }
    core::StudySubmitted submitted{created, {}};
    if (created.study.warm_start)
        submitted.learned = learn(world, store.get(), created.study, created.study_dir);
    return coordinate(world, common, setup, signals, *store, core::State{}, submitted);
}

ExitCode coordinate_again(const World& world, const Common& common, const Setup& setup,
                          const std::string& wanted) {
    if (const auto holder = live_holder(world, common.db)) {
        const Journal journal =
            read_journal(world, common, choose_unfinished(*world.open_to_read(common.db), wanted));
        if (journal.state.phase == core::StudyPhase::paused)
            return ask_coordinator(world, *holder, "resume", journal.study);
    }
    io::Signals signals({SIGINT, SIGTERM, SIGCHLD});
    const auto store = open_to_write(world, common.db, access_file_of(common, setup));
    const std::string study = choose_unfinished(*store, wanted);
    auto state = core::replay(facts_of(*store, study));
    if (!state) {
        throw Refusal(ExitCode::storage,
                      state.error().in("study '" + study + "'").text() + "; 'quench verify' says more");
    }
    const bool over =
        state->phase == core::StudyPhase::ended && state->running.empty() && state->to_end.empty();
    if (over) {
        world.err << fmt::format("study '{}' has ended: {}\n", study, state->ending->reason);
        return print_outcome(world, common, *state);
    }
    if (setup.workers == Workers::local && slots_of(setup) < state->study().trial.ranks) {
        throw Refusal(
            ExitCode::usage,
            fmt::format("a trial of '{}' needs {} ranks and a worker here has {} slots; use --slots {}",
                        study, state->study().trial.ranks, slots_of(setup), state->study().trial.ranks));
    }
    return coordinate(world, common, setup, signals, *store, std::move(state).value(), std::nullopt);
}

}  // namespace quench::orchestrator::cli
