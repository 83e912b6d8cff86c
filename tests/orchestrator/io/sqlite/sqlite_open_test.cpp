// Opening: what is refused, and that it is left as it was; the lock.
#include "orchestrator/io/sqlite/connection.hpp"
#include "orchestrator/io/sqlite/lock.hpp"
#include "orchestrator/io/sqlite/schema.hpp"
#include "tests/orchestrator/io/sqlite/sqlite_folder.hpp"
#include "tests/orchestrator/store/facts.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace quench::orchestrator::io::sqlite {
namespace {

using store::created;
using Names = std::set<std::string>;
using Why = OpenFailure::Why;
using std::chrono::seconds;

core::StampedFact now(core::Fact fact) {
    return {base::TimePoint{7}, std::move(fact)};
}

constexpr base::TimePoint start{1'000'000'000};

/// Both ways of opening refuse, and no byte and no file changes.
void expect_refused_untouched(const Folder& folder, const std::string& file, Why why,
                              const std::string& words) {
    const auto files = folder.files();
    const std::string before = bytes_of(file);
    for (const auto& failure :
         {refused(SqliteStore::open_to_write(file, writer())), refused(SqliteStore::open_to_read(file))}) {
        EXPECT_EQ(failure.why, why) << failure.text;
        EXPECT_NE(failure.text.find(words), std::string::npos) << failure.text;
        EXPECT_NE(failure.text.find(file), std::string::npos) << failure.text;
    }
    EXPECT_EQ(folder.files(), files);
    EXPECT_EQ(bytes_of(file), before);
}

void create_with(const std::string& file, const std::string& sql) {
    Connection(file, Mode::create).execute(sql);
}

TEST(sqlite_open, a_newer_schema_is_refused_untouched) {
    const Folder folder;
    opened(SqliteStore::open_to_write(folder.file(), writer()));
    Connection(folder.file(), Mode::write).execute("PRAGMA user_version = 99");
    expect_refused_untouched(folder, folder.file(), Why::newer_version, "newer Quench");
}

TEST(sqlite_open, a_newer_schema_that_is_only_in_the_wal_is_refused_untouched) {
    const Folder folder;
    opened(SqliteStore::open_to_write(folder.file(), writer()));
    {
        Connection newer(folder.file(), Mode::write);
        newer.leave_files_alone_on_close(true);
        newer.execute("PRAGMA journal_mode = WAL; PRAGMA user_version = 99");
    }
    const std::string wal = bytes_of(folder.file() + "-wal");
    ASSERT_FALSE(wal.empty());
    expect_refused_untouched(folder, folder.file(), Why::newer_version, "newer Quench");
    EXPECT_EQ(bytes_of(folder.file() + "-wal"), wal);
}

TEST(sqlite_open, a_file_that_is_no_database_is_refused_untouched) {
    const Folder folder;
    std::ofstream(folder.file()) << "study: mlpf-hpo\n" << std::string(5000, 'x');
    expect_refused_untouched(folder, folder.file(), Why::not_a_database, "not a database");
    std::ofstream(folder.file("short")) << "study";
    expect_refused_untouched(folder, folder.file("short"), Why::not_a_database, "not a database");
    std::ofstream(folder.file("empty")).flush();
    expect_refused_untouched(folder, folder.file("empty"), Why::not_a_database, "not a database");
}

TEST(sqlite_open, a_database_of_another_program_is_refused_untouched) {
    const Folder folder;
    create_with(folder.file(), "CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name TEXT)");
    expect_refused_untouched(folder, folder.file(), Why::not_a_database, "another program");
    create_with(folder.file("wal.db"), "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    expect_refused_untouched(folder, folder.file("wal.db"), Why::not_a_database, "another program");
}

TEST(sqlite_open, a_folder_is_refused) {
    const Folder folder;
    const auto failure = refused(SqliteStore::open_to_write(folder.path().string(), writer()));
    EXPECT_EQ(failure.why, Why::io);
    EXPECT_NE(failure.text.find("is a folder"), std::string::npos) << failure.text;
}

TEST(sqlite_open, what_is_not_there_cannot_be_read) {
    const Folder folder;
    EXPECT_EQ(refused(SqliteStore::open_to_read(folder.file())).why, Why::not_found);
    const auto failure = refused(SqliteStore::open_to_write(folder.file("no/such/quench.db"), writer()));
    EXPECT_EQ(failure.why, Why::io);
    EXPECT_NE(failure.text.find("there is no folder"), std::string::npos) << failure.text;
    EXPECT_EQ(folder.files(), Names{});
}

/// Runs `work` in a child without root's rights; true when it returns true there.
template <class Work>
bool as_nobody(Work&& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(sqlite_open, a_folder_that_cannot_be_written_is_an_error) {
    const Folder folder;
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_TRUE(as_nobody([&] {
        const auto failure = refused(SqliteStore::open_to_write(folder.file(), writer()));
        return failure.why == Why::io && failure.text.find("cannot create") != std::string::npos;
    }));
    EXPECT_EQ(folder.files(), Names{});
}

TEST(sqlite_open, a_finished_study_is_read_where_nothing_can_be_written) {
    const Folder folder;
    ASSERT_TRUE(opened(SqliteStore::open_to_write(folder.file(), writer()))
                    ->append("a", std::vector{now(created("a"))}));
    ::chmod(folder.file().c_str(), 0444);
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_TRUE(as_nobody([&] {
        const auto reader = opened(SqliteStore::open_to_read(folder.file()));
        return reader && reader->load("a")->size() == 1;
    }));
    EXPECT_TRUE(as_nobody([&] {
        return refused(SqliteStore::open_to_write(folder.file(), writer())).text.find("cannot be written") !=
               std::string::npos;
    }));
}

TEST(sqlite_open, a_live_study_is_read_by_another_user) {
    const Folder folder;
    const auto writing = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(writing->append("a", std::vector{now(created("a"))}));
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_TRUE(as_nobody([&] {
        const auto reader = opened(SqliteStore::open_to_read(folder.file()));
        return reader && reader->load("a") && reader->load("a")->size() == 1;
    }));
}

// ---- the lock

TEST(sqlite_lock, a_second_coordinator_is_refused_with_host_pid_and_age) {
    const Folder folder;
    const auto first = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    ASSERT_TRUE(first->keep_lock(start + seconds(129)));
    const auto failure = refused(SqliteStore::open_to_write(folder.file(), writer(start + seconds(130))));
    EXPECT_EQ(failure.why, Why::held);
    ASSERT_TRUE(failure.holder);
    EXPECT_EQ(*failure.holder,
              (Holder{"n1", ::getpid(), seconds(130), seconds(1), "/run/quench/access", false}));
    EXPECT_NE(failure.text.find("host n1, pid " + std::to_string(::getpid()) +
                                ", since 2 min 10 s, last sign of life 1 s ago (two coordinators"),
              std::string::npos)
        << failure.text;
    EXPECT_TRUE(first->append("a", std::vector{now(created("a"))}));
}

TEST(sqlite_lock, a_clean_end_releases_it) {
    const Folder folder;
    opened(SqliteStore::open_to_write(folder.file(), writer()));
    EXPECT_EQ(*opened(SqliteStore::open_to_read(folder.file()))->holder(start), std::nullopt);
    const auto second = opened(SqliteStore::open_to_write(folder.file(), writer()));
    EXPECT_EQ(second->taken_over(), std::nullopt);
}

TEST(sqlite_lock, a_reader_sees_who_holds_it) {
    const Folder folder;
    const auto writing = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    const auto reader = opened(SqliteStore::open_to_read(folder.file()));
    const auto holder = reader->holder(start + seconds(3));
    ASSERT_TRUE(holder && *holder);
    EXPECT_EQ((*holder)->access_file, "/run/quench/access");
    EXPECT_EQ((*holder)->silent_for, seconds(3));
    EXPECT_FALSE((*holder)->dead);
}

/// Runs `work` in a child that is gone without a word once it has returned true.
template <class Work>
void die_after(Work&& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (work()) ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
}

void die_holding(const std::string& file) {
    std::unique_ptr<SqliteStore> store;  // open until the end
    die_after([&] {
        store = opened(SqliteStore::open_to_write(file, writer(start)));
        return store && store->append("a", std::vector{now(created("a"))}).ok();
    });
}

TEST(sqlite_lock, of_a_dead_process_is_taken_over_at_once) {
    const Folder folder;
    die_holding(folder.file());
    {
        const auto reader = opened(SqliteStore::open_to_read(folder.file()));
        const auto files = folder.files();
        EXPECT_EQ(reader->load("a")->size(), 1u);
        EXPECT_TRUE(reader->holder(start)->value().dead);
        EXPECT_EQ(folder.files(), files);
    }
    const auto next = opened(SqliteStore::open_to_write(folder.file(), writer(start + seconds(1))));
    ASSERT_TRUE(next->taken_over());
    EXPECT_EQ(next->taken_over()->host, "n1");
    EXPECT_TRUE(next->taken_over()->dead);
    EXPECT_EQ(next->load("a")->size(), 1u);
}

TEST(sqlite_open, what_a_killed_coordinator_left_is_read_where_nothing_can_be_written) {
    const Folder folder;
    die_holding(folder.file());
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_TRUE(as_nobody([&] {
        const auto reader = opened(SqliteStore::open_to_read(folder.file()));
        return reader && reader->load("a") && reader->load("a")->size() == 1;
    }));
}

/// In the middle of a transaction without a WAL, as while a store closes.
void die_writing(const std::string& file) {
    std::optional<Connection> connection;  // open until the end
    die_after([&] {
        connection.emplace(file, Mode::write);
        connection->execute(
            "PRAGMA cache_size = 1; BEGIN");  // so small that pages are written before the end
        for (int i = 0; i < 50; ++i)
            connection->execute("UPDATE fact SET body = body || hex(zeroblob(5000))");
        return true;
    });
}

TEST(sqlite_open, what_a_kill_in_the_middle_of_closing_left_is_rolled_back_by_who_reads) {
    const Folder folder;
    ASSERT_TRUE(opened(SqliteStore::open_to_write(folder.file(), writer()))
                    ->append("a", std::vector{now(created("a"))}));
    die_writing(folder.file());
    ASSERT_TRUE(folder.files().contains("quench.db-journal"));
    const std::string link = folder.file("link.db");
    std::filesystem::create_symlink(folder.file(), link);
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_TRUE(as_nobody([&] {
        return refused(SqliteStore::open_to_read(link)).text.find("must be writable") != std::string::npos;
    }));
    ::chmod(folder.path().c_str(), 0755);
    const auto reader = opened(SqliteStore::open_to_read(link));
    EXPECT_EQ(reader->load("a")->size(), 1u);
    EXPECT_FALSE(folder.files().contains("quench.db-journal"));
}

TEST(sqlite_open, a_live_study_is_read_through_a_link) {
    const Folder folder;
    std::filesystem::create_directory(folder.file("elsewhere"));
    const std::string link = folder.file("elsewhere/link.db");
    std::filesystem::create_symlink(folder.file(), link);
    const auto writing = opened(SqliteStore::open_to_write(folder.file(), writer()));
    ASSERT_TRUE(writing->append("a", std::vector{now(created("a"))}));
    EXPECT_EQ(*opened(SqliteStore::open_to_read(link))->studies(), std::vector<std::string>{"a"});
}

TEST(sqlite_lock, of_a_pid_that_is_used_again_is_taken_over) {
    const Folder folder;
    const auto first = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    Connection(folder.file(), Mode::write).execute("UPDATE lock SET process_start = process_start || '9'");
    const auto second = opened(SqliteStore::open_to_write(folder.file(), writer(start + seconds(1))));
    EXPECT_TRUE(second->taken_over());
}

TEST(sqlite_lock, of_another_host_is_taken_over_only_when_it_has_been_silent) {
    const Folder folder;
    const auto first = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    WriterOptions options = writer(start + seconds(15));
    options.host = "n2";
    EXPECT_EQ(refused(SqliteStore::open_to_write(folder.file(), options)).why, Why::held);
    options.now = start + seconds(16);
    const auto second = opened(SqliteStore::open_to_write(folder.file(), options));
    ASSERT_TRUE(second->taken_over());
    EXPECT_EQ(second->taken_over()->silent_for, seconds(16));
}

TEST(sqlite_lock, who_was_suspended_and_replaced_cannot_write) {
    const Folder folder;
    const auto first = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    ASSERT_TRUE(first->append("a", std::vector{now(created("a"))}));
    WriterOptions options = writer(start + seconds(20));
    options.host = "n2";
    const auto second = opened(SqliteStore::open_to_write(folder.file(), options));
    const auto appended = first->append("a", std::vector{now(core::StudyPaused{"x"})});
    ASSERT_FALSE(appended);
    EXPECT_NE(appended.error().text().find("taken over"), std::string::npos);
    EXPECT_FALSE(first->keep_lock(start + seconds(21)));
    EXPECT_EQ(second->load("a")->size(), 1u);
    ASSERT_TRUE(second->keep_lock(start + seconds(22)));
    EXPECT_TRUE(second->append("a", std::vector{now(core::StudyPaused{"y"})}));
}

TEST(sqlite_lock, the_end_of_who_was_replaced_does_not_release_it) {
    const Folder folder;
    auto first = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    WriterOptions options = writer(start + seconds(20));
    options.host = "n2";
    const auto second = opened(SqliteStore::open_to_write(folder.file(), options));
    first.reset();
    EXPECT_TRUE(second->keep_lock(start + seconds(22)));
    EXPECT_TRUE(second->append("a", std::vector{now(created("a"))}));
}

TEST(sqlite_lock, is_renewed_at_most_once_a_second) {
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer(start)));
    const auto beat = [&] {
        return Connection(folder.file(), Mode::read).integer("SELECT heartbeat FROM lock");
    };
    ASSERT_TRUE(store->keep_lock(start + std::chrono::milliseconds(900)));
    EXPECT_EQ(beat(), start.us);
    ASSERT_TRUE(store->keep_lock(start + std::chrono::milliseconds(1100)));
    EXPECT_EQ(beat(), start.us + 1'100'000);
    ASSERT_TRUE(store->keep_lock(start));  // the clock was set back
    EXPECT_EQ(beat(), start.us);
}

// ---- migrations

TEST(sqlite_schema, migrations_are_carried_out_in_order_and_make_the_views_anew) {
    const Folder folder;
    opened(SqliteStore::open_to_write(folder.file(), writer()));
    Connection connection(folder.file(), Mode::write);
    const std::vector<Migration> steps{{1, "ALTER TABLE trial ADD COLUMN colour TEXT"},
                                       {2, "ALTER TABLE trial RENAME COLUMN colour TO tone"}};
    {
        Transaction transaction(connection);
        migrate(connection, 1, steps);
        transaction.commit();
    }
    EXPECT_EQ(connection.integer("PRAGMA user_version"), 3);
    EXPECT_EQ(connection.integer("SELECT count(tone) FROM trial"), 0);
    EXPECT_EQ(connection.integer("SELECT count(*) FROM trials"), 0);
}

TEST(sqlite_schema, every_version_leads_to_this_one) {
    std::uint32_t version = 1;
    for (const auto& step : migrations()) EXPECT_EQ(step.from, version++);
    EXPECT_EQ(version, schema_version);
}

TEST(sqlite_schema, the_stamp_for_later_optuna_can_be_chosen) {
    const Folder folder;
    WriterOptions options = writer();
    options.optuna_revision = "v3.2.0.a";
    opened(SqliteStore::open_to_write(folder.file(), options));
    opened(SqliteStore::open_to_write(folder.file(), writer()));
    EXPECT_EQ(
        Connection(folder.file(), Mode::read).integer("SELECT version_num = 'v3.2.0.a' FROM alembic_version"),
        1);
}

}  // namespace
}  // namespace quench::orchestrator::io::sqlite
