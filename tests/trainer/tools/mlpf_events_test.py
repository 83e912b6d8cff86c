"""The program mlpf-events from outside.

    mlpf_events_test.py BIN
"""

import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(sys.argv[1]) / "mlpf-events"


def run(*arguments, **options):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, check=False, **options)


class MlpfEvents(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.out = self.folder / "events.h5"

    def info(self):
        done = run("info", self.out, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_file_says_what_it_holds_and_how_it_was_made(self):
        done = run("generate", "--events", 20, "--pileup", 2, "--process", "qcd", "--seed", 7, "--out", self.out)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        about = self.info()
        self.assertEqual((about["detector"], about["seed"], about["events"]), ("delphes", 7, 20))
        self.assertIn("--process qcd --pileup 2 --seed 7 --first 0", about["source"])
        elements = about["elements"]
        self.assertEqual(elements["towers"] + elements["tracks"], elements["all"])
        self.assertEqual(sum(about["targets"].values()), elements["all"])
        self.assertEqual(sum(about["candidates"].values()), elements["all"])
        self.assertLessEqual(elements["least"], elements["mean"])
        self.assertGreater(about["jets"], 0)
        table = run("info", self.out).stdout
        self.assertRegex(table, r"events +20\n")
        self.assertRegex(table, rf"charged_hadron +{about['targets']['charged_hadron']} ")

    def test_events_depend_on_seed_and_number_alone(self):
        def targets(*arguments):
            done = run("generate", "--pileup", 1, "--out", self.out, "--force", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            about = self.info()
            return about["elements"], about["targets"], about["jets"]

        one = targets("--events", 12, "--threads", 1)
        content = self.out.read_bytes()
        self.assertEqual(targets("--events", 12, "--threads", 3), one)
        self.assertEqual(self.out.read_bytes(), content)
        self.assertEqual(targets("--events", 12, "--compress"), one)
        self.assertNotEqual(targets("--events", 12, "--seed", 2), one)
        self.assertNotEqual(targets("--events", 12, "--first", 12), one)

    def test_the_baseline_stands_beside_the_published_figures(self):
        done = run("baseline", "--events", 5, "--pileup", 5, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = {f["quantity"]: f for f in json.loads(done.stdout)["figures"]}
        self.assertEqual(figures["ch.had -> ch.had"]["published"], 0.95)
        self.assertGreater(figures["ch.had -> ch.had"]["ours"], 0.9)
        self.assertEqual(run("generate", "--events", 5, "--pileup", 5, "--process", "qcd", "--out", self.out).returncode, 0)
        of_file = json.loads(run("baseline", self.out, "--output", "json").stdout)
        self.assertEqual(of_file["figures"], json.loads(done.stdout)["figures"])
        self.assertIn("published", run("baseline", self.out).stdout)

    def test_what_cannot_be_done_is_said_and_leaves_nothing(self):
        self.out.write_bytes(b"precious")
        done = run("generate", "--events", 2, "--out", self.out)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--force", done.stderr)
        self.assertEqual(self.out.read_bytes(), b"precious")
        done = run("generate", "--events", 2, "--out", self.folder / "no" / "events.h5")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)
        done = run("info", self.out)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("is not an HDF5 file", done.stderr)
        for wrong in [[], ["generate"], ["generate", "--events", 0, "--out", "x"], ["info"], ["fly"],
                      ["generate", "--events", 2, "--out", "x", "--process", "susy"],
                      ["generate", "--events", 2, "--out", "x", "--pileup", -1]]:
            self.assertEqual(run(*wrong).returncode, 2, wrong)

    def test_a_full_disk_is_said_and_leaves_nothing(self):
        # From the first byte on, in the middle, and when only the end does not fit.
        self.assertEqual(run("generate", "--events", 300, "--pileup", 2, "--out", self.out).returncode, 0)
        whole = self.out.stat().st_size
        self.out.unlink()
        for most in (0, 100, 4096, whole // 3, whole // 2, whole - 100_000, whole - 5000, whole - 100, whole - 1):

            def limit(most=most):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

            done = run("generate", "--events", 300, "--pileup", 2, "--out", self.out, preexec_fn=limit)
            self.assertEqual(done.returncode, 1, (most, done.stderr))
            self.assertIn("cannot be written", done.stderr)
            self.assertIn("File too large", done.stderr)
            self.assertEqual(os.listdir(self.folder), [], most)

    def test_a_kill_leaves_no_file_under_the_final_name(self):
        unfinished = self.folder / "events.h5.part"
        with subprocess.Popen([str(PROGRAM), "generate", "--events", "1000000", "--out", str(self.out)]) as program:
            deadline = time.monotonic() + 60
            while not unfinished.exists() and time.monotonic() < deadline:
                time.sleep(0.01)  # a poll, not a wait for luck
            program.kill()
        self.assertTrue(unfinished.exists())
        self.assertFalse(self.out.exists())
        self.assertNotEqual(run("info", unfinished).returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
