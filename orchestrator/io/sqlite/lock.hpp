// The row that says which coordinator writes a database.
//
// Whoever holds it signs with a token that nobody else has, and looks for its token in every transaction: a
// coordinator that was suspended while another took over finds out before it can write.
#pragma once

#include "base/time.hpp"
#include "orchestrator/io/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace quench::orchestrator::io::sqlite {

struct LockRow {
    std::string host;
    std::int64_t pid = 0;
    std::string process_start;
    std::string token;
    base::TimePoint since;
    base::TimePoint heartbeat;
    std::string access_file;
};

std::optional<LockRow> read_lock(Connection& connection);
void write_lock(Connection& connection, const LockRow& row);
/// False when the row is not there or signed with another token.
bool holds_lock(Connection& connection, const std::string& token);
bool refresh_lock(Connection& connection, const std::string& token, base::TimePoint now);
void release_lock(Connection& connection, const std::string& token);

std::string new_token();

/// Names a process of this machine for good: boot id, pid namespace, start time. Empty when there is none.
std::string process_start_of(std::int64_t pid);

enum class Life { alive, dead, unknown };

/// Whether the holder's process runs; unknown when it belongs to another machine, boot or pid namespace.
Life life_of(const LockRow& row);

}  // namespace quench::orchestrator::io::sqlite
