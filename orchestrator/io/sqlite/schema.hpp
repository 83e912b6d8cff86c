// The tables of a Quench database, and how older ones become this version.
#pragma once

#include "orchestrator/io/sqlite/connection.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace quench::orchestrator::io::sqlite {

/// "Qnch": says that a SQLite file is ours (PRAGMA application_id).
inline constexpr std::uint32_t application_id = 0x516e6368;

/// What this program writes (PRAGMA user_version). Raised with every change of a table.
inline constexpr std::uint32_t schema_version = 1;

/// SQL that makes version `from` + 1 out of version `from`.
struct Migration {
    std::uint32_t from = 0;
    const char* sql = "";
};

/// One step a version from 1 on, in order.
std::span<const Migration> migrations();

/// Tables, views and both version numbers, in an empty database. In the caller's transaction.
void create_schema(Connection& connection);

/// Carries out the steps after `from` and makes the views anew. In the caller's transaction.
void migrate(Connection& connection, std::uint32_t from, std::span<const Migration> steps);

/// Which Optuna the views pretend to be: v3.0.0.d is for Optuna 3.0 and 3.1, v3.2.0.a for 3.2 and later.
void set_optuna_revision(Connection& connection, const std::string& revision);

}  // namespace quench::orchestrator::io::sqlite
