// A coordinator killed at random instants, over and over: no fact whose append returned is lost, the file
// stays sound, the projections agree with the journal, and the next coordinator gets the lock at once.
#include "base/random.hpp"
#include "orchestrator/io/sqlite/connection.hpp"
#include "tests/orchestrator/io/sqlite/sqlite_folder.hpp"
#include "tests/orchestrator/store/facts.hpp"

#include <signal.h>
#include <sys/wait.h>

namespace quench::orchestrator::io::sqlite {
namespace {

constexpr int kills = 30;

/// Opens, appends what is not there yet in small batches and says after each how many facts are committed;
/// closes and opens again now and then, so that those are interrupted too. Until killed.
[[noreturn]] void write_until_killed(const std::string& file, const std::vector<core::StampedFact>& facts,
                                     int acks, std::uint64_t seed) {
    base::Rng rng(seed, "kill");
    for (;;) {
        auto opening = SqliteStore::open_to_write(file, writer());
        if (std::holds_alternative<OpenFailure>(opening)) ::_exit(3);
        const auto store = std::get<0>(std::move(opening));
        const auto studies = store->studies();
        std::size_t done = studies && !studies->empty() ? store->load("a")->size() : 0;
        for (auto n = 1 + rng.below(30); n > 0; --n) {
            if (done == facts.size()) ::_exit(4);
            const auto count = std::min<std::size_t>(1 + rng.below(5), facts.size() - done);
            if (!store->append("a", std::span(facts).subspan(done, count))) ::_exit(5);
            done += count;
            if (::write(acks, &done, sizeof done) != sizeof done) ::_exit(6);
        }
    }
}

/// The last count that the child said, once it is dead.
std::size_t last_ack(int acks) {
    std::size_t count = 0;
    for (std::size_t next = 0; ::read(acks, &next, sizeof next) == sizeof next;) count = next;
    return count;
}

TEST(sqlite_kill, loses_no_fact_that_was_acknowledged) {
    const Folder folder;
    const auto facts = store::story("a", 3000, 1);
    std::size_t acknowledged = 0;
    for (int kill = 0; kill < kills; ++kill) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(pipe[0]);
            write_until_killed(folder.file(), facts, pipe[1], static_cast<std::uint64_t>(kill));
        }
        ::close(pipe[1]);
        base::Rng rng(static_cast<std::uint64_t>(kill), "instant");
        // A third of the kills may hit the opening; before the others some batches are committed, however
        // slow the machine is.
        std::size_t first = 0;
        for (auto batches = kill % 3 == 0 ? 0 : 1 + rng.below(20); batches > 0; --batches)
            if (::read(pipe[0], &first, sizeof first) != sizeof first) break;
        acknowledged = std::max(acknowledged, first);
        ::usleep(static_cast<useconds_t>(rng.below(30'000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended with " << WEXITSTATUS(status);
        acknowledged = std::max(acknowledged, last_ack(pipe[0]));
        ::close(pipe[0]);

        const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
        ASSERT_TRUE(store) << "after kill " << kill;
        const auto kept = store->load("a");
        if (acknowledged == 0 && !kept) continue;
        ASSERT_TRUE(kept);
        ASSERT_GE(kept->size(), acknowledged) << "after kill " << kill;
        const auto expected = std::span(facts).first(kept->size());
        ASSERT_EQ(store::texts_of(*kept), store::texts_of({expected.begin(), expected.end()}));
        ASSERT_EQ(*store->projection_differences("a"), std::vector<std::string>{});
        Connection check(folder.file(), Mode::read);
        ASSERT_EQ(check.integer("SELECT count(*) = 1 AND max(integrity_check) = 'ok'"
                                " FROM pragma_integrity_check"),
                  1);
        ASSERT_EQ(check.integer("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
    EXPECT_GT(acknowledged, 100u);
    RecordProperty("facts", static_cast<int>(acknowledged));
}

}  // namespace
}  // namespace quench::orchestrator::io::sqlite
