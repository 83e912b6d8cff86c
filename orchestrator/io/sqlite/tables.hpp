// SQL of the schema's parts.
#pragma once

namespace quench::orchestrator::io::sqlite {

/// Our tables, of the current version.
extern const char* const tables_sql;

/// Optuna's tables (its schema 12) as views over ours, and the statements that drop them.
extern const char* const optuna_views_sql;
extern const char* const drop_optuna_views_sql;

}  // namespace quench::orchestrator::io::sqlite
