// Optuna's schema 12 as views, read-only because views are. Ids only have to be unique in their view:
// SQLAlchemy identifies a row by them. Optuna's enumerations hold names, its times are naive (ours: UTC).
#include "orchestrator/io/sqlite/tables.hpp"

namespace quench::orchestrator::io::sqlite {

const char* const optuna_views_sql = R"sql(
CREATE VIEW alembic_version AS SELECT revision AS version_num FROM optuna_stamp;

CREATE VIEW version_info AS
SELECT id AS version_info_id, schema_version, library_version FROM optuna_stamp;

CREATE VIEW studies AS SELECT id AS study_id, name AS study_name FROM study;

CREATE VIEW study_directions AS
SELECT id AS study_direction_id, upper(direction) AS direction, id AS study_id, 0 AS objective FROM study;

CREATE VIEW study_user_attributes AS
SELECT id * 16 AS study_user_attribute_id, id AS study_id, 'metric' AS key, json_quote(metric) AS value_json
    FROM study
UNION ALL SELECT id * 16 + 1, id, 'unit', json_quote(unit) FROM study
UNION ALL SELECT id * 16 + 2, id, 'sampler', json_quote(sampler) FROM study
UNION ALL SELECT id * 16 + 3, id, 'scheduler', json_quote(scheduler) FROM study
UNION ALL SELECT id * 16 + 4, id, 'state', json_quote(state) FROM study;

CREATE VIEW study_system_attributes AS
SELECT id AS study_system_attribute_id, id AS study_id, 'study:metric_names' AS key,
    json_array(metric) AS value_json FROM study;

-- Never WAITING: an Optuna worker would take such a trial. NaN (diverged) is FAIL, never COMPLETE.
CREATE VIEW trials AS
SELECT id AS trial_id, number, study AS study_id,
    CASE state
        WHEN 'completed' THEN CASE WHEN value IS NULL THEN 'FAIL' ELSE 'COMPLETE' END
        WHEN 'stopped' THEN 'PRUNED'
        WHEN 'failed' THEN 'FAIL'
        WHEN 'diverged' THEN 'FAIL'
        WHEN 'infeasible' THEN 'FAIL'
        ELSE 'RUNNING'
    END AS state,
    strftime('%Y-%m-%d %H:%M:%S', proposed / 1000000, 'unixepoch') || printf('.%06d', proposed % 1000000)
        AS datetime_start,
    strftime('%Y-%m-%d %H:%M:%S', ended / 1000000, 'unixepoch') || printf('.%06d', ended % 1000000)
        AS datetime_complete
FROM trial;

CREATE VIEW trial_params AS
SELECT param.id AS param_id, param.trial AS trial_id, param.name AS param_name,
    param.internal AS param_value, parameter.distribution AS distribution_json
FROM param
JOIN trial ON trial.id = param.trial
JOIN parameter ON parameter.study = trial.study AND parameter.name = param.name
WHERE param.internal IS NOT NULL;

-- A pruned trial has its last finite intermediate value, as Optuna's own have.
CREATE VIEW trial_values AS
SELECT id AS trial_value_id, id AS trial_id, 0 AS objective, value, 'FINITE' AS value_type
FROM trial WHERE value IS NOT NULL AND state IN ('completed', 'stopped');

CREATE VIEW trial_intermediate_values AS
SELECT seq AS trial_intermediate_value_id, trial AS trial_id, step, objective AS intermediate_value,
    objective_type AS intermediate_value_type
FROM report WHERE objective_type IS NOT NULL;

CREATE VIEW trial_user_attributes AS
SELECT id * 16 AS trial_user_attribute_id, id AS trial_id, 'state' AS key, json_quote(state) AS value_json
    FROM trial
UNION ALL SELECT id * 16 + 1, id, 'bracket', json_quote(bracket) FROM trial
UNION ALL SELECT id * 16 + 2, id, 'goal', json_quote(goal) FROM trial
UNION ALL SELECT id * 16 + 3, id, 'reached', json_quote(reached) FROM trial
UNION ALL SELECT id * 16 + 4, id, 'attempts', json_quote(attempts) FROM trial
UNION ALL SELECT id * 16 + 5, id, 'reason', json_quote(reason) FROM trial WHERE reason <> ''
UNION ALL SELECT id * 16 + 6, id, 'worker', json_quote(worker) FROM trial WHERE worker IS NOT NULL
UNION ALL SELECT trial.id * 16 + 7, trial.id, 'host', json_quote(worker.host)
    FROM trial JOIN worker
    ON worker.study = trial.study AND worker.name = trial.worker AND worker.session = trial.session;

CREATE VIEW trial_system_attributes AS
SELECT 0 AS trial_system_attribute_id, 0 AS trial_id, '' AS key, '' AS value_json WHERE 0;

CREATE VIEW trial_heartbeats AS
SELECT 0 AS trial_heartbeat_id, 0 AS trial_id, '' AS heartbeat WHERE 0;
)sql";

const char* const drop_optuna_views_sql = R"sql(
DROP VIEW IF EXISTS alembic_version;
DROP VIEW IF EXISTS version_info;
DROP VIEW IF EXISTS studies;
DROP VIEW IF EXISTS study_directions;
DROP VIEW IF EXISTS study_user_attributes;
DROP VIEW IF EXISTS study_system_attributes;
DROP VIEW IF EXISTS trials;
DROP VIEW IF EXISTS trial_params;
DROP VIEW IF EXISTS trial_values;
DROP VIEW IF EXISTS trial_intermediate_values;
DROP VIEW IF EXISTS trial_user_attributes;
DROP VIEW IF EXISTS trial_system_attributes;
DROP VIEW IF EXISTS trial_heartbeats;
)sql";

}  // namespace quench::orchestrator::io::sqlite
