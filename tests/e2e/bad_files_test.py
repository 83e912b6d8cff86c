"""Study files with one thing wrong: each is refused with its line, the reason, and no trace on the disk."""

import re
import unittest

import quench_e2e as e2e

GOOD = """\
study: good
objective: {metric: loss, direction: minimize}
space:
  lr: {type: float, low: 1.0e-4, high: 1.0e-1, log: true}
  layers: {type: int, low: 1, high: 6}
  model: {type: categorical, choices: [gnn, transformer]}
  bins: {type: categorical, choices: [16, 32], when: {model: gnn}}
search: {sampler: random, seed: 7}
fidelity: {scheduler: asha, unit: epoch, min: 1, max: 9, eta: 3}
stop: {trials: 2}
trial: {command: ["true"], ranks: 1, retries: 0, timeout: 10s, grace: 1s}
"""

# (what is wrong, the text that goes, the text that comes instead, the line that must be named or None)
ONE_WRONG = [
    ("an unknown key at the top", "search:", "serch:", 8),
    ("an unknown key in a section", "sampler: random", "samplr: random", 8),
    ("an unknown key of a parameter", "log: true", "logarithmic: true", 4),
    ("an unknown key of the trial", "retries: 0", "retrys: 0", 11),
    ("an unknown sampler", "sampler: random", "sampler: randon", 8),
    ("an unknown scheduler", "scheduler: asha", "scheduler: asher", 9),
    ("an unknown parameter type", "type: float", "type: real", 4),
    ("an unknown direction", "direction: minimize", "direction: down", 2),
    ("a missing metric", "{metric: loss, direction: minimize}", "{direction: minimize}", 2),
    ("a name that is no name", "study: good", "study: ../good", 1),
    ("an empty name", "study: good", 'study: ""', 1),
    ("no space", re.compile(r"space:\n(  .*\n)+"), "space: {}\n", 3),
    ("a space that is a list", re.compile(r"space:\n(  .*\n)+"), "space: [lr, layers]\n", 3),
    ("low above high", "low: 1.0e-4", "low: 1.0", 4),
    ("a log scale that touches zero", "low: 1.0e-4", "low: 0.0", 4),
    ("a range that is not finite", "high: 1.0e-1", "high: .inf", 4),
    ("a range that is not a number", "high: 1.0e-1", "high: NaN", 4),
    ("a float where an integer belongs", "low: 1, high: 6", "low: 1.5, high: 6", 5),
    ("a string where a number belongs", "low: 1, high: 6", "low: one, high: 6", 5),
    ("an integer beyond 64 bits", "high: 6}", "high: 99999999999999999999}", 5),
    ("no choices", "choices: [gnn, transformer]", "choices: []", 6),
    ("a choice twice", "choices: [gnn, transformer]", "choices: [gnn, gnn]", 6),
    ("choices that are no list", "choices: [gnn, transformer]", "choices: gnn", 6),
    ("a condition on an unknown parameter", "when: {model: gnn}", "when: {modl: gnn}", 7),
    ("a condition on an impossible value", "when: {model: gnn}", "when: {model: gnm}", 7),
    ("a condition on itself", "when: {model: gnn}", "when: {bins: 16}", 7),
    ("eta of one", "eta: 3", "eta: 1", 9),
    ("min above max", "min: 1, max: 9", "min: 10, max: 9", 9),
    ("a min of zero", "min: 1", "min: 0", 9),
    ("a negative max", "max: 9", "max: -9", 9),
    ("a negative seed", "seed: 7", "seed: -7", 8),
    ("a section that is a scalar", "stop: {trials: 2}", "stop: 2", 10),
    ("no trials", "stop: {trials: 2}", "stop: {trials: 0}", 10),
    ("a failure rate above one", "stop: {trials: 2}", "stop: {trials: 2, failure_rate: 3}", 10),
    ("a command that is a string", 'command: ["true"]', 'command: "true"', None),
    ("an empty command", 'command: ["true"]', "command: []", 11),
    ("no ranks", "ranks: 1", "ranks: 0", 11),
    ("an unknown placeholder", 'command: ["true"]', 'command: ["true", "{param.lrr}"]', 11),
    ("a time without its unit", "timeout: 10s", "timeout: ten", 11),
    ("a negative time", "grace: 1s", "grace: -1s", 11),
    ("a key twice", "stop: {trials: 2}", "stop: {trials: 2}\nstop: {trials: 3}", 11),
    ("a tab as indentation", "  layers:", "\tlayers:", None),
    ("an open bracket", "stop: {trials: 2}", "stop: {trials: 2", None),
    ("a file that is a list", re.compile(r"(?s).*"), "- study\n- space\n", None),
    ("a file that is no YAML", re.compile(r"(?s).*"), "{{{{ :: @@\n", None),
    ("an empty file", re.compile(r"(?s).*"), "", None),
    ("an alias that is not defined", "stop: {trials: 2}", "stop: *limits", None),
    ("bytes that are no text", "study: good", "study: \x01\x02", None),
    ("a missing section", re.compile(r"trial: .*\n"), "", None),
]


