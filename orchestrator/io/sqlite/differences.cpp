#include "orchestrator/io/sqlite/projection.hpp"

#include <map>

namespace quench::orchestrator::io::sqlite {

namespace {

/// A projection and how to read the rows of one study (?1): `name` says which row, then come the columns.
struct Table {
    const char* name;
    const char* row;
    std::vector<std::string> columns;
    const char* from;
};

const std::vector<Table>& tables() {
    static const std::vector<Table> all{
        {"study",
         "'study'",
         {"name", "metric", "direction", "unit", "sampler", "scheduler", "state", "reason", "proposals_ended",
          "created", "ended"},
         "study WHERE id = ?1"},
        {"parameter", "name", {"position", "distribution"}, "parameter WHERE study = ?1"},
        {"trial",
         "number",
         {"id", "state", "bracket", "goal", "reached", "attempts", "worker", "session", "value", "reason",
          "proposed", "ended"},
         "trial WHERE study = ?1"},
        {"param",
         "trial.number || ' ' || param.name",
         {"param.value", "param.internal"},
         "param JOIN trial ON trial.id = param.trial WHERE trial.study = ?1"},
        {"attempt",
         "trial.number || '/' || attempt.number",
         {"attempt.worker", "attempt.session", "from_step", "to_step", "ranks", "started", "attempt.ended",
          "outcome", "detail", "exit_status", "seconds"},
         "attempt JOIN trial ON trial.id = attempt.trial WHERE trial.study = ?1"},
        {"report",
         "report.seq",
         {"trial", "attempt", "step", "at", "objective", "objective_type", "metrics"},
         "report JOIN trial ON trial.id = report.trial WHERE trial.study = ?1"},
        {"verdict",
         "verdict.seq",
         {"trial", "step", "at", "verdict", "to_step", "verdict.reason", "forecast", "threshold"},
         "verdict JOIN trial ON trial.id = verdict.trial WHERE trial.study = ?1"},
        {"worker",
         "name || ' ' || session",
         {"host", "pid", "slots", "joined", "lost", "reason"},
         "worker WHERE study = ?1"}};
    return all;
}

using Rows = std::map<std::string, std::vector<std::string>>;

Rows rows_of(Connection& connection, const Table& table, std::int64_t study) {
    std::string sql = std::string("SELECT ") + table.row;
    for (const auto& column : table.columns) sql += ", " + column;
    sql += std::string(" FROM ") + table.from;
    auto& query = connection.statement(sql);
    Rows rows;
    for (query.start(study); query.next();) {
        auto& row = rows[query.text(0)];
        for (int i = 1; i < query.columns(); ++i) row.push_back(query.exact(i));
    }
    return rows;
}

}  // namespace

std::vector<std::string> differences(Connection& stored, Connection& replayed, std::int64_t study,
                                     std::size_t limit) {
    std::vector<std::string> found;
    const auto say = [&](std::string text) {
        if (found.size() < limit) found.push_back(std::move(text));
    };
    for (const auto& table : tables()) {
        const Rows is = rows_of(stored, table, study);
        const Rows should = rows_of(replayed, table, study);
        const std::string what = std::string(table.name) + " ";
        for (const auto& [row, cells] : should) {
            const auto other = is.find(row);
            if (other == is.end()) {
                say(what + row + " is missing");
                continue;
            }
            for (std::size_t i = 0; i < cells.size(); ++i)
                if (other->second[i] != cells[i])
                    say(what + row + ": " + table.columns[i] + " is " + other->second[i] +
                        ", the journal says " + cells[i]);
        }
        for (const auto& [row, cells] : is)
            if (!should.contains(row)) say(what + row + " is there, but not in the journal");
    }
    return found;
}

}  // namespace quench::orchestrator::io::sqlite
