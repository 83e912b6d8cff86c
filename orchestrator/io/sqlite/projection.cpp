#include "orchestrator/io/sqlite/projection.hpp"

#include "orchestrator/io/sqlite/distribution.hpp"
#include "orchestrator/store/names.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::io::sqlite {

namespace {

using store::to_text;

constexpr std::int64_t trial_key(std::int64_t study, core::TrialId trial) {
    return (study << 32) + static_cast<std::int64_t>(trial.value());
}

const char* type_of(double value) {
    if (std::isnan(value)) return "NAN";
    if (std::isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
    return "FINITE";
}

std::optional<double> if_finite(std::optional<double> value) {
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string json_of(const std::map<std::string, double>& metrics) {
    auto object = nlohmann::json::object();
    for (const auto& [name, value] : metrics) {
        if (std::isfinite(value))
            object[name] = value;
        else
            object[name] = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Writes the rows that one fact changes.
struct Rows {
    Connection& db;
    std::int64_t study;
    std::int64_t seq;
    std::int64_t at;
    const std::string* metric;  ///< set for Reported

    void operator()(const core::StudyCreated& f) const {
        const auto& s = f.study;
        db.statement(
              "INSERT INTO study (id, name, metric, direction, unit, sampler, scheduler, state, created)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'running', ?8)")
            .run(study, s.name, s.objective.metric, to_text(s.objective.direction), s.fidelity.unit,
                 s.sampler.name, s.fidelity.name, at);
        int position = 0;
        for (const auto& parameter : s.space.parameters())
            db.statement("INSERT INTO parameter VALUES (?1, ?2, ?3, ?4)")
                .run(study, position++, parameter.name, distribution_json(parameter.domain));
    }
    void operator()(const core::CoordinatorStarted&) const {}
    void operator()(const core::TrialLearned&) const {}  // no trial of this study
    void operator()(const core::WorkerJoined& f) const {
        db.statement(
              "INSERT INTO worker VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, NULL)"
              " ON CONFLICT (study, name, session) DO UPDATE SET host = excluded.host, pid = excluded.pid,"
              " slots = excluded.slots, lost = NULL, reason = NULL")
            .run(study, f.worker, f.session, f.host, f.pid, f.slots, at);
    }
    void operator()(const core::WorkerLost& f) const {
        db.statement(
              "UPDATE worker SET lost = ?4, reason = ?5 WHERE study = ?1 AND name = ?2 AND session = ?3")
            .run(study, f.worker, f.session, at, f.reason);
    }
    void operator()(const core::TrialProposed& f) const {
        const auto trial = trial_key(study, f.trial);
        db.statement(
              "INSERT OR IGNORE INTO trial (id, study, number, state, bracket, goal, reached, proposed)"
              " VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?6, ?7)")
            .run(trial, study, static_cast<std::int64_t>(f.trial.value()), f.bracket, f.to,
                 f.parent ? f.parent->step : 0, at);
        for (const auto& [name, value] : f.params) {
            auto& query = db.statement("SELECT distribution FROM parameter WHERE study = ?1 AND name = ?2");
            std::optional<double> internal;
            if (query.start(study, name).next()) internal = internal_value(value, query.text(0));
            query.reset();
            auto& insert = db.statement(
                "INSERT OR IGNORE INTO param (trial, name, value, internal)"
                " VALUES (?1, ?2, ?3, ?4)");
            std::visit([&](const auto& v) { insert.run(trial, name, v, internal); }, value);
        }
    }
    void operator()(const core::AttemptStarted& f) const {
        const auto trial = trial_key(study, f.trial);
        const auto number = static_cast<std::int64_t>(f.attempt.value());
        db.statement(
              "UPDATE trial SET state = 'running', attempts = ?2, worker = ?3, session = ?4"
              " WHERE id = ?1")
            .run(trial, number, f.worker, f.session);
        db.statement(
              "INSERT OR IGNORE INTO attempt (trial, number, worker, session, from_step, to_step,"
              " ranks, started) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM trial WHERE id = ?1")
            .run(trial, number, f.worker, f.session, f.from, f.to, f.ranks, at);
    }
    void operator()(const core::Reported& f) const {
        const auto trial = trial_key(study, f.trial);
        std::optional<double> objective;
        std::optional<std::string> type;
        if (const auto found = f.metrics.find(*metric); found != f.metrics.end()) {
            objective = if_finite(found->second);
            type = type_of(found->second);
        }
        db.statement("UPDATE trial SET reached = ?2 WHERE id = ?1").run(trial, f.step);
        db.statement("INSERT INTO report SELECT ?2, id, ?3, ?4, ?5, ?6, ?7, ?8 FROM trial WHERE id = ?1")
            .run(trial, seq, static_cast<std::int64_t>(f.attempt.value()), f.step, at, objective, type,
                 json_of(f.metrics));
    }
    void operator()(const core::VerdictGiven& f) const {
        const auto trial = trial_key(study, f.trial);
        db.statement("INSERT INTO verdict SELECT ?2, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM trial WHERE id = ?1")
            .run(trial, seq, f.step, at, to_text(f.verdict), f.to, f.reason, f.forecast, f.threshold);
        if (f.verdict != search::Verdict::proceed) return;
        db.statement(
              "UPDATE trial SET goal = ?2,"
              " state = CASE state WHEN 'paused' THEN 'queued' ELSE state END WHERE id = ?1")
            .run(trial, f.to);
    }
    void operator()(const core::AttemptEnded& f) const {
        const auto trial = trial_key(study, f.trial);
        db.statement(
              "UPDATE attempt SET ended = ?3, outcome = ?4, detail = ?5, exit_status = ?6,"
              " seconds = ?7 WHERE trial = ?1 AND number = ?2")
            .run(trial, static_cast<std::int64_t>(f.attempt.value()), at, to_text(f.outcome), f.detail,
                 f.exit_status, f.seconds);
        db.statement(
              "UPDATE trial SET state = CASE WHEN reached >= goal THEN 'paused' ELSE 'queued' END"
              " WHERE id = ?1 AND state = 'running'")
            .run(trial);
    }
    void operator()(const core::TrialEnded& f) const {
        db.statement("UPDATE trial SET state = ?2, value = ?3, reason = ?4, ended = ?5 WHERE id = ?1")
            .run(trial_key(study, f.trial), to_text(f.how), if_finite(f.value), f.reason, at);
    }
    void operator()(const core::ProposalsEnded& f) const {
        db.statement("UPDATE study SET proposals_ended = ?2 WHERE id = ?1").run(study, f.reason);
    }
    void operator()(const core::StudyPaused& f) const { set_state("paused", f.reason); }
    void operator()(const core::StudyResumed&) const { set_state("running", ""); }
    void operator()(const core::StudyEnded& f) const {
        set_state(to_text(f.how), f.reason);
        db.statement("UPDATE study SET ended = ?2 WHERE id = ?1").run(study, at);
    }

    void set_state(std::string_view state, const std::string& reason) const {
        db.statement("UPDATE study SET state = ?2, reason = ?3 WHERE id = ?1").run(study, state, reason);
    }
};

}  // namespace

void Projector::apply(const JournalEntry& entry) {
    const bool report = std::holds_alternative<core::Reported>(entry.stamped.fact);
    const Rows rows{connection_, entry.study, entry.seq, entry.stamped.at.us,
                    report ? &metric_of(entry.study) : nullptr};
    std::visit(rows, entry.stamped.fact);
}

const std::string& Projector::metric_of(std::int64_t study) {
    const auto found = metrics_.find(study);
    if (found != metrics_.end()) return found->second;
    auto& query = connection_.statement("SELECT metric FROM study WHERE id = ?1");
    std::string metric;
    if (query.start(study).next()) metric = query.text(0);
    query.reset();
    return metrics_[study] = metric;
}

}  // namespace quench::orchestrator::io::sqlite
