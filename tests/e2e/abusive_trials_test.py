"""Trial programs that print garbage, flood, hang, crash and leave children: each is handled and named."""

import sys
import unittest

import quench_e2e as e2e

# What becomes of each: how the trial ends, how its attempt ended, and a word of the sentence that names it.
EXPECTED = {
    "garbage": ("completed", "reached", ""),
    "malformed": ("completed", "reached", ""),
    "diverge": ("diverged", None, ""),
    "exit_1": ("failed", "crashed", "1"),
    "segfault": ("failed", "crashed", "signal"),
    "hang": ("failed", "timed_out", ""),
    "ignore_sigterm": ("failed", "timed_out", ""),
    "fork_away": ("completed", "reached", ""),
    "silent": ("failed", "crashed", ""),
    "infeasible": ("infeasible", "infeasible", "layer"),
    "good": ("completed", "reached", ""),
}
MEMORY_MIB = 300


def abuse_study(name, kinds, timeout):
    return e2e.study_file(
        name, space={"kind": {"type": "categorical", "choices": kinds}}, search={"sampler": "grid"},
        fidelity={"scheduler": "none", "unit": "epoch", "max": 2}, stop={"trials": len(kinds)},
        command=[e2e.PYTHON, "-S", str(e2e.PROGRAMS / "abusive.py"), "{param.kind}"],
        retries=0, timeout=timeout, grace="1s")


def memory_peaks(box):
    """Role -> largest resident memory so far, MiB, of our own processes."""
    peaks = {}
    for proc in box.processes():
        if proc.role in ("coordinator", "worker", "shepherd"):
            try:
                with open("/proc/%d/status" % proc.pid, encoding="ascii") as file:
                    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
            except (OSError, StopIteration):
                continue
            peaks[proc.role] = max(peak, peaks.get(proc.role, 0))
    return peaks


class AbusiveTrials(unittest.TestCase):
    def test_every_abuse_is_handled_and_named_and_no_process_is_left(self):
        with e2e.Sandbox() as box:
            db, kinds = box.dir / "abuse.db", list(EXPECTED)
            result = box.run("run", box.write("abuse.yaml", abuse_study("abuse", kinds, "4s")), "--db", db, "--workers", 1,
                             "--slots", 2, timeout=120)
            self.assertEqual(result.status, 0, result.stderr[-3000:])
            box.wait_gone(10)
            facts = e2e.facts(db)
            self.assertEqual([fact.body["how"] for fact in facts if fact.kind == "study_ended"], ["completed"])
            kind_of = {fact.body["trial"]: fact.body["params"]["kind"] for fact in facts if fact.kind == "trial_proposed"}
            self.assertEqual(sorted(kind_of.values()), sorted(kinds))
            endings = {fact.body["trial"]: fact.body for fact in facts if fact.kind == "trial_ended"}
            attempts = {fact.body["trial"]: fact.body for fact in facts if fact.kind == "attempt_ended"}
            for trial, kind in kind_of.items():
                how, outcome, word = EXPECTED[kind]
                with self.subTest(kind=kind, ending=endings.get(trial), attempt=attempts.get(trial)):
                    self.assertEqual(endings[trial]["how"], how)
                    if outcome:
                        self.assertEqual(attempts[trial]["outcome"], outcome)
                    self.assertIn(word, attempts[trial]["detail"])
                    if how in ("failed", "infeasible"):
                        # What the journal knows, the user is told.
                        self.assertTrue(attempts[trial]["detail"])
                        for output in ("json", "table"):
                            shown = box.run("show", trial, "--db", db, "--output", output)
                            self.assertEqual(shown.status, 0, shown.stderr)
                            self.assertIn(attempts[trial]["outcome"], shown.stdout)
                    shown = box.run("show", trial, "--db", db).stdout
                    self.assertNotIn("\x1b]0;", shown, "a trial's output drives the terminal")

    def test_a_gigabyte_of_output_costs_the_coordinator_and_the_worker_no_memory(self):
        with e2e.Sandbox() as box:
            db = box.dir / "flood.db"
            coordinator = box.start("run", box.write("flood.yaml", abuse_study("flood", ["flood"], "120s")), "--db", db,
                                    "--workers", 1, "--slots", 1)
            peaks = {}

            def look():
                for role, peak in memory_peaks(box).items():
                    peaks[role] = max(peak, peaks.get(role, 0))
                return coordinator.ended()
            e2e.wait_until(look, 150, coordinator.said)
            self.assertEqual(coordinator.wait(1), 0, coordinator.said())
            self.assertEqual([fact.body["how"] for fact in e2e.facts(db, "trial_ended")], ["completed"])
            self.assertIn("worker", peaks)
            for role, peak in peaks.items():
                self.assertLess(peak, MEMORY_MIB, role)
            logs = sum(log.stat().st_size for log in e2e.trials_dir(db, "flood").glob("*/*.log"))
            print("peak memory %s MiB, %d MiB of log" % ({role: round(peak) for role, peak in peaks.items()}, logs >> 20),
                  file=sys.stderr)
            box.wait_gone(10)


if __name__ == "__main__":
    e2e.main()
