"""Optuna opens the database of a running study and sees what Quench says."""

import json
import math
import subprocess
import unittest

import quench_e2e as e2e

READER = """
import json, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name=sys.argv[2], storage="sqlite:///" + sys.argv[1])
trials = [{"number": t.number, "state": t.state.name, "values": t.values, "params": t.params,
           "steps": sorted(t.intermediate_values.items()),
           "distributions": {name: type(d).__name__ for name, d in t.distributions.items()}} for t in study.trials]
try:
    best = {"number": study.best_trial.number, "value": study.best_value, "params": study.best_params}
except ValueError:
    best = None
print(json.dumps({"direction": study.direction.name, "trials": trials, "best": best}))
"""


def has_optuna():
    return subprocess.run([e2e.PYTHON, "-c", "import optuna"], capture_output=True, check=False).returncode == 0


def study_text():
    space = {**e2e.LR, "depth": {"type": "int", "low": 1, "high": 9},
             "model": {"type": "categorical", "choices": ["gnn", "transformer"]},
             "bins": {"type": "categorical", "choices": [16, 32], "when": {"model": "gnn"}}}
    return e2e.study_file(
        "seen", space=space, search={"sampler": "random", "seed": 11},
        fidelity={"scheduler": "asha", "unit": "epoch", "min": 2, "max": 18, "eta": 3}, stop={"trials": 12},
        command=[e2e.PYTHON, "-S", str(e2e.PROGRAMS / "epochs.py"), "20", "{param.lr}"])


def read_with_optuna(box, db, name):
    result = subprocess.run([e2e.PYTHON, "-W", "ignore", "-c", READER, str(db), name], capture_output=True, text=True,
                            cwd=box.dir, env=box.environment(), timeout=120, check=False)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return json.loads(result.stdout)


@unittest.skipUnless(has_optuna(), "Optuna is not installed for %s" % e2e.PYTHON)
class Optuna(unittest.TestCase):
    def compare(self, seen, before, after):
        """What Optuna saw lies between two readings of the journal."""
        self.assertEqual(seen["direction"], "MINIMIZE")
        self.assertGreaterEqual(len(seen["trials"]), sum(fact.kind == "trial_proposed" for fact in before))
        params = {fact.body["trial"]: fact.body["params"] for fact in after if fact.kind == "trial_proposed"}
        reports = {}
        for fact in after:
            if fact.kind == "reported":
                reports.setdefault(fact.body["trial"], {})[fact.body["step"]] = fact.body["metrics"]["loss"]
        ended_before = {fact.body["trial"]: fact.body for fact in before if fact.kind == "trial_ended"}
        ended_after = {fact.body["trial"] for fact in after if fact.kind == "trial_ended"}
        states = {"completed": "COMPLETE", "stopped": "PRUNED", "failed": "FAIL", "diverged": "FAIL", "infeasible": "FAIL"}
        for trial in seen["trials"]:
            number = trial["number"]
            self.assertEqual(set(trial["params"]), set(params[number]))
            for name, value in trial["params"].items():
                if isinstance(value, float):
                    self.assertTrue(math.isclose(value, params[number][name], rel_tol=1e-15), name)
                else:
                    self.assertEqual(value, params[number][name])
            for step, value in trial["steps"]:
                self.assertEqual(value, reports[number][step])
            if number in ended_before:
                self.assertEqual(trial["state"], states[ended_before[number]["how"]])
                self.assertEqual(len(trial["steps"]), len(reports[number]))
            elif number not in ended_after:
                self.assertEqual(trial["state"], "RUNNING")
            if trial["state"] == "COMPLETE":
                self.assertEqual(trial["values"], [reports[number][max(reports[number])]])
            self.assertEqual(trial["distributions"]["lr"], "FloatDistribution")
            self.assertEqual(trial["distributions"]["depth"], "IntDistribution")
            self.assertEqual(trial["distributions"]["model"], "CategoricalDistribution")

    def test_a_running_study_and_its_end_look_the_same_to_optuna_and_to_quench(self):
        with e2e.Sandbox() as box:
            db = box.dir / "seen.db"
            run = box.start("run", box.write("seen.yaml", study_text()), "--db", db, "--workers", 1, "--slots", 1)
            e2e.wait_until(lambda: len(e2e.facts(db, "trial_proposed")) >= 3, 60, run.said)
            before = e2e.facts(db)
            seen = read_with_optuna(box, db, "seen")
            self.compare(seen, before, e2e.facts(db))
            self.assertEqual(run.wait(180), 0, run.said())
            box.wait_gone()
            whole = e2e.facts(db)
            seen = read_with_optuna(box, db, "seen")
            self.compare(seen, whole, whole)
            self.assertEqual(e2e.facts(db), whole, "reading changes nothing")
            best = box.run("best", "seen", "--db", db, "--output", "json")
            self.assertEqual(best.status, 0, best.stderr)
            best = best.json()
            self.assertEqual(best["trial"], seen["best"]["number"])
            self.assertEqual(best["value"], seen["best"]["value"])
            self.assertEqual(best["params"], seen["best"]["params"])
            listed = box.run("trials", "seen", "--db", db, "--output", "json").json()
            listed = listed["trials"] if isinstance(listed, dict) else listed
            self.assertEqual(len(listed), len(seen["trials"]))
            verify = box.run("verify", "seen", "--db", db)
            self.assertEqual(verify.status, 0, verify.stderr)


if __name__ == "__main__":
    e2e.main()
