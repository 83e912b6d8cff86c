// Nothing is written before it is known that the file is ours, of a version that we know, and not in use:
//
//   is it there? ──no──▶ make it under another name, complete, and link it to its own
//        │ yes
//   header, read without locks: SQLite? ours? newer? ──▶ refuse
//        │
//   BEGIN IMMEDIATE: version again (the newest header can be in the WAL), holder, migrations, lock; COMMIT
#include "orchestrator/io/sqlite/open.hpp"

#include "orchestrator/io/sqlite/schema.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace quench::orchestrator::io::sqlite {

namespace {

namespace fs = std::filesystem;
using Why = OpenFailure::Why;

OpenFailure failure(Why why, std::string text) {
    return {why, std::move(text), std::nullopt};
}

OpenFailure failure_of(const std::string& path, const Failure& cause) {
    if (is_not_a_database(cause))
        return failure(Why::not_a_database, path + " is not a database (" + cause.what() + ")");
    return failure(Why::io, "cannot open " + path + ": " + cause.what());
}

OpenFailure newer(const std::string& path, std::int64_t version) {
    return failure(Why::newer_version, path + " was written by a newer Quench (its schema is version " +
                                           std::to_string(version) + ", this program knows " +
                                           std::to_string(schema_version) +
                                           "); use that Quench, or name another file with --db");
}

fs::path folder_of(const std::string& path) {
    const auto folder = fs::path(path).parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

/// What keeps a path from being opened at all. Follows links.
std::optional<OpenFailure> check_path(const std::string& path, bool must_exist) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::is_directory(status))
        return failure(Why::io, path + " is a folder (a database is a file); name a file, such as " +
                                    (fs::path(path) / "quench.db").string());
    if (fs::exists(status)) {
        if (fs::is_regular_file(status)) return std::nullopt;
        return failure(Why::not_a_database, path + " is not a regular file; name another file with --db");
    }
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
        return failure(Why::io, "cannot open " + path + ": " + error.message());
    if (must_exist)
        return failure(Why::not_found, "there is no database " + path +
                                           " (no study was run here); name one with --db or QUENCH_DB");
    const auto folder = folder_of(path);
    if (!fs::is_directory(folder, error))
        return failure(Why::io, "cannot create " + path + ": there is no folder " + folder.string());
    return std::nullopt;
}

std::optional<OpenFailure> check_header(const std::string& path, const Header& header) {
    if (!header.is_sqlite)
        return failure(Why::not_a_database,
                       path +
                           " is not a database (its first bytes are not SQLite's); it was left as it is, "
                           "name another file with --db");
    if (header.application_id != application_id)
        return failure(Why::not_a_database,
                       path +
                           " is a database of another program (Quench keeps its own tables); it was left "
                           "as it is, name another file with --db");
    if (header.user_version > schema_version) return newer(path, header.user_version);
    return std::nullopt;
}

