"""mlpf-train benchmark from outside: the fields of HEPscore's result.json, and their arithmetic done again.

    benchmark_test.py BIN
"""

import json
import math
import os
import sys
import time
import unittest
import xml.etree.ElementTree

from program import TINY, Program, limited

SMALL = ["--events", 23, "--validation-events", 4, "--pileup", 1, "--epochs", 3, "--set", "preset=quick", *TINY]
STATS = {"num_epochs", "epoch_times", "train_start", "train_stop", "train_time", "horovod_enabled", "GPU", "CPU",
         "train_set_size", "batch_size_per_device", "batch_size_total", "steps_per_epoch", "events_per_epoch",
         "throughput_per_epoch"}
INFERENCE_STATS = {"num_runs", "run_times", "total_inference_time", "GPU", "CPU", "batch_size", "steps_per_run",
                   "events_per_run", "throughput_per_run"}


def mean(values):
    return math.fsum(values) / len(values)


class Benchmark(Program):
    def benchmark(self, *more, out="results", **options):
        self.run_train("benchmark", "--out", self.folder / out, *SMALL, *more, **options)
        return json.loads((self.folder / out / "result.json").read_text())

    def test_every_field_is_there_and_follows_from_the_times(self):
        for ranks in (1, 2):
            before = time.time()
            result = self.benchmark("--set", "batch_size=5", ranks=ranks)
            self.assertEqual(set(result), {"wl-scores", "wl-stats", "quench"})
            self.assertEqual(set(result["wl-scores"]), {"mean_throughput", "mean_epoch_time"})
            stats = result["wl-stats"]
            self.assertEqual(set(stats), STATS)
            times = stats["epoch_times"]
            self.assertEqual((stats["num_epochs"], len(times)), (3, 3))
            throughput = [23 / t for t in times]
            for ours, again in zip(stats["throughput_per_epoch"], throughput, strict=True):
                self.assertAlmostEqual(ours, again, places=6)
            scores = result["wl-scores"]
            # Half a unit of the second decimal, and the rounding of doubles.
            self.assertAlmostEqual(scores["mean_throughput"], mean(throughput[1:]), delta=0.005 + 1e-9)
            self.assertAlmostEqual(scores["mean_epoch_time"], mean(times[1:]), delta=0.005 + 1e-9)
            for score in scores.values():
                self.assertEqual(score, round(score, 2))
            self.assertEqual((stats["GPU"], stats["CPU"], stats["horovod_enabled"]), (0, ranks, ranks > 1))
            self.assertEqual(stats["train_set_size"], 23)
            self.assertEqual(stats["batch_size_per_device"], 5)
            self.assertEqual(stats["batch_size_total"], 5 * ranks)
            self.assertEqual(stats["steps_per_epoch"], math.ceil(23 / (5 * ranks)))
            self.assertEqual(stats["events_per_epoch"], stats["steps_per_epoch"] * stats["batch_size_total"])
            self.assertLessEqual(before, stats["train_start"])
            self.assertLessEqual(stats["train_stop"], time.time())
            self.assertAlmostEqual(stats["train_time"], stats["train_stop"] - stats["train_start"], delta=0.006)
            # The epochs are the whole training: validation is in their times.
            self.assertAlmostEqual(math.fsum(times), stats["train_stop"] - stats["train_start"], delta=0.05)

    def test_threads_are_devices_as_ranks_are(self):
        stats = self.benchmark("--set", "batch_size=5", "--threads", 2)["wl-stats"]
        self.assertEqual((stats["CPU"], stats["batch_size_total"], stats["horovod_enabled"]), (2, 10, False))

    def test_the_same_seed_gives_the_same_losses(self):
        losses = self.benchmark()["quench"]["losses"]
        self.assertEqual([epoch["epoch"] for epoch in losses], [1, 2, 3])
        self.assertEqual(self.benchmark(out="again")["quench"]["losses"], losses)
        self.assertNotEqual(self.benchmark("--seed", 1)["quench"]["losses"], losses)
        self.assertEqual(self.benchmark(ranks=2)["quench"]["losses"], self.benchmark(ranks=2)["quench"]["losses"])

    def test_the_losses_are_those_of_a_plain_training(self):
        losses = self.benchmark("--set", "batch_size=4")["quench"]["losses"]
        plain = self.run_train("--events", 23, "--validation-events", 4, "--pileup", 1, "--epochs", 3, *TINY, "--set",
                               "batch_size=4")
        reports = [json.loads(line.removeprefix("quench: ")) for line in plain.stdout.splitlines()]
        for ours, report in zip(losses, reports, strict=True):
            for name in ["train_loss", "val_loss", "accuracy"]:
                self.assertEqual(ours[name], report[name])

    def test_what_is_needed_to_repeat_it_is_kept(self):
        about = self.benchmark("--seed", 7, "--set", "lr=0.0025")["quench"]
        self.assertEqual(about["seed"], 7)
        self.assertIn(" lr=0.0025 ", about["hyperparameters"])
        self.assertIn("events=23 validation_events=4", about["data"])
        self.assertTrue(about["host"])
        self.assertTrue(about["processor"])

    def test_the_picture_has_a_point_for_each_epoch(self):
        self.benchmark()
        picture = xml.etree.ElementTree.parse(self.folder / "results" / "time_per_epoch.svg").getroot()
        points = list(picture.iter("{http://www.w3.org/2000/svg}circle"))
        self.assertEqual([point.get("fill") == "white" for point in points], [True, False, False])

    def test_inference_has_its_own_list_of_results(self):
        for ranks in (1, 2):
            result = self.benchmark("--inference", "--runs", 3, "--batch-sizes", "1,4", ranks=ranks)
            self.assertEqual(set(result), {"results", "quench"})
            self.assertEqual([one["wl-stats"]["batch_size"] for one in result["results"]], [1, 4])
            for one in result["results"]:
                self.assertEqual(set(one["wl-scores"]), {"mean_throughput", "mean_run_time"})
                stats = one["wl-stats"]
                self.assertEqual(set(stats), INFERENCE_STATS)
                times = stats["run_times"]
                self.assertEqual((stats["num_runs"], len(times)), (3, 3))
                self.assertEqual(stats["events_per_run"], 23)
                self.assertEqual(stats["steps_per_run"], math.ceil(23 / stats["batch_size"]))
                self.assertEqual((stats["GPU"], stats["CPU"]), (0, ranks))
                # Times are rounded to 4 decimals, and so are their sum and mean.
                self.assertAlmostEqual(stats["total_inference_time"], math.fsum(times[1:]), delta=2e-4)
                self.assertAlmostEqual(one["wl-scores"]["mean_run_time"], mean(times[1:]), delta=1.1e-4)
                for t, throughput in zip(times, stats["throughput_per_run"], strict=True):
                    self.assertAlmostEqual(23 / throughput, t, delta=6e-5)
                self.assertAlmostEqual(one["wl-scores"]["mean_throughput"], mean(stats["throughput_per_run"][1:]), delta=1.1e-4)
            particles = result["quench"]["particles"]
            self.assertEqual(particles[0], particles[1], "a batch does not change what is seen")
        self.assertTrue((self.folder / "results" / "time_per_run.svg").exists())

    def test_inference_of_a_checkpoint_uses_its_hyperparameters(self):
        out = self.folder / "results"
        self.run_train("benchmark", "--out", out, "--inference", "--events", 5, "--pileup", 1, "--checkpoint-dir",
                       self.checkpoint())
        about = json.loads((out / "result.json").read_text())["quench"]
        self.assertEqual(about["epoch"], 1)
        self.assertIn(" width=16", about["hyperparameters"])

    def test_what_cannot_be_is_said_and_leaves_no_result(self):
        out = self.folder / "results"
        for arguments, why in [(["--checkpoint-dir", "x"], "without --inference"),
                               (["--inference", "--checkpoint-dir", "x"], "leave one out"),
                               (["--inference", "--threads", "2"], "start more ranks"),
                               (["--set", "zzz=1"], "unknown hyperparameter 'zzz'"),
                               (["--set", "bin_size=0"], "bin_size is 0"),
                               (["--set", "optimizer=sgd", "--set", "lr=900"], "not finite any more (no result)")]:
            for ranks in (1, 2):
                done = self.run_train("benchmark", "--out", out, *SMALL, *arguments, status=1, ranks=ranks)
                self.assertIn(why, done.stderr)
                self.assertEqual(done.stdout, "")
        for arguments in [[], ["--out", out, "--epochs", "1"], ["--out", out, "--runs", "1"]]:
            self.run_train("benchmark", *arguments, status=2)
        done = self.run_train("benchmark", "--out", out, *SMALL, status=1, preexec_fn=limited(100))
        self.assertIn("File too large", done.stderr)
        self.assertEqual(os.listdir(out), [])
        (self.folder / "file").write_text("")
        done = self.run_train("benchmark", "--out", self.folder / "file" / "x", *SMALL, status=1)
        self.assertIn("choose another --out", done.stderr)
        self.assertEqual(sorted(set(os.listdir(self.folder)) - {"results"}), ["file"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
