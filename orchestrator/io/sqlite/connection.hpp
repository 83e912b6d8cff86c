// SQLite as this folder uses it: connections, statements and transactions that clean up after themselves.
//
// Failure is the one exception that is thrown inside this folder, because every second line can fail; the
// public classes catch it and hand out base::Result. Not thread-safe.
#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace quench::orchestrator::io::sqlite {

/// What SQLite said, in words a user can act on. Never leaves this folder.
class Failure : public std::runtime_error {
  public:
    Failure(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] int code() const { return code_; }

  private:
    int code_;
};

/// A compiled statement. Bind with `run(a, b, ...)` or `start(a, b, ...)`, then read rows with next().
class Statement {
  public:
    Statement(sqlite3* db, const std::string& sql);

    /// Binds the arguments to ?1, ?2, ... and begins anew.
    template <class... Args>
    Statement& start(const Args&... args) {
        reset();
        int index = 0;
        (bind(++index, args), ...);
        return *this;
    }
    /// start, and to the end.
    template <class... Args>
    void run(const Args&... args) {
        start(args...);
        while (next()) {
        }
    }
    /// True while there is a row; the statement is ready for the next start() afterwards.
    bool next();
    void reset();

    [[nodiscard]] int columns() const;
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Type and exact content, for comparisons: "null", "7", "0x1.8p+1", "'text'".
    [[nodiscard]] std::string exact(int column) const;

  private:
    void bind(int index, std::nullptr_t);
    void bind(int index, std::int64_t value);
    void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, double value);
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value)
            bind(index, *value);
        else
            bind(index, nullptr);
    }
    [[noreturn]] void fail(int code) const;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class Mode {
    read,       ///< creates nothing; waits for nobody
    immutable,  ///< the same for a file that nobody writes: no locks, no shared memory
    write,      ///< the file must exist
    create,     ///< the file must not exist
};

/// The first bytes of a database, read without locks: nothing on disk changes.
struct Header {
    bool is_sqlite = false;
    std::uint32_t application_id = 0;
    std::uint32_t user_version = 0;
    bool wal = false;
};

class Connection {
  public:
    /// Opens or throws Failure. ":memory:" with Mode::create is a database in memory.
    Connection(const std::string& path, Mode mode);

    /// A statement that is compiled once for the life of the connection.
    Statement& statement(const std::string& sql);
    /// Several statements, no arguments.
    void execute(const std::string& sql);
    [[nodiscard]] std::int64_t integer(const std::string& sql);
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] bool can_write() const;
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] Header header() const;
    /// Whether closing the last connection copies the WAL into the file (as is usual) or leaves both alone.
    void leave_files_alone_on_close(bool leave);

  private:
    struct Close {
        void operator()(sqlite3* db) const;
    };
    std::unique_ptr<sqlite3, Close> db_;
    std::map<std::string, Statement, std::less<>> statements_;
};

/// BEGIN IMMEDIATE, so that a transaction that reads first cannot find itself out of date when it writes.
/// Rolls back unless committed.
class Transaction {
  public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    Connection& connection_;
};

/// Everything read while it lives is of one instant.
class ReadSnapshot {
  public:
    explicit ReadSnapshot(Connection& connection);
    ~ReadSnapshot();
    ReadSnapshot(const ReadSnapshot&) = delete;
    ReadSnapshot& operator=(const ReadSnapshot&) = delete;

  private:
    Connection& connection_;
};

/// The folder's errors at its doors: "<what>: <why>".
template <class T, class Work>
base::Result<T> guarded(const std::string& what, Work&& work) {
    try {
        return work();
    } catch (const Failure& failure) {
        return base::Error(failure.what()).in(what);
    }
}

bool is_not_a_database(const Failure& failure);

}  // namespace quench::orchestrator::io::sqlite
