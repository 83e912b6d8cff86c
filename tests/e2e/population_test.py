"""Population-based training: does a child go on from its parent's checkpoint, whatever is killed on the way?"""

import json
import os
import random
import signal
import sys
import unittest

import evidence
import quench_e2e as e2e

sys.path.insert(0, str(e2e.PROGRAMS))
from population import worth  # noqa: E402

SEED = int(os.environ.get("QUENCH_SEED", random.SystemRandom().randrange(10**6)))
MAX = 12


def study(name, *words, **trial):
    return e2e.study_file(
        name, space={"rate": {"type": "float", "low": 0.05, "high": 1.0}}, search={"sampler": "random", "seed": SEED},
        fidelity={"scheduler": "pbt", "unit": "epoch", "population": 6, "interval": 3, "max": MAX, "quantile": 0.34},
        stop=None, command=[e2e.PYTHON, "-S", str(e2e.PROGRAMS / "population.py"), *words], grace="2s", **trial)


class Population(unittest.TestCase):
    def setUp(self):
        print("seed %d (QUENCH_SEED)" % SEED, file=sys.stderr)

    def check_lineages(self, db):
        """Every report is what the parameters of the lineage give, step by step."""
        proposed = {fact.body["trial"]: fact.body for fact in e2e.facts(db, "trial_proposed")}
        gained = {}  # trial -> step -> what was gained
        for trial, body in sorted(proposed.items()):
            parent = body.get("parent")
            mine = {0: 0.0}
            if parent:
                inherited = gained[parent["trial"]]
                mine = {step: value for step, value in inherited.items() if step <= parent["step"]}
            for step in range(max(mine) + 1, MAX + 1):
                mine[step] = mine[step - 1] + worth(body["params"]["rate"], step)
            gained[trial] = mine
        children = [body for body in proposed.values() if "parent" in body]
        reports = e2e.facts(db, "reported")
        for fact in reports:
            trial, step = fact.body["trial"], fact.body["step"]
            self.assertGreater(step, proposed[trial].get("parent", {"step": 0})["step"])
            self.assertAlmostEqual(-fact.body["metrics"]["loss"], gained[trial][step], 9, fact.text)
        return children

    def verify(self, box, db):
        result = box.run("verify", "--db", db)
        self.assertEqual(result.status, 0, result.stdout + result.stderr)

    def test_a_study_that_is_killed_and_resumed_decides_the_same(self):
        with e2e.Sandbox() as box:
            whole, killed = box.dir / "whole.db", box.dir / "killed.db"
            text = study("population", retries=100)
            result = box.run("run", box.write("whole.yaml", text), "--db", whole, "--workers", 1, "--slots", 1,
                             timeout=200)
            self.assertEqual(result.status, 0, result.stderr)
            children = self.check_lineages(whole)
            self.assertGreater(len(children), 2)
            self.verify(box, whole)

            rng = random.Random(SEED)
            run = box.start("run", box.write("killed.yaml", text), "--db", killed, "--workers", 1, "--slots", 1)
            for _ in range(6):
                known, more = len(e2e.facts(killed)), rng.randrange(1, 30)
                e2e.wait_until(lambda: run.ended() or len(e2e.facts(killed)) >= known + more, 60, run.said)
                roles = ("coordinator", "coordinator", "worker", "shepherd", "trial")
                victims = box.processes(rng.choice(roles))
                if victims:
                    e2e.kill(rng.choice(victims).pid, signal.SIGKILL)
                if not run.ended() and not box.processes("coordinator"):
                    run.wait(10)
                if run.ended() and not e2e.facts(killed, "study_ended"):
                    run = box.start("resume", "--db", killed, "--workers", 1, "--slots", 1)
            while run.wait(200) != 0 and not e2e.facts(killed, "study_ended"):  # its only worker was killed
                run = box.start("resume", "--db", killed, "--workers", 1, "--slots", 1)
            box.wait_gone()
            self.assertIsNone(evidence.difference(evidence.decisions(e2e.facts(whole)),
                                                  evidence.decisions(e2e.facts(killed))))
            self.check_lineages(killed)
            self.verify(box, killed)

    def test_with_several_workers_every_report_goes_on_from_its_lineage_and_best_says_how_to_repeat_it(self):
        with e2e.Sandbox() as box:
            db = box.dir / "wide.db"
            result = box.run("run", box.write("wide.yaml", study("wide")), "--db", db, "--workers", 2, "--slots", 2,
                             timeout=200)
            self.assertEqual(result.status, 0, result.stderr)
            children = self.check_lineages(db)
            self.assertTrue(children)
            self.verify(box, db)

            best = box.run("best", "--db", db, "--output", "json").json()
            trials = {row["trial"]: row for row in box.run("trials", "--db", db, "--output", "json").json()}
            lineage = best["lineage"] or [{"trial": best["trial"], "from": 0, "to": MAX, "params": best["params"]}]
            gained = 0.0
            for part in lineage:
                self.assertEqual(part["params"], trials[part["trial"]]["params"])
                for step in range(part["from"] + 1, part["to"] + 1):
                    gained += worth(part["params"]["rate"], step)
            self.assertAlmostEqual(-best["value"], gained, 9)

            child = children[-1]
            shown = box.run("show", child["trial"], "--db", db).stdout
            self.assertIn("began with the checkpoint of trial %d at epoch %d"
                          % (child["parent"]["trial"], child["parent"]["step"]), shown)
            self.assertIn("train with these one after the other", shown)
            self.assertIn("PARENT", box.run("trials", "--db", db).stdout)
            folder = e2e.trials_dir(db, "wide") / str(child["trial"]) / "checkpoint" / "state.json"
            by = [trial for trial, _, _ in json.loads(folder.read_text())["by"]]
            self.assertEqual(by[child["parent"]["step"] - 1:child["parent"]["step"] + 1],
                             [self.owner(trials, child["parent"]), child["trial"]])

    def owner(self, trials, parent):
        """Who trained the step at which a child was copied: the parent, or an ancestor that it was copied from."""
        row = trials[parent["trial"]]
        while row["parent"] and row["parent"]["step"] >= parent["step"]:
            row = trials[row["parent"]["trial"]]
        return row["trial"]

    def test_a_program_without_checkpoints_is_told_so_and_the_study_comes_to_its_end(self):
        with e2e.Sandbox() as box:
            db = box.dir / "forgetful.db"
            text = study("forgetful", "forgetful", retries=0)
            result = box.run("run", box.write("forgetful.yaml", text), "--db", db, "--workers", 1, "--slots", 2,
                             timeout=200)
            self.assertEqual(result.status, 0, result.stderr)
            ended = [fact.body for fact in e2e.facts(db, "attempt_ended") if fact.body["outcome"] == "crashed"]
            self.assertTrue(ended)
            self.assertLessEqual(len(ended), 6 + 6 * (MAX // 3))
            for body in ended:
                self.assertIn("checkpoint (it holds nothing) let all workers see one folder of trials", body["detail"])
            self.verify(box, db)


if __name__ == "__main__":
    e2e.main()
