#include "orchestrator/io/sqlite/connection.hpp"

#include <cinttypes>
#include <cstdio>
#include <string>

#include <sqlite3.h>

namespace quench::orchestrator::io::sqlite {

namespace {

/// Commits of another process take milliseconds; whoever holds the file for longer is stuck.
constexpr int busy_timeout_ms = 5000;

std::string advice(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return " (the disk is full, or a quota is used up; free some space and resume)";
        case SQLITE_BUSY:
            return " (another process has held the database for longer than 5 s)";
        case SQLITE_READONLY:
            return " (file and folder must be writable)";
        case SQLITE_CANTOPEN:
            return " (the folder must exist, and be writable to write)";
        case SQLITE_IOERR:
            return " (the file system failed, or the disk or a quota is full)";
        case SQLITE_CORRUPT:
            return " (the file is damaged; restore a copy)";
        default:
            return "";
    }
}

[[noreturn]] void fail_with(sqlite3* db, int code) {
    const std::string text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    throw Failure(code, text + advice(code));
}

std::string file_uri(const std::string& path) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
            char escaped[4];
            std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(c));
            uri += escaped;
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

// ---- Statement

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* db, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(db, sql.c_str(), static_cast<int>(sql.size() + 1),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) fail_with(db, sqlite3_extended_errcode(db));
}

void Statement::fail(int) const {
    sqlite3* db = sqlite3_db_handle(statement_.get());
    const int code = sqlite3_extended_errcode(db);
    const std::string text = sqlite3_errmsg(db) + advice(code);
    sqlite3_reset(statement_.get());
    throw Failure(code, text);
}

bool Statement::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(code);
    sqlite3_reset(statement_.get());
    return false;
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

void Statement::bind(int index, std::nullptr_t) {
    if (const int code = sqlite3_bind_null(statement_.get(), index)) fail(code);
}
void Statement::bind(int index, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(statement_.get(), index, value)) fail(code);
}
void Statement::bind(int index, double value) {
    if (const int code = sqlite3_bind_double(statement_.get(), index, value)) fail(code);
}
void Statement::bind(int index, std::string_view value) {
    if (const int code = sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(),
                                             SQLITE_TRANSIENT, SQLITE_UTF8))
        fail(code);
}

int Statement::columns() const {
    return sqlite3_column_count(statement_.get());
}
bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}
std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return text ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}
std::string Statement::exact(int column) const {
    char number[64];
    switch (sqlite3_column_type(statement_.get(), column)) {
        case SQLITE_NULL:
            return "null";
        case SQLITE_INTEGER:
            return std::to_string(integer(column));
        case SQLITE_FLOAT:
            std::snprintf(number, sizeof number, "%.17g", real(column));
            return number;
        default:
            return "'" + text(column) + "'";
    }
}

// ---- Connection

void Connection::Close::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}

Connection::Connection(const std::string& path, Mode mode) {
    const bool immutable = mode == Mode::immutable;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (mode == Mode::read || immutable) flags |= SQLITE_OPEN_READONLY;
    if (mode == Mode::write || mode == Mode::create) flags |= SQLITE_OPEN_READWRITE;
    if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
    if (immutable) flags |= SQLITE_OPEN_URI;
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(immutable ? file_uri(path).c_str() : path.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) fail_with(db, code);
    sqlite3_busy_timeout(db, busy_timeout_ms);
    execute("PRAGMA foreign_keys = ON");
}

Statement& Connection::statement(const std::string& sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return found->second;
    return statements_.emplace(sql, Statement(db_.get(), sql)).first->second;
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail_with(db_.get(), code);
}

std::int64_t Connection::integer(const std::string& sql) {
    Statement query(db_.get(), sql);
    return query.start().next() ? query.integer(0) : 0;
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(db_.get());
}
bool Connection::can_write() const {
    return sqlite3_db_readonly(db_.get(), "main") == 0;
}
bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(db_.get()) == 0;
}

Header Connection::header() const {
    // Read through SQLite's own descriptor: to open and close another would drop the POSIX locks that this
    // process may hold on the file.
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || !file || !file->pMethods) fail_with(db_.get(), SQLITE_CANTOPEN);
    std::array<unsigned char, 100> bytes{};
    const int read = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
    if (read != SQLITE_OK && read != SQLITE_IOERR_SHORT_READ) fail_with(nullptr, read);
    const auto number = [&](std::size_t at) {
        return std::uint32_t(bytes[at]) << 24 | std::uint32_t(bytes[at + 1]) << 16 |
               std::uint32_t(bytes[at + 2]) << 8 | std::uint32_t(bytes[at + 3]);
    };
    constexpr std::string_view magic("SQLite format 3\0", 16);
    Header header;
    header.is_sqlite =
        read == SQLITE_OK && magic == std::string_view(reinterpret_cast<const char*>(bytes.data()), 16);
    header.user_version = number(60);
    header.application_id = number(68);
    header.wal = bytes[18] == 2;
    return header;
}

void Connection::leave_files_alone_on_close(bool leave) {
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave ? 1 : 0, nullptr);
}

// ---- Transaction

Transaction::Transaction(Connection& connection) : connection_(connection) {
    connection_.statement("BEGIN IMMEDIATE").run();
}

Transaction::~Transaction() {
    if (!connection_.in_transaction()) return;  // committed, or SQLite has rolled back by itself
    try {
        connection_.statement("ROLLBACK").run();
    } catch (const Failure&) {
        // The connection is beyond help; the journal on disk rolls back when it is next opened.
    }
}

void Transaction::commit() {
    connection_.statement("COMMIT").run();
}

ReadSnapshot::ReadSnapshot(Connection& connection) : connection_(connection) {
    connection_.statement("BEGIN").run();
}

ReadSnapshot::~ReadSnapshot() {
    try {
        connection_.statement("ROLLBACK").run();
    } catch (const Failure&) {
        // Ends with the connection.
    }
}

bool is_not_a_database(const Failure& failure) {
    return (failure.code() & 0xff) == SQLITE_NOTADB;
}

}  // namespace quench::orchestrator::io::sqlite
