"""Pause, resume, cancel and Ctrl-C: what a user asks for while a study runs, and when nobody runs it."""

import signal
import unittest

import evidence
import quench_e2e as e2e

STUDY = "controlled"


def text(trials=6, **trial):
    return e2e.epochs_study(STUDY, seed=3, trials=trials, work_ms=40, grace="5s", **trial,
                            scheduler={"scheduler": "asha", "unit": "epoch", "min": 2, "max": 8, "eta": 2})


class Control(unittest.TestCase):
    def begin(self, box, trials=6):
        """A running study that has reported something."""
        db = box.dir / "control.db"
        run = box.start("run", box.write("control.yaml", text(trials)), "--db", db, "--workers", 1, "--slots", 1)
        e2e.wait_until(lambda: len(e2e.facts(db, "reported")) >= 3, 30, run.said)
        return db, run

    def undisturbed(self, box):
        db = box.dir / "undisturbed.db"
        result = box.run("run", box.write("u.yaml", text()), "--db", db, "--workers", 1, "--slots", 1, timeout=120)
        self.assertEqual(result.status, 0, result.stderr)
        return e2e.facts(db)

    def check_as_undisturbed(self, box, db):
        found, expected = e2e.facts(db), self.undisturbed(box)
        self.assertIsNone(evidence.difference(evidence.decisions(expected), evidence.decisions(found)))
        self.assertEqual(evidence.curves(expected), evidence.curves(found))
        for audit in e2e.trials_dir(db, STUDY).glob("*/audit.jsonl"):
            self.assertEqual(evidence.audit_problems(evidence.read_audit(audit)), [], audit)
        verify = box.run("verify", STUDY, "--db", db)
        self.assertEqual(verify.status, 0, verify.stdout + verify.stderr)

    def test_an_interrupted_study_stops_its_trials_at_a_checkpoint_and_is_resumed_to_the_same_end(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name), e2e.Sandbox() as box:
                db, run = self.begin(box)
                e2e.kill(run.pid, number)
                self.assertEqual(run.wait(30), 130, run.said())
                box.wait_gone(10)
                self.assertEqual(e2e.facts(db, "study_ended"), [])
                ended = {fact.body["outcome"] for fact in e2e.facts(db, "attempt_ended")}
                self.assertLessEqual(ended, {"reached", "stopped", "preempted"})
                self.assertEqual(len(e2e.facts(db, "attempt_started")), len(e2e.facts(db, "attempt_ended")))
                if number == signal.SIGINT:
                    self.assertIn("resume", run.stderr())
                resumed = box.run("resume", "--db", db, "--workers", 1, "--slots", 1, timeout=120)
                self.assertEqual(resumed.status, 0, resumed.stderr)
                self.check_as_undisturbed(box, db)

    def test_a_paused_study_starts_nothing_until_it_is_resumed(self):
        with e2e.Sandbox() as box:
            db, run = self.begin(box)
            paused = box.run("pause", STUDY, "--db", db)
            self.assertEqual(paused.status, 0, paused.stderr)
            e2e.wait_until(lambda: e2e.facts(db, "study_paused"), 10, run.said)
            # Every attempt that was started ends; from then on there is none.
            e2e.wait_until(lambda: len(e2e.facts(db, "attempt_started")) == len(e2e.facts(db, "attempt_ended")), 30, run.said)
            e2e.wait_until(lambda: not box.processes("trial"), 30, "trials of a paused study run on")
            journal = e2e.facts(db)
            pause = next(fact.seq for fact in journal if fact.kind == "study_paused")
            self.assertEqual([fact for fact in journal if fact.seq > pause and fact.kind == "attempt_started"], [])
            self.assertEqual(run.wait(30), 0, "run leaves a paused study: " + run.said())
            box.wait_gone()
            self.assertIn("paused", box.run("status", STUDY, "--db", db).stdout)
            resumed = box.run("resume", STUDY, "--db", db, "--workers", 1, "--slots", 1, timeout=120)
            self.assertEqual(resumed.status, 0, resumed.stderr)
            self.assertEqual(e2e.facts(db, "study_ended")[-1].body["how"], "completed")
            self.assertTrue(e2e.facts(db, "study_resumed"))
            box.wait_gone()
            self.check_as_undisturbed(box, db)

    def test_a_cancelled_study_ends_its_trials_and_stays_ended(self):
        with e2e.Sandbox() as box:
            db, run = self.begin(box, trials=100)
            cancelled = box.run("cancel", STUDY, "--db", db)
            self.assertEqual(cancelled.status, 0, cancelled.stderr)
            run.wait(30)
            box.wait_gone()
            self.assertEqual(e2e.facts(db, "study_ended")[-1].body["how"], "cancelled")
            proposed = {fact.body["trial"] for fact in e2e.facts(db, "trial_proposed")}
            self.assertEqual({fact.body["trial"] for fact in e2e.facts(db, "trial_ended")}, proposed)
            before = e2e.facts(db)
            box.run("resume", STUDY, "--db", db, "--workers", 1, timeout=60)
            self.assertEqual([fact.kind for fact in e2e.facts(db)[len(before):] if fact.kind in evidence.DECISIONS], [])
            self.assertEqual(box.run("verify", STUDY, "--db", db).status, 0)

    def test_pause_and_cancel_work_when_no_coordinator_lives(self):
        with e2e.Sandbox() as box:
            db, run = self.begin(box)
            e2e.kill(run.pid)
            run.wait(10)
            box.wait_gone()
            for verb, kind in (("pause", "study_paused"), ("cancel", "study_ended")):
                result = box.run(verb, STUDY, "--db", db)
                self.assertEqual(result.status, 0, result.stderr)
                self.assertEqual(len(e2e.facts(db, kind)), 1)
            self.assertEqual(e2e.facts(db, "study_ended")[0].body["how"], "cancelled")
            self.assertEqual(box.run("verify", STUDY, "--db", db).status, 0)


if __name__ == "__main__":
    e2e.main()