class BadFiles(unittest.TestCase):
    def test_each_is_refused_with_file_line_and_reason_and_leaves_nothing_behind(self):
        with e2e.Sandbox() as box:
            db = box.dir / "bad.db"
            for what, old, new, line in ONE_WRONG:
                text = old.sub(lambda _, new=new: new, GOOD, count=1) if isinstance(old, re.Pattern) else GOOD.replace(old, new, 1)
                self.assertNotEqual(text, GOOD, "the case itself changes nothing: " + what)
                with self.subTest(what):
                    box.write("bad.yaml", text)
                    refused = box.run("run", "bad.yaml", "--db", db)
                    self.assertEqual(refused.status, 2, refused.stderr)
                    named = re.search(r"(?m)^(?:quench: |error: )?bad\.yaml:(\d+): (.+)$", refused.stderr)
                    self.assertIsNotNone(named, refused.stderr)
                    if line is not None:
                        self.assertIn("bad.yaml:%d: " % line, refused.stderr)
                    self.assertGreater(len(named.group(2)), 15, "a reason, not a word")
                    self.assertEqual(refused.stdout, "")
                    self.assertEqual([path.name for path in box.dir.iterdir() if path.name.startswith("bad.")
                                      and path.name != "bad.yaml"], [])
            self.assertEqual(box.processes(), [])

    def test_a_typing_error_is_answered_with_the_nearest_key(self):
        with e2e.Sandbox() as box:
            for old, new, meant in (("search:", "serch:", "search"), ("eta: 3", "etta: 3", "eta"),
                                    ("sampler: random", "sampler: randon", "random")):
                box.write("bad.yaml", GOOD.replace(old, new, 1))
                self.assertIn("'%s'" % meant, box.run("run", "bad.yaml", "--db", box.dir / "x.db").stderr)

    def test_every_error_of_a_file_is_said_at_once(self):
        with e2e.Sandbox() as box:
            text = GOOD.replace("eta: 3", "eta: 1").replace("type: float", "type: real").replace("ranks: 1", "ranks: 0")
            box.write("bad.yaml", text)
            refused = box.run("run", "bad.yaml", "--db", box.dir / "x.db")
            for line in (4, 9, 11):
                self.assertIn("bad.yaml:%d: " % line, refused.stderr)

    def test_a_file_that_is_not_there_is_a_usage_error_that_names_it(self):
        with e2e.Sandbox() as box:
            refused = box.run("run", "nowhere.yaml", "--db", box.dir / "x.db")
            self.assertIn(refused.status, (2, 3))
            self.assertIn("nowhere.yaml", refused.stderr)
            self.assertFalse((box.dir / "x.db").exists())

    def test_the_file_that_the_bad_ones_are_made_from_is_good(self):
        with e2e.Sandbox() as box:
            # /bin/true reports nothing: every trial fails, the study ends.
            result = box.run("run", box.write("good.yaml", GOOD), "--db", box.dir / "good.db", "--workers", 1)
            self.assertNotIn("good.yaml:", result.stderr)
            self.assertTrue(e2e.facts(box.dir / "good.db", "study_ended"))


if __name__ == "__main__":
    e2e.main()
