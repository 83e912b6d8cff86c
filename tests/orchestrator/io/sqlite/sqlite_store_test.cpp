#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include "orchestrator/io/sqlite/connection.hpp"
#include "tests/orchestrator/io/sqlite/sqlite_folder.hpp"
#include "tests/orchestrator/store/conformance.hpp"
#include "tests/orchestrator/store/facts.hpp"

#include <sys/resource.h>

namespace quench::orchestrator::store {
namespace {

struct SqliteTester final : StoreTester {
    io::sqlite::Folder folder;
    std::unique_ptr<io::sqlite::SqliteStore> sqlite = open();

    std::unique_ptr<io::sqlite::SqliteStore> open() {
        return io::sqlite::opened(
            io::sqlite::SqliteStore::open_to_write(folder.file(), io::sqlite::writer()));
    }
    Store& store() override { return *sqlite; }
    void reopen() override {
        sqlite.reset();
        sqlite = open();
    }
};

INSTANTIATE_TEST_SUITE_P(sqlite, store_conformance, testing::Values([]() -> std::unique_ptr<StoreTester> {
                             return std::make_unique<SqliteTester>();
                         }));

}  // namespace
}  // namespace quench::orchestrator::store

namespace quench::orchestrator::io::sqlite {
namespace {

using store::created;
using store::story;
using store::texts_of;
using Names = std::set<std::string>;
using Texts = std::vector<std::string>;
using Why = OpenFailure::Why;

core::StampedFact now(core::Fact fact) {
    return {base::TimePoint{7}, std::move(fact)};
}

TEST(sqlite_store, a_clean_end_leaves_one_file) {
    const Folder folder;
    auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(store->append("a", story("a", 5, 1)));
    EXPECT_EQ(folder.files(), (Names{"quench.db", "quench.db-shm", "quench.db-wal"}));
    store.reset();
    EXPECT_EQ(folder.files(), Names{"quench.db"});
}

TEST(sqlite_store, reading_changes_nothing) {
    const Folder folder;
    const auto facts = story("a", 5, 1);
    ASSERT_TRUE(opened(SqliteStore::open_to_write(folder.file(), writer()))->append("a", facts));
    const std::string before = bytes_of(folder.file());
    {
        const auto reader = opened(SqliteStore::open_to_read(folder.file()));
        EXPECT_EQ(texts_of(*reader->load("a")), texts_of(facts));
        EXPECT_EQ(folder.files(), Names{"quench.db"});
        EXPECT_FALSE(reader->append("a", std::vector{now(core::StudyResumed{})}));
        EXPECT_FALSE(reader->keep_lock({8}));
    }
    EXPECT_EQ(folder.files(), Names{"quench.db"});
    EXPECT_EQ(bytes_of(folder.file()), before);
}

TEST(sqlite_store, a_reader_sees_what_a_live_writer_has_committed) {
    const Folder folder;
    const auto writing = opened(SqliteStore::open_to_write(folder.file(), writer()));
    const auto reader = opened(SqliteStore::open_to_read(folder.file()));
    EXPECT_EQ(*reader->studies(), Texts{});
    ASSERT_TRUE(writing->append("a", std::vector{now(created("a"))}));
    EXPECT_EQ(*reader->studies(), Texts{"a"});
    ASSERT_TRUE(writing->append("a", std::vector{now(core::StudyPaused{"x"})}));
    EXPECT_EQ(reader->load("a")->size(), 2u);
}

TEST(sqlite_store, a_reader_that_was_first_follows_a_writer_that_comes) {
    const Folder folder;
    ASSERT_TRUE(opened(SqliteStore::open_to_write(folder.file(), writer()))
                    ->append("a", std::vector{now(created("a"))}));
    const auto reader = opened(SqliteStore::open_to_read(folder.file()));
    EXPECT_EQ(reader->load("a")->size(), 1u);
    auto writing = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(writing->append("a", std::vector{now(core::StudyResumed{})}));
    EXPECT_EQ(reader->load("a")->size(), 2u);
    writing.reset();
    EXPECT_EQ(reader->load("a")->size(), 2u);
}

TEST(sqlite_store, the_projections_agree_with_the_journal) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(store->append("other", story("other", 3, 5)));
    const auto facts = story("a", 40, 3);
    for (std::size_t i = 0; i < facts.size(); ++i)
        ASSERT_TRUE(store->append("a", std::span(facts).subspan(i, 1)));
    EXPECT_EQ(*store->projection_differences("a"), Texts{});
    EXPECT_EQ(*store->projection_differences("other"), Texts{});
    EXPECT_FALSE(store->projection_differences("nobody"));
}

TEST(sqlite_store, bytes_that_are_not_utf8_are_the_same_in_journal_and_projections) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(
        store->append("a", std::vector{now(created("a")), now(core::WorkerJoined{"w\xff", "s", "n2", 1, 1}),
                                       now(core::WorkerLost{"w\xff", "s", "\xc3"})}));
    EXPECT_EQ(*store->projection_differences("a"), Texts{});
}

TEST(sqlite_store, a_row_that_was_edited_is_found) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(store->append("a", story("a", 9, 3)));
    Connection other(folder.file(), Mode::write);
    other.execute("UPDATE trial SET goal = 99 WHERE number = 2");
    other.execute("DELETE FROM attempt WHERE trial % 4294967296 = 3");
    other.execute("INSERT INTO worker VALUES (1, 'w9', 's', 'n', 1, 1, 0, NULL, NULL)");
    EXPECT_EQ(*store->projection_differences("a"),
              (Texts{"trial 2: goal is 99, the journal says 3", "attempt 3/1 is missing",
                     "worker w9 s is there, but not in the journal"}));
}

TEST(sqlite_store, a_page_that_was_overwritten_is_found) {
    const Folder folder;
    const auto append = [&] {
        const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
        ASSERT_TRUE(store->append("a", story("a", 60, 9)));
        EXPECT_EQ(*store->damage(), Texts{});
    };
    append();
    constexpr std::streamoff page = 4096;
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-page, std::ios::end).write(std::string(page, '\0').data(), page);
    file.close();
    const auto damage = opened(SqliteStore::open_to_read(folder.file()))->damage();
    EXPECT_TRUE(!damage || !damage->empty());
}

TEST(sqlite_store, a_damaged_fact_is_named) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(store->append("a", story("a", 2, 3)));
    Connection(folder.file(), Mode::write).execute("UPDATE fact SET body = '{}' WHERE seq = 3");
    const auto facts = store->load("a");
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().text(),
              "cannot load study 'a': fact 3 of the journal cannot be read: fact 'worker_joined': field "
              "'worker' is missing");
}

TEST(sqlite_store, a_full_disk_is_an_error_and_loses_nothing) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    const auto facts = story("a", 400, 3);
    ASSERT_TRUE(store->append("a", std::span(facts).first(10)));
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit small{300'000, limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto appended = store->append("a", std::span(facts).subspan(10));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    ASSERT_FALSE(appended);
    EXPECT_NE(appended.error().text().find("full"), std::string::npos) << appended.error().text();
    EXPECT_EQ(store->load("a")->size(), 10u);
    ASSERT_TRUE(store->append("a", std::span(facts).subspan(10)));
    EXPECT_EQ(texts_of(*store->load("a")), texts_of(facts));
    EXPECT_EQ(*store->projection_differences("a"), Texts{});
}

}  // namespace
}  // namespace quench::orchestrator::io::sqlite
