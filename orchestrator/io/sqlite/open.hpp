// Opening: which files are ours, of which version, and whether somebody else writes them.
#pragma once

#include "orchestrator/io/sqlite/connection.hpp"
#include "orchestrator/io/sqlite/lock.hpp"
#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>
#include <variant>

namespace quench::orchestrator::io::sqlite {

/// An open database that is ours; with a token when the lock is held.
struct OpenDatabase {
    Connection connection;
    std::string token;
    std::optional<Holder> taken_over;
};

using Opening = std::variant<OpenDatabase, OpenFailure>;

Opening open_database_to_write(const std::string& path, const WriterOptions& options);
Opening open_database_to_read(const std::string& path);

Holder holder_of(const LockRow& row, base::TimePoint now);

}  // namespace quench::orchestrator::io::sqlite
