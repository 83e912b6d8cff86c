"""Kill anything, at any instant: the study ends as if nothing had happened.

A study of two-rank trials under mpirun runs on one worker. At random instants one of coordinator, worker,
shepherd, mpirun and ranks is killed with SIGKILL; a killed coordinator is followed by `quench resume`. At the end
the decisions are those of an undisturbed run, no acknowledged fact was lost, no epoch was trained twice but from
its checkpoint, and no process is left.

    QUENCH_BIN=build/release/bin/quench QUENCH_KILLS=200 QUENCH_SEED=7 python3 tests/e2e/kill_anything_test.py
"""

import collections
import math
import os
import random
import sys
import time
import unittest

import evidence
import quench_e2e as e2e

KILLS = int(os.environ.get("QUENCH_KILLS", "40"))
SEED = int(os.environ.get("QUENCH_SEED", random.SystemRandom().randrange(10**6)))
STUDY = "killed"
EPOCH_MS = 40
# Coordinator first: its death is the one that only the journal survives.
WEIGHTS = {"coordinator": 8, "worker": 3, "shepherd": 2, "mpirun": 3, "trial": 4}
# From a kill to the next fact: a lease (15 s) and what it takes to start again, on a busy machine.
PROGRESS_S = 90


def study_text(seed, trials):
    return e2e.epochs_study(STUDY, seed=seed, trials=trials, work_ms=EPOCH_MS,
                            scheduler={"scheduler": "asha", "unit": "epoch", "min": 3, "max": 27, "eta": 3},
                            ranks=2, mpi="mpirun", retries=1000, timeout="60s", grace="2s")


class Round:
    """One study that is killed again and again until it ends or enough kills were made."""

    def __init__(self, test, box, seed, text):
        self.test, self.box, self.random = test, box, random.Random("kills of %d" % seed)
        self.db = box.dir / ("disturbed-%d.db" % seed)
        self.file = box.write("disturbed-%d.yaml" % seed, text)
        self.seen = []
        self.kills = collections.Counter()
        self.coordinator = box.start("run", self.file, "--db", self.db, "--workers", 1, "--slots", 2)

    def look(self):
        """Reads the journal and holds it against what it held before."""
        now = e2e.facts(self.db)
        self.test.assertEqual(evidence.lost_facts(self.seen, now), [])
        self.seen = now
        return now

    def ended(self):
        return any(fact.kind == "study_ended" for fact in self.seen)

    def wait_for_progress(self, reports):
        """Waits for so many new reports, or for the end of the study; whoever stands still fails here."""
        def count():
            return sum(fact.kind == "reported" for fact in self.look())
        aim = sum(fact.kind == "reported" for fact in self.seen) + reports
        progressed = e2e.wait_until(lambda: count() >= aim or self.ended() or self.coordinator.ended(), PROGRESS_S,
                                    lambda: "%d reports in the journal\n%s" % (aim, self.coordinator.said()))
        self.test.assertTrue(progressed)

    def resume(self):
        self.box.wait_gone()
        if self.db.exists():
            self.test.assertEqual(e2e.integrity(self.db), "ok")
        self.look()
        if not self.ended():
            # Killed before the journal said that there is a study, it is started anew.
            go_on = ["resume", STUDY] if self.seen else ["run", self.file]
            self.coordinator = self.box.start(*go_on, "--db", self.db, "--workers", 1, "--slots", 2)

    def kill_once(self):
        roles = list(WEIGHTS)
        role = self.random.choices(roles, [WEIGHTS[name] for name in roles])[0]
        pause, pick = self.random.uniform(0, 0.15), self.random.random()
        # The instant itself must be any instant: the one wait here that no event can replace.
        time.sleep(pause)
        victims = [proc for proc in self.box.processes() if proc.role == role]
        if not victims:  # between two attempts there is no rank to kill
            return
        victim = victims[int(pick * len(victims))]
        if e2e.kill(victim.pid):
            self.kills[role] += 1
        if role == "coordinator":
            self.coordinator.wait(10)
            self.resume()

    def go_on(self, most):
        """Kills until the study ended or `most` kills were made; then lets it end."""
        while not self.ended():
            self.wait_for_progress(self.random.choice([0, 0, 1, 2, 4]) if sum(self.kills.values()) < most else 1)
            if self.coordinator.ended() and not self.ended():
                self.look()
                # A run whose only worker was killed may end instead of starting another: then it is resumed.
                if not self.ended():
                    self.test.assertGreater(self.kills["worker"], 0, "the coordinator gave up: " + self.coordinator.said())
                    self.resume()
            elif not self.ended() and sum(self.kills.values()) < most:
                self.kill_once()
        if not self.coordinator.ended() or self.coordinator.popen.returncode >= 0:
            self.test.assertEqual(self.coordinator.wait(60), 0, self.coordinator.said())


class KillAnything(unittest.TestCase):
    def undisturbed(self, box, seed, text):
        db = box.dir / ("undisturbed-%d.db" % seed)
        result = box.run("run", box.write("undisturbed-%d.yaml" % seed, text), "--db", db, "--workers", 1, "--slots", 2,
                         timeout=300)
        self.assertEqual(result.status, 0, result.stderr[-3000:])
        box.wait_gone()
        return e2e.facts(db)

    def check(self, round_, expected):
        found = round_.look()
        self.assertIsNone(evidence.difference(evidence.decisions(expected), evidence.decisions(found)))
        self.assertEqual(evidence.curves(expected), evidence.curves(found))
        folder = e2e.trials_dir(round_.db, STUDY)
        audits = sorted(folder.glob("*/audit.jsonl"))
        self.assertEqual(len(audits), sum(fact.kind == "trial_proposed" for fact in found))
        for audit in audits:
            self.assertEqual(evidence.audit_problems(evidence.read_audit(audit)), [], audit.parent.name)
        self.assertEqual(e2e.integrity(round_.db), "ok")
        verify = round_.box.run("verify", STUDY, "--db", round_.db)
        self.assertEqual(verify.status, 0, verify.stdout + verify.stderr)

    def test_whatever_is_killed_the_study_ends_as_if_nothing_had_happened(self):
        kills, seed = collections.Counter(), SEED
        while sum(kills.values()) < KILLS:
            with e2e.Sandbox() as box:
                left = KILLS - sum(kills.values())
                text = study_text(seed, trials=max(4, math.ceil(min(left, 60) * 0.3)))
                expected = self.undisturbed(box, seed, text)
                round_ = Round(self, box, seed, text)
                try:
                    round_.go_on(left)
                    box.wait_gone()
                    self.check(round_, expected)
                except AssertionError:
                    print("replay: QUENCH_BIN=%s QUENCH_KILLS=%d QUENCH_SEED=%d %s %s"
                          % (e2e.binary(), left, seed, e2e.PYTHON, os.path.abspath(__file__)), file=sys.stderr)
                    print("killed so far in this round: %s" % dict(round_.kills), file=sys.stderr)
                    raise
                self.assertGreater(sum(round_.kills.values()), 0, "the study ended before anything could be killed")
                kills += round_.kills
            seed += 1
        print("seed %d: %d kills: %s" % (SEED, sum(kills.values()), dict(kills)), file=sys.stderr)


if __name__ == "__main__":
    print("seed %d (QUENCH_SEED), %d kills (QUENCH_KILLS)" % (SEED, KILLS), file=sys.stderr)
    e2e.main()
