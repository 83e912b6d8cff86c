"""mlpf-train itself from outside: what cannot work, files that are not as they should be, full disks.

    train_test.py BIN
"""

import json
import os
import shutil
import subprocess
import sys
import unittest

try:
    import h5py
    import numpy
except ImportError:
    h5py = None

from program import TINY, Program, limited

SMALL = ["--events", 4, "--validation-events", 2, "--pileup", 1, *TINY]

OUT_OF_RANGE = [
    "id_layers=0", "reg_layers=0", "bin_size=0", "bin_size=-1", "bin_size=1e300", "width=0", "width=99999999999999",
    "lr=0", "lr=-1e-3", "lr=1e6", "batch_size=0", "head_dropout=1", "message_dropout=-0.1", "momentum=1.5",
    "clip_norm=-1", "decay_rate=0", "decay_steps=0", "schedule_epochs=0", "focal_alpha=2", "random_features=0",
    "attention_heads=0", "encoder_layers=0",
]
NO_VALUES = [
    ("bin_size=31.5", "must be an integer, not 31.5"),
    ("bin_size=many", 'must be an integer, not "many"'),
    ("bin_size=null", "must be an integer"),
    ("bin_size=[1]", "must be an integer"),
    ("lr=fast", "must be a number"),
    ("lr=NaN", "must be a number"),
    ("lr=inf", "must be a number"),
    ("lr=1e999", "must be a number"),
    ("lr=", "must be a number"),
    ("lr=true", "must be a number"),
    ("standardize=1", "must be true or false"),
    ("optimizer=lion", "must be one of: adam, adamw, sgd"),
    ("preset=clic", "must be one of: clic_before"),
    ("learning_rate=1", "known are: "),
    ("lr", "must be NAME=VALUE"),
    ("=3", "must be NAME=VALUE"),
]
BAD_OPTIONS = {
    "--epochs": ["-1", "99999999999999999999", "1.5"],
    "--seed": ["-1", "x"],
    "--data-seed": ["-1"],
    "--pileup": ["nan", "-1", "inf"],
    "--events": ["0"],
    "--threads": ["0"],
    "--rank-timeout": ["nan", "-1"],
}


