"""A study that learns from another: does it begin with what that one knew, and is it independent of it from then on?"""

import signal
import unittest

import evidence
import quench_e2e as e2e


def before(name="before"):
    return e2e.epochs_study(name, seed=2, trials=12, work_ms=1)


def after(**search):
    return e2e.study_file("after", space=e2e.LR, search={"sampler": "tpe", "seed": 5, **search},
                          fidelity={"scheduler": "none", "unit": "epoch", "max": 6}, stop={"trials": 5},
                          command=[e2e.PYTHON, "-S", str(e2e.PROGRAMS / "epochs.py"), "40", "{param.lr}"])


class WarmStart(unittest.TestCase):
    def run_study(self, box, db, name, text):
        result = box.run("run", box.write(name + ".yaml", text), "--db", db, "--workers", 1, "--slots", 1, timeout=120)
        self.assertEqual(result.status, 0, result.stderr)
        return result

    def test_killed_and_resumed_without_the_other_study_it_decides_the_same(self):
        with e2e.Sandbox() as box:
            whole, killed, other = box.dir / "whole.db", box.dir / "killed.db", box.dir / "other.db"
            self.run_study(box, other, "before", before())
            text = after(warm_start={"study": "before", "db": "other.db"})
            said = self.run_study(box, whole, "after", text).stderr
            self.assertIn("warm start: 12 of 12 trials of 'before' are used", said)
            learned = e2e.facts(whole, "trial_learned")
            self.assertEqual(len(learned), 12)
            self.assertEqual([fact.body["study"] for fact in learned], ["before"] * 12)

            run = box.start("run", box.write("again.yaml", text), "--db", killed, "--workers", 1, "--slots", 1)
            e2e.wait_until(lambda: len(e2e.facts(killed, "reported")) >= 8, 30, run.said)
            e2e.kill(run.pid, signal.SIGKILL)
            run.wait(10)
            box.kill_all()
            other.unlink()
            resumed = box.run("resume", "--db", killed, "--workers", 1, "--slots", 1, timeout=120)
            self.assertEqual(resumed.status, 0, resumed.stderr)
            self.assertIsNone(evidence.difference(evidence.decisions(e2e.facts(whole)),
                                                  evidence.decisions(e2e.facts(killed))))
            verify = box.run("verify", "--db", killed)
            self.assertEqual(verify.status, 0, verify.stdout + verify.stderr)

            gone = box.run("run", box.write("gone.yaml", text), "--db", box.dir / "third.db", "--slots", 1)
            self.assertEqual(gone.status, 3, gone.stderr)

    def test_a_study_that_is_not_there_is_named_before_anything_is_written(self):
        with e2e.Sandbox() as box:
            db = box.dir / "one.db"
            self.run_study(box, db, "before", before())
            file = box.write("after.yaml", after(warm_start="befor"))
            for verb in ["validate", "run"]:
                result = box.run(verb, file, "--db", db, "--slots", 1)
                self.assertEqual(result.status, 3, result.stderr)
                self.assertIn("search.warm_start names the study 'befor' (the database has before)", result.stderr)
            self.assertEqual(e2e.facts(db, "trial_learned"), [])
            box.write("after.yaml", after(warm_start="before"))
            result = box.run("validate", file, "--db", db, "--slots", 1)
            self.assertEqual(result.status, 0, result.stderr)
            self.assertIn("12 of 12 trials of 'before' are used", result.stderr)


if __name__ == "__main__":
    e2e.main()
