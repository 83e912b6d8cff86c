"""mlpf-train predict from outside.

    predict_test.py BIN
"""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

try:
    import h5py
    import numpy
except ImportError:
    h5py = None

from program import BIN, TINY, Program, limited


class Predict(Program):
    def setUp(self):
        super().setUp()
        self.events = self.generate(70, 3)
        self.model = self.checkpoint()
        self.out = self.folder / "predicted.h5"

    def predict(self, *more, **options):
        return self.run_train("predict", self.events, "--checkpoint-dir", self.model, "--out", self.out, *more, **options)

    def leaves_nothing(self):
        self.assertEqual(sorted(os.listdir(self.folder)), ["checkpoint", "events.h5"])

    @unittest.skipIf(h5py is None, "h5py is not there")
    def test_candidates_stand_beside_the_rows_that_they_are_of(self):
        self.predict()
        with h5py.File(self.events) as before, h5py.File(self.out) as after:
            for table in ["elements", "targets", "jets", "event/begin", "event/jets_begin", "event/particles"]:
                numpy.testing.assert_array_equal(before[table][:], after[table][:], table)
            candidates = after["candidates"][:]
            self.assertEqual(candidates.shape, before["candidates"].shape)
            self.assertFalse(numpy.array_equal(candidates, before["candidates"][:]))
            source = after.attrs["source"].decode()
            self.assertTrue(source.startswith(before.attrs["source"].decode() + "; candidates: mlpf-train predict, 1 epochs"))
        kind = candidates[:, 0]
        self.assertTrue(numpy.isin(kind, range(6)).all())
        self.assertTrue((kind > 0).any())
        self.assertTrue((candidates[kind == 0] == 0).all(), "a row of no particle is empty")
        self.assertTrue(numpy.isin(candidates[:, 1], [-1, 0, 1]).all())
        self.assertTrue((candidates[:, [2, 6]] >= 0).all(), "pt and energy")
        self.assertTrue((abs(candidates[:, 4:6]) <= 1).all(), "sine and cosine")

    def test_the_file_is_one_that_other_programs_read(self):
        self.predict()
        for command in [["info", self.out, "--output", "json"], ["baseline", self.out]]:
            done = subprocess.run([BIN / "mlpf-events", *command], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.run_train("--data", self.out, "--epochs", 1, *TINY)

    def test_ranks_share_the_events_and_write_the_same_bytes(self):
        self.predict()
        alone = self.out.read_bytes()
        for ranks in (2, 3):
            done = self.predict("--force", "--output", "json", ranks=ranks)
            self.assertEqual(json.loads(done.stdout)["ranks"], ranks)
            self.assertEqual(self.out.read_bytes(), alone)

    def test_the_times_are_of_every_event(self):
        about = json.loads(self.predict("--output", "json").stdout)
        self.assertEqual(about["events"], 70)
        self.assertEqual(sum(b["events"] for b in about["bins"]), 70)
        self.assertEqual(about["epoch"], 1)
        for b in about["bins"]:
            self.assertLess(b["from"], b["to"])
            self.assertLessEqual(b["median_ms"], b["p95_ms"])
            self.assertGreater(b["median_ms"], 0)
        self.assertIsInstance(about["exponent"], float)
        table = self.predict("--force").stdout
        self.assertRegex(table, r"70 events, \d+ elements, model of epoch 1, 1 rank: ")
        self.assertIn("time ~ elements^", table)

    def test_what_is_no_whole_file_of_events_is_refused_and_nothing_is_left(self):
        whole = self.events.read_bytes()
        for content, why in [(whole[: len(whole) // 2], "cut short"), (whole[:-1], "cut short"), (b"", "is not an HDF5 file"),
                             (b"GIF89a" * 100, "is not an HDF5 file")]:
            self.events.write_bytes(content)
            for ranks in (1, 2):
                done = self.predict(status=1, ranks=ranks)
                self.assertIn(why, done.stderr)
                self.assertEqual(done.stderr.count("mlpf-train: "), 1, "one message for all ranks")
                self.assertEqual(done.stdout, "")
                self.leaves_nothing()
        damaged = bytearray(whole)
        for place in range(20_000, len(damaged), 20_000):
            damaged[place] ^= 0x55
        self.events.write_bytes(damaged)
        self.predict(status=1)
        self.leaves_nothing()

    def test_what_is_no_model_is_refused_and_nothing_is_left(self):
        path = self.model / "mlpf.checkpoint"
        whole = path.read_bytes()
        for content, why in [(whole[:-1], "is truncated"), (b"PK" * 50, "not a checkpoint of mlpf-train"), (b"", "is empty")]:
            path.write_bytes(content)
            for ranks in (1, 2):
                self.assertIn("mlpf.checkpoint: ", self.predict(status=1, ranks=ranks).stderr)
                self.assertIn(why, self.predict(status=1).stderr)
                self.leaves_nothing()
        path.unlink()
        self.assertIn("train one with mlpf-train --checkpoint-dir", self.predict(status=1).stderr)

    def test_a_full_disk_is_said_and_leaves_nothing(self):
        self.predict()
        whole = self.out.stat().st_size
        self.out.unlink()
        for most in (0, 4096, whole // 2, whole - 5000, whole - 1):
            done = self.predict(status=1, preexec_fn=limited(most))
            self.assertIn("cannot be written", done.stderr, most)
            self.assertIn("File too large", done.stderr, most)
            self.leaves_nothing()

    def test_a_file_that_exists_is_kept_unless_told_otherwise(self):
        self.out.write_bytes(b"precious")
        self.assertIn("--force", self.predict(status=1).stderr)
        self.assertEqual(self.out.read_bytes(), b"precious")
        self.predict("--force")
        self.assertNotEqual(self.out.read_bytes(), b"precious")

    def test_a_stop_leaves_no_file(self):
        self.events.unlink()
        self.generate(4000, 10)
        with subprocess.Popen([BIN / "mlpf-train", "predict", self.events, "--checkpoint-dir", self.model, "--out", self.out],
                              stderr=subprocess.PIPE, text=True) as program:
            deadline = time.monotonic() + 60
            while not os.path.exists(f"{self.out}.part") and time.monotonic() < deadline:
                time.sleep(0.01)  # a poll, not a wait for luck
            program.send_signal(signal.SIGTERM)
            self.assertIn("stopped as asked (nothing was written)", program.communicate()[1])
        self.assertEqual(program.returncode, 1)
        self.leaves_nothing()

    def test_what_is_missing_or_too_much_is_said(self):
        for arguments, why in [(["predict"], "name a FILE or say --time-sizes"),
                               (["predict", self.events], "--checkpoint-dir"),
                               (["predict", self.events, "--checkpoint-dir", self.model], "--out"),
                               (["predict", self.events, "--time-sizes", "5"], "one kind of them"),
                               (["predict", "--time-sizes", "5", "--checkpoint-dir", self.model, "--set", "lr=1"],
                                "leave one out")]:
            self.assertIn(why, self.run_train(*arguments, status=1).stderr)
        for arguments in [["predict", "--time-sizes", "0"], ["predict", "--time-sizes", "x"], ["predict", "--epochs", "3"],
                          ["--epochs", "3", "predict", self.events]]:
            self.run_train(*arguments, status=2)


class TimeSizes(Program):
    def test_time_and_memory_stand_beside_the_sizes(self):
        done = self.run_train("predict", "--time-sizes", "200,400,1600", "--output", "json", *TINY)
        about = json.loads(done.stdout)
        self.assertEqual([size["elements"] for size in about["sizes"]], [200, 400, 1600])
        for size in about["sizes"]:
            self.assertGreaterEqual(size["runs"], 5)
            self.assertGreater(size["cpu_ms"], 0)
            self.assertLessEqual(size["median_ms"], size["p95_ms"])
            self.assertAlmostEqual(size["ms_per_1000_elements"], size["median_ms"] / size["elements"] * 1000)
        self.assertIsInstance(about["time_exponent"], float)
        if about["memory_exponent"] is not None:
            self.assertLess(about["memory_exponent"], 1.1)
        table = self.run_train("predict", "--time-sizes", "100,300", *TINY).stdout
        self.assertRegex(table, r"cpu time ~ elements\^\d\.\d\d, memory ~ elements\^")

    def test_a_trained_model_is_measured_with_its_own_hyperparameters(self):
        done = self.run_train("predict", "--time-sizes", "100", "--checkpoint-dir", self.checkpoint(), "--output", "json")
        untrained = self.run_train("predict", "--time-sizes", "100", "--output", "json", *TINY)
        self.assertEqual(json.loads(done.stdout)["parameters"], json.loads(untrained.stdout)["parameters"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
