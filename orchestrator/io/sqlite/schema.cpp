#include "orchestrator/io/sqlite/schema.hpp"

#include "orchestrator/io/sqlite/tables.hpp"

namespace quench::orchestrator::io::sqlite {

namespace {

void set_user_version(Connection& connection, std::uint32_t version) {
    connection.execute("PRAGMA user_version = " + std::to_string(version));
}

}  // namespace

std::span<const Migration> migrations() {
    return {};  // version 1 is the first
}

void create_schema(Connection& connection) {
    connection.execute(tables_sql);
    connection.execute(optuna_views_sql);
    connection.execute("PRAGMA application_id = " + std::to_string(application_id));
    set_user_version(connection, schema_version);
}

void migrate(Connection& connection, std::uint32_t from, std::span<const Migration> steps) {
    connection.execute(drop_optuna_views_sql);  // a view over a column that changes would stop the change
    std::uint32_t version = from;
    for (const auto& step : steps) {
        if (step.from != version) continue;
        connection.execute(step.sql);
        set_user_version(connection, ++version);
    }
    connection.execute(optuna_views_sql);
}

void set_optuna_revision(Connection& connection, const std::string& revision) {
    connection.statement("UPDATE optuna_stamp SET revision = ?1 WHERE revision <> ?1").run(revision);
}

}  // namespace quench::orchestrator::io::sqlite