void sync_folder_of(const std::string& path) {
    const auto folder = folder_of(path);
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

/// A database appears complete or not at all; when another coordinator was first, its file is kept.
std::optional<OpenFailure> create(const std::string& path) {
    const std::string draft = path + "." + new_token().substr(0, 8) + ".new";
    const auto remove_draft = [&] {
        std::error_code ignored;
        fs::remove(draft, ignored);
        fs::remove(draft + "-journal", ignored);
    };
    try {
        Connection connection(draft, Mode::create);
        Transaction transaction(connection);
        create_schema(connection);
        transaction.commit();
    } catch (const Failure& cause) {
        remove_draft();
        return failure(Why::io, "cannot create " + path + ": " + cause.what());
    }
    int error = ::link(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
    if (error == EPERM || error == ENOTSUP || error == ENOSYS)  // a file system without hard links
        error = ::rename(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
    remove_draft();
    if (error != 0 && error != EEXIST)
        return failure(Why::io, "cannot create " + path + ": " + std::strerror(error));
    sync_folder_of(path);
    return std::nullopt;
}

bool is_free(const LockRow& row, const WriterOptions& options) {
    if (row.host == options.host) {
        const Life life = life_of(row);
        if (life != Life::unknown) return life == Life::dead;
    }
    return options.now - row.heartbeat > options.stale_after;
}

OpenFailure held(const std::string& path, const LockRow& row, const WriterOptions& options) {
    const Holder holder = holder_of(row, options.now);
    std::string text = path + " is in use by " + to_text(holder) +
                       " (two coordinators would contradict each other); let it end, pause its study with "
                       "'quench pause', or name another file with --db";
    return {Why::held, std::move(text), holder};
}

/// Version, holder, migrations and lock, all in one transaction.
Opening take(const std::string& path, Connection connection, const WriterOptions& options) {
    OpenDatabase database{std::move(connection), new_token(), std::nullopt};
    Connection& db = database.connection;
    {
        Transaction transaction(db);
        const auto version = db.integer("PRAGMA user_version");
        if (version > schema_version) return newer(path, version);
        if (const auto row = read_lock(db)) {
            if (!is_free(*row, options)) return held(path, *row, options);
            database.taken_over = holder_of(*row, options.now);
        }
        if (version < schema_version) migrate(db, static_cast<std::uint32_t>(version), migrations());
        if (options.optuna_revision) set_optuna_revision(db, *options.optuna_revision);
        write_lock(db, {options.host, options.pid, process_start_of(options.pid), database.token, options.now,
                        options.now, options.access_file});
        transaction.commit();
    }
    db.leave_files_alone_on_close(false);
    return database;
}

}  // namespace

Holder holder_of(const LockRow& row, base::TimePoint now) {
    // Clocks of two hosts differ: an age below zero is none.
    return {row.host,
            row.pid,
            std::max(now - row.since, base::Duration{}),
            std::max(now - row.heartbeat, base::Duration{}),
            row.access_file,
            life_of(row) == Life::dead};
}

std::string to_text(const Holder& holder) {
    return "host " + holder.host + ", pid " + std::to_string(holder.pid) + ", since " +
           base::to_text(holder.held_for) + ", last sign of life " + base::to_text(holder.silent_for) +
           " ago";
}

Opening open_database_to_write(const std::string& path, const WriterOptions& options) {
    if (auto problem = check_path(path, false)) return *problem;
    try {
        std::error_code error;
        if (!fs::exists(path, error))
            if (auto problem = create(path)) return *problem;
        {
            Connection probe(path, Mode::read);
            if (auto problem = check_header(path, probe.header())) return *problem;
        }
        Connection connection(path, Mode::write);
        connection.leave_files_alone_on_close(true);
        if (!connection.can_write())
            return failure(Why::io, path +
                                        " cannot be written (no permission); change that, or name another "
                                        "file with --db");
        connection.execute("PRAGMA journal_mode = WAL");
        connection.execute("PRAGMA synchronous = FULL");
        return take(path, std::move(connection), options);
    } catch (const Failure& cause) {
        return failure_of(path, cause);
    }
}

Opening open_database_to_read(const std::string& path) {
    if (auto problem = check_path(path, true)) return *problem;
    try {
        Connection connection(path, Mode::read);
        if (auto problem = check_header(path, connection.header())) return *problem;
        std::error_code error;
        const auto real_path = fs::canonical(path, error);  // what SQLite puts beside it is not beside a link
        // Of a coordinator that was killed while it closed: until that is rolled back, by somebody who may
        // write, SQLite lets nobody read.
        if (fs::file_size(real_path.string() + "-journal", error) > 0 && !error)
            Connection(path, Mode::write).execute("PRAGMA user_version");
        const Header header = connection.header();
        // Without a WAL nobody writes, and SQLite would create one to read.
        const auto wal_bytes = fs::file_size(real_path.string() + "-wal", error);
        if (header.wal && (error || wal_bytes == 0)) connection = Connection(path, Mode::immutable);
        const auto version = connection.integer("PRAGMA user_version");
        if (version > schema_version) return newer(path, version);
        return OpenDatabase{std::move(connection), "", std::nullopt};
    } catch (const Failure& cause) {
        return failure_of(path, cause);
    }
}

}  // namespace quench::orchestrator::io::sqlite
