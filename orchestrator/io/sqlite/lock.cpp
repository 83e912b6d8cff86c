#include "orchestrator/io/sqlite/lock.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

namespace quench::orchestrator::io::sqlite {

namespace {

/// What a pid's meaning depends on. Empty where /proc does not say.
std::string machine() {
    std::string boot;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
    std::error_code failure;
    const auto pids = std::filesystem::read_symlink("/proc/self/ns/pid", failure);
    return boot.empty() || failure ? "" : boot + "/" + pids.string();
}

}  // namespace

std::optional<LockRow> read_lock(Connection& connection) {
    auto& query = connection.statement(
        "SELECT host, pid, process_start, token, since, heartbeat, access_file FROM lock WHERE id = 1");
    if (!query.start().next()) return std::nullopt;
    LockRow row{query.text(0),      query.integer(1),   query.text(2), query.text(3),
                {query.integer(4)}, {query.integer(5)}, query.text(6)};
    query.reset();
    return row;
}

void write_lock(Connection& connection, const LockRow& row) {
    connection.statement("INSERT OR REPLACE INTO lock VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .run(row.host, row.pid, row.process_start, row.token, row.since.us, row.heartbeat.us,
             row.access_file);
}

bool holds_lock(Connection& connection, const std::string& token) {
    auto& query = connection.statement("SELECT 1 FROM lock WHERE id = 1 AND token = ?1");
    const bool holds = query.start(token).next();
    query.reset();
    return holds;
}

bool refresh_lock(Connection& connection, const std::string& token, base::TimePoint now) {
    connection.statement("UPDATE lock SET heartbeat = ?2 WHERE id = 1 AND token = ?1").run(token, now.us);
    return connection.changes() == 1;
}

void release_lock(Connection& connection, const std::string& token) {
    connection.statement("DELETE FROM lock WHERE id = 1 AND token = ?1").run(token);
}

std::string new_token() {
    std::random_device entropy;
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%08x%08x%08x%08x", entropy(), entropy(), entropy(), entropy());
    return text.data();
}

std::string process_start_of(std::int64_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return "";
    const auto name_end = line.rfind(')');  // field 2 is the name, which may hold anything
    if (name_end == std::string::npos) return "";
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22 && fields >> field; ++number)
        if (number == 3 && (field == "Z" || field == "X")) return "";  // dead, not yet buried
    return fields ? machine() + "/" + field : "";
}

Life life_of(const LockRow& row) {
    const std::string here = machine();
    if (here.empty() || !row.process_start.starts_with(here + "/")) return Life::unknown;
    return process_start_of(row.pid) == row.process_start ? Life::alive : Life::dead;
}

}  // namespace quench::orchestrator::io::sqlite