def tmpfs(folder, kib):
    """Whether a file system of so many KiB could be mounted at `folder`."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class WhatCannotWork(Program):
    def outcome(self, *arguments, **options):
        return self.run_train(*SMALL, "--epochs", 1, *arguments, **options)

    def test_values_out_of_range_are_infeasible(self):
        for setting in OUT_OF_RANGE:
            done = self.outcome("--set", setting)
            name = setting.split("=")[0]
            self.assertRegex(done.stdout, rf'^quench: {{"infeasible": "{name} is \S+, but must be .+"}}\n$', setting)
            self.assertEqual(done.stderr, "", setting)

    def test_numbers_may_be_written_as_people_write_them(self):
        plain = self.outcome("--set", "lr=0.01", "--set", "message_dropout=0.1", "--set", "width=16").stdout
        other = self.outcome("--set", "lr=+1.e-2", "--set", "message_dropout=.1", "--set", "width=016").stdout
        losses = [[json.loads(line[len("quench: "):])["val_loss"] for line in text.splitlines()] for text in (plain, other)]
        self.assertEqual(losses[0], losses[1])
        self.assertEqual(len(losses[0]), 1)

    def test_networks_too_large_to_train_are_infeasible(self):
        for settings in [["width=4096", "id_layers=64"], ["model=transformer", "attention_heads=256", "width=4096"]]:
            done = self.outcome(*(word for setting in settings for word in ("--set", setting)))
            self.assertIn("parameters, but at most 1e+08 are allowed", done.stdout)

    def test_what_is_no_value_or_no_name_is_an_error_for_all_ranks_once(self):
        for setting, why in NO_VALUES:
            done = self.outcome("--set", setting, status=1)
            self.assertTrue(done.stderr.startswith("mlpf-train: "), done.stderr)
            self.assertIn(why, done.stderr, setting)
            self.assertEqual(done.stdout, "")
        done = self.outcome("--set", "lr=fast", status=1, ranks=2)
        self.assertEqual(done.stderr.count("must be a number"), 1)

    def test_options_out_of_range_are_refused_before_anything_starts(self):
        for option, values in BAD_OPTIONS.items():
            for value in values:
                done = self.run_train(f"{option}={value}", *TINY, status=2)
                self.assertIn(option, done.stderr)

    def test_bins_larger_than_events_and_odd_heads_work(self):
        odd_heads = ["model=transformer", "attention_heads=7"]
        for settings in [["bin_size=4096"], ["bin_size=1"], odd_heads, ["batch_size=1048576"]]:
            done = self.outcome(*(word for setting in settings for word in ("--set", setting)))
            self.assertIn('"step": 1', done.stdout)


class FilesOfEvents(Program):
    def refused(self, path, why, *more, status=1):
        for ranks in (1, 2):
            done = self.run_train("--data", path, "--epochs", 2, *more, *TINY, status=status, ranks=ranks)
            self.assertIn(why, done.stderr)
            self.assertNotIn("infeasible", done.stdout)
            self.assertNotIn("contract broken", done.stderr)
            if status == 1:
                self.assertEqual(done.stderr.count("mlpf-train: "), 1, "one message for all ranks")

    def test_what_is_no_whole_file_of_events_is_refused(self):
        path = self.generate(20, 1)
        whole = path.read_bytes()
        parts = [(whole[: len(whole) // 2], "cut short"), (whole[:-1], "cut short")]
        others = [(b"", "is not an HDF5 file"), (b"GIF89a" * 100, "is not an HDF5 file")]
        for content, why in parts + others:
            path.write_bytes(content)
            self.refused(path, why)
        self.refused(self.folder / "none.h5", "", status=2)
        self.refused(self.folder, "", status=2)

    def test_more_events_than_a_file_has_are_refused(self):
        path = self.generate(20, 1)
        self.refused(path, "the file has 20", "--events", 20, "--validation-events", 5)
        self.refused(self.generate(1, 1, "one.h5"), "no event is left to train on")

    @unittest.skipIf(h5py is None, "h5py is not there")
    def test_tables_that_contradict_each_other_are_refused(self):
        whole = self.generate(20, 1).read_bytes()

        def change(table, place, value):
            path = self.folder / "changed.h5"
            path.write_bytes(whole)
            with h5py.File(path, "r+") as file:
                file[table][place] = value
            return path

        for table, place, value, why in [
            ("elements", (3, 1), numpy.nan, "not finite"),
            ("elements", (3, 0), 7, "type 7"),
            ("targets", (3, 0), 9, "class 9"),
            ("targets", (3, 1), 7, "charge 7"),
            ("targets", (3, 6), numpy.inf, "not finite"),
            ("event/begin", 3, 10**9, "event/begin"),
            ("event/particles", 0, 0, "particles"),
        ]:
            self.refused(change(table, place, value), why)


class FullDisks(Program):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "checkpoint"

    def train(self, epochs, **options):
        return self.run_train(*SMALL, "--epochs", epochs, "--checkpoint-dir", self.model, **options)

    def keeps_what_it_has(self, why, ranks, **options):
        before = (self.model / "mlpf.checkpoint").read_bytes()
        done = self.train(2, status=1, ranks=ranks, **options)
        self.assertIn(why, done.stderr)
        self.assertIn("(the checkpoint before it is intact). Make room", done.stderr)
        self.assertNotIn("infeasible", done.stdout)
        self.assertEqual((self.model / "mlpf.checkpoint").read_bytes(), before)
        self.assertEqual(os.listdir(self.model), ["mlpf.checkpoint"], "the rest would take the room that is missing")

    def test_no_room_for_the_first_checkpoint_leaves_no_file(self):
        for most in (0, 1, 4096, 20_000):
            done = self.train(1, status=1, preexec_fn=limited(most))
            self.assertIn("File too large", done.stderr)
            self.assertEqual(os.listdir(self.model), [])

    def test_no_room_for_the_next_one_keeps_the_one_before(self):
        self.train(1)
        self.keeps_what_it_has("File too large", 1, preexec_fn=limited(10_000))
        self.train(2)

    def test_a_file_system_that_is_full_keeps_the_one_before_on_any_number_of_ranks(self):
        self.train(1)
        size_kib = (self.model / "mlpf.checkpoint").stat().st_size // 1024
        held = self.folder / "held"
        shutil.move(self.model, held)
        self.model.mkdir()
        if not tmpfs(self.model, size_kib + 20):  # one fits, two do not
            self.skipTest("no file system can be mounted here")
        try:
            shutil.copy(held / "mlpf.checkpoint", self.model)
            for ranks in (1, 2):
                self.keeps_what_it_has("No space left on device", ranks)
            subprocess.run(["mount", "-o", f"remount,size={3 * size_kib + 100}k", self.model], check=True)
            self.train(2)
        finally:
            subprocess.run(["umount", self.model], check=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
