// Times are microseconds since 1970 UTC. A trial's id is study * 2^32 + number: unique in the file, and the
// same whenever the projections are computed anew. `seq` columns hold the fact that a row comes from.
#include "orchestrator/io/sqlite/tables.hpp"

namespace quench::orchestrator::io::sqlite {

const char* const tables_sql = R"sql(
CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    metric TEXT NOT NULL,
    direction TEXT NOT NULL,          -- minimize, maximize
    unit TEXT NOT NULL,
    sampler TEXT NOT NULL,
    scheduler TEXT NOT NULL,
    state TEXT NOT NULL,              -- running, paused, completed, cancelled, failed
    reason TEXT NOT NULL DEFAULT '',
    proposals_ended TEXT,             -- why, once no trial is proposed any more
    created INTEGER NOT NULL,
    ended INTEGER
);

-- The truth. Everything else but `lock` and `optuna_stamp` is computed from it.
CREATE TABLE fact (
    seq INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study(id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL                -- JSON
);
CREATE INDEX fact_of_study ON fact(study);

CREATE TABLE parameter (
    study INTEGER NOT NULL REFERENCES study(id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    distribution TEXT NOT NULL,       -- as Optuna writes it
    PRIMARY KEY (study, name)
);

CREATE TABLE trial (
    id INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study(id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,              -- queued, running, paused, completed, stopped, failed, diverged, infeasible
    bracket INTEGER NOT NULL,
    goal INTEGER NOT NULL,            -- trained to here next
    reached INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,                      -- of the last attempt
    session TEXT,
    value REAL,                       -- once ended: the last finite objective
    reason TEXT NOT NULL DEFAULT '',
    proposed INTEGER NOT NULL,
    ended INTEGER,
    UNIQUE (study, number)
);

CREATE TABLE param (
    id INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL REFERENCES trial(id),
    name TEXT NOT NULL,
    value,                            -- real, integer, text; booleans as 0 and 1
    internal REAL,                    -- as Optuna stores it: categories as their index
    UNIQUE (trial, name)
);

CREATE TABLE attempt (
    trial INTEGER NOT NULL REFERENCES trial(id),
    number INTEGER NOT NULL,
    worker TEXT NOT NULL,
    session TEXT NOT NULL,
    from_step INTEGER NOT NULL,
    to_step INTEGER NOT NULL,
    ranks INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT,
    detail TEXT,
    exit_status INTEGER,
    seconds REAL,
    PRIMARY KEY (trial, number)
);

CREATE TABLE report (
    seq INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL REFERENCES trial(id),
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    objective REAL,
    objective_type TEXT,              -- FINITE, NAN, INF_POS, INF_NEG; null: not reported
    metrics TEXT NOT NULL             -- JSON, NaN and infinities as texts
);
CREATE INDEX report_of_trial ON report(trial, step);

CREATE TABLE verdict (
    seq INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL REFERENCES trial(id),
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    verdict TEXT NOT NULL,            -- proceed, pause, stop
    to_step INTEGER NOT NULL,
    reason TEXT NOT NULL,
    forecast REAL,
    threshold REAL
);
CREATE INDEX verdict_of_trial ON verdict(trial, step);

CREATE TABLE worker (
    study INTEGER NOT NULL REFERENCES study(id),
    name TEXT NOT NULL,
    session TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    lost INTEGER,
    reason TEXT,
    PRIMARY KEY (study, name, session)
);

-- The coordinator that writes. No row: none does. This table never changes its form: every version must be
-- able to read it before it touches anything else.
CREATE TABLE lock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_start TEXT NOT NULL,      -- boot id, pid namespace and start time of the process
    token TEXT NOT NULL,
    since INTEGER NOT NULL,
    heartbeat INTEGER NOT NULL,
    access_file TEXT NOT NULL
);

CREATE TABLE optuna_stamp (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    library_version TEXT NOT NULL
);
INSERT INTO optuna_stamp VALUES (1, 'v3.0.0.d', 12, '3.1.0');
)sql";

}  // namespace quench::orchestrator::io::sqlite
