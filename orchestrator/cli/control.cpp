#include "orchestrator/cli/control.hpp"

#include "orchestrator/cli/build_info.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/coordinator.hpp"
#include "worker/io/channel.hpp"

#include <array>
#include <ostream>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

namespace quench::orchestrator::cli {
namespace {

using io::sqlite::SqliteStore;
namespace protocol = worker::protocol;

// A coordinator answers within a turn; a slow disk can hold one up for seconds.
constexpr base::Duration patience = std::chrono::seconds(10);

SqliteStore& opened_or_refused(const SqliteStore::Opened& opened) {
    if (const auto* failure = std::get_if<io::sqlite::OpenFailure>(&opened)) {
        const bool missing = failure->why == io::sqlite::OpenFailure::Why::not_found;
        throw Refusal(missing ? ExitCode::not_found : ExitCode::storage, failure->text);
    }
    return *std::get<0>(opened);
}

/// The journal is changed as a coordinator would change it; there is nobody to send to.
ExitCode change_journal(const World& world, const Common& common, const std::string& verb,
                        const std::string& study) {
    auto store = open_to_write(world, common.db, "");
    auto state = core::replay(facts_of(*store, study));
    if (!state) throw Refusal(ExitCode::storage, state.error().text());
    core::Coordinator coordinator(std::move(state).value(), {.build = build_info()});
    core::Batch batch;
    const core::Peer nobody;
    coordinator.step(core::WorkersAbandoned{"their coordinator is gone"}, world.now(), batch);
    coordinator.step(core::Received{nobody, protocol::Request{.id = 1, .verb = verb, .study = study}},
                     world.now(), batch);
    if (!batch.facts.empty()) {
        if (auto committed = store->append(study, batch.facts); !committed) {
            throw Refusal(ExitCode::storage, committed.error().text());
        }
    }
    for (const core::Send& send : batch.sends) {
        const auto* reply = std::get_if<protocol::Reply>(&send.message);
        if (reply == nullptr) continue;
        if (!reply->ok) throw Refusal(ExitCode::error, reply->text);
        world.err << reply->text << '\n';
    }
    return ExitCode::ok;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

std::optional<io::sqlite::Holder> live_holder(const World& world, const std::string& db) {
    const auto opened = SqliteStore::open_to_read(db);
    const auto holder = opened_or_refused(opened).holder(world.now());
    if (!holder) throw Refusal(ExitCode::storage, holder.error().text());
    const bool live = holder->has_value() && !(*holder)->dead &&
                      (*holder)->silent_for < io::sqlite::WriterOptions{}.stale_after;
    return live ? *holder : std::nullopt;
}

std::unique_ptr<SqliteStore> open_to_write(const World& world, const std::string& db,
                                           const std::string& access_file) {
    auto opened = SqliteStore::open_to_write(db, {.host = host_name(),
                                                  .pid = getpid(),
                                                  .access_file = access_file,
                                                  .now = world.now(),
                                                  .optuna_revision = {}});
    opened_or_refused(opened);
    return std::get<0>(std::move(opened));
}

ExitCode ask_coordinator(const World& world, const io::sqlite::Holder& holder, const std::string& verb,
                         const std::string& study) {
    const auto access = worker::io::read_access(holder.access_file);
    if (!access) throw Refusal(ExitCode::error, access.error().text());
    const auto channel = worker::io::Channel::open(*access);
    if (!channel) throw Refusal(ExitCode::error, channel.error().text());
    (*channel)->send(protocol::encode(protocol::Request{.id = 1, .verb = verb, .study = study}));
    const auto until = world.now() + patience;
    while (world.now() < until) {
        const auto frame = (*channel)->receive_within(until - world.now());
        if (!frame) break;
        const auto message = protocol::decode_from_coordinator(*frame);
        if (!message) throw Refusal(ExitCode::error, message.error().text());
        const auto* reply = std::get_if<protocol::Reply>(&message.value());
        if (reply == nullptr) continue;
        if (!reply->ok) throw Refusal(ExitCode::error, reply->text);
        world.err << reply->text << '\n';
        return ExitCode::ok;
    }
    throw Refusal(ExitCode::error,
                  fmt::format("no answer from the coordinator at {} within {} ({}); is {} its access file?",
                              access->endpoint, base::to_text(patience), io::sqlite::to_text(holder),
                              holder.access_file));
}

ExitCode control(const World& world, const Common& common, const std::string& verb,
                 const std::string& wanted) {
    const std::string study = choose_study(*world.open_to_read(common.db), wanted);
    if (const auto holder = live_holder(world, common.db))
        return ask_coordinator(world, *holder, verb, study);
    return change_journal(world, common, verb, study);
}

}  // namespace quench::orchestrator::cli
