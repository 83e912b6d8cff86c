"""Compares what Optuna sees in a database with what was written: check_optuna.py DATABASE EXPECTED.JSON"""
import json
import math
import sys

import optuna

database, expected_file = sys.argv[1:]
url = "sqlite:///" + database
expected = json.load(open(expected_file))


def same(seen, wanted, what):
    if isinstance(wanted, float) and isinstance(seen, float) and math.isnan(wanted) and math.isnan(seen):
        return
    if seen != wanted or type(seen) is not type(wanted):
        raise SystemExit(f"{what}: Optuna sees {seen!r}, written was {wanted!r}")


names = [s.study_name for s in optuna.get_all_study_summaries(url)]
same(sorted(names), sorted(s["name"] for s in expected["studies"]), "names of the studies")

for wanted_study in expected["studies"]:
    name = wanted_study["name"]
    study = optuna.load_study(study_name=name, storage=url)
    same(study.direction.name, wanted_study["direction"], f"{name}: direction")
    same(study.user_attrs["metric"], "val_loss", f"{name}: metric")
    same(len(study.trials), len(wanted_study["trials"]), f"{name}: number of trials")
    for trial, wanted in zip(study.trials, wanted_study["trials"]):
        what = f"{name}, trial {wanted['number']}"
        same(trial.number, wanted["number"], what)
        same(trial.state.name, wanted["state"], what)
        same(trial.params, wanted["params"], what)
        for key, value in wanted["params"].items():
            same(trial.params[key], value, f"{what}, {key}")
        same(trial.value, wanted["value"], f"{what}, value")
        same(sorted(trial.intermediate_values), sorted(map(int, wanted["intermediate"])), f"{what}, steps")
        for step, value in wanted["intermediate"].items():
            value = float("nan") if value == "nan" else float(value)
            same(trial.intermediate_values[int(step)], value, f"{what}, step {step}")
        same(trial.datetime_start.year, 2026, what)
        same(trial.datetime_complete is not None, trial.state.is_finished(), what)
        trial._validate()
    complete = [t for t in wanted_study["trials"] if t["state"] == "COMPLETE"]
    if complete:
        choose = min if wanted_study["direction"] == "MINIMIZE" else max
        best = choose(complete, key=lambda t: t["value"])
        same(study.best_value, best["value"], f"{name}: best value")
        same(study.best_trial.number, best["number"], f"{name}: best trial")
        same(study.best_params, best["params"], f"{name}: best params")
        same(study.best_trial.user_attrs["host"], "n2", f"{name}: host of the best trial")
    try:
        study.ask()
    except Exception as refusal:
        same("view" in str(refusal.__cause__ or refusal), True, f"{name}: refusal of a write: {refusal}")
    else:
        raise SystemExit(f"{name}: Optuna was able to write a trial")
print("optuna", optuna.__version__, "agrees")
