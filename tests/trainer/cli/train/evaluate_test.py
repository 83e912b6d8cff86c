"""mlpf-train evaluate from outside.

    evaluate_test.py BIN
"""

import json
import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree

try:
    import h5py
    import numpy
except ImportError:
    h5py = None

from program import BIN, Program, limited

CLASSES = ["none", "ch.had", "n.had", "photon", "electron", "muon"]


def published(path):
    """Of mlpf-events baseline: {quantity: value}."""
    done = subprocess.run([BIN / "mlpf-events", "baseline", path, "--output", "json"], capture_output=True, check=True)
    return {figure["quantity"]: figure["ours"] for figure in json.loads(done.stdout)["figures"]}


class Evaluate(Program):
    def setUp(self):
        super().setUp()
        self.model = self.checkpoint()

    def evaluate(self, *more, **options):
        return self.run_train("evaluate", "--checkpoint-dir", self.model, *more, **options)

    def report(self, *more, **options):
        return json.loads(self.evaluate("--output", "json", *more, **options).stdout)

    def expect_published(self, one, path):
        """What both programs say of candidates is the same."""
        quantities = published(path)
        confusion = one["confusion"]["row_normalised"]
        compared = 0
        for t, true in enumerate(CLASSES):
            for m, made in enumerate(CLASSES):
                if f"{true} -> {made}" in quantities:
                    self.assertEqual(confusion[t][m], quantities[f"{true} -> {made}"])
                    compared += 1
        self.assertGreater(compared, 10)
        for name in ("ch.had", "n.had"):
            multiplicity = one["classes"][name]["multiplicity"]
            self.assertEqual(multiplicity["correlation"], quantities[f"{name} multiplicity, correlation"])
            self.assertEqual(multiplicity["relative_difference"]["mean"],
                             quantities[f"{name} multiplicity, mean relative difference"])

    def test_model_and_baseline_stand_side_by_side(self):
        report = self.report("--events", 40, "--pileup", 3)
        self.assertEqual((report["events"], report["epoch"]), (40, 1))
        self.assertEqual(report["jets"], {"algorithm": "anti-kt", "radius": 0.4, "least_pt": 15.0})
        self.assertEqual(list(report["reconstructions"]), ["model", "baseline"])
        for one in report["reconstructions"].values():
            self.assertEqual(sum(map(sum, one["confusion"]["counts"])), report["elements"])
            self.assertGreater(one["jets"]["true"], 40)
        baseline = report["reconstructions"]["baseline"]
        self.assertGreater(baseline["jets"]["matched_fraction"], 0.8)
        self.assertLess(abs(baseline["jets"]["response"]["median"] - 1), 0.1)
        done = self.evaluate("--events", 40, "--pileup", 3)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"^model of epoch 1 in .*checkpoint, on generated, ttbar, pile-up 3, seed 1\n40 events, ")
        self.assertRegex(done.stdout, r"\nquantity +model +baseline +change\n")
        self.assertRegex(done.stdout, r"\njet response, median +[0-9.-]+ +[0-9.]+ +")

    def test_ranks_share_the_events_and_say_the_same(self):
        arguments = ["--events", 75, "--pileup", 1, "--output", "json"]
        alone = self.evaluate(*arguments).stdout
        for ranks in (2, 3):
            self.assertEqual(self.evaluate(*arguments, ranks=ranks).stdout, alone)

    def test_the_events_are_those_of_the_options_and_not_those_of_the_training(self):
        one = self.report("--events", 30, "--pileup", 1)
        self.assertEqual(self.report("--events", 30, "--pileup", 1), one)
        self.assertNotEqual(self.report("--events", 30, "--pileup", 1, "--data-seed", 2)["elements"], one["elements"])
        same_seed = self.generate(30, 1)
        self.assertNotEqual(self.report("--data", same_seed)["elements"], one["elements"])

    def test_a_file_is_evaluated_as_the_other_programs_say(self):
        events, predicted = self.generate(70, 3), self.folder / "predicted.h5"
        report = self.report("--data", events)
        self.assertEqual((report["data"], report["events"]), (str(events), 70))
        self.expect_published(report["reconstructions"]["baseline"], events)
        self.run_train("predict", events, "--checkpoint-dir", self.model, "--out", predicted)
        self.expect_published(report["reconstructions"]["model"], predicted)
        self.assertEqual(self.report("--data", events, "--events", 10)["events"], 10)

    @unittest.skipIf(h5py is None, "h5py is not there")
    def test_perfect_candidates_are_perfect_and_without_candidates_there_is_no_baseline(self):
        events = self.generate(30, 2)
        with h5py.File(events, "r+") as file:
            file["candidates"][:] = file["targets"][:]
        perfect = self.report("--data", events)["reconstructions"]["baseline"]
        identity = numpy.eye(6).tolist()
        for true, row in enumerate(perfect["confusion"]["row_normalised"]):
            self.assertIn(row, (identity[true], [None] * 6))
        self.assertEqual(perfect["jets"]["matched_fraction"], 1)
        self.assertEqual(perfect["jets"]["response"]["median"], 1)
        self.assertEqual(perfect["jets"]["wasserstein_pt"], 0)
        self.assertEqual((perfect["met_ratio"]["median"], perfect["energy_ratio"]["iqr"]), (1, 0))
        with h5py.File(events, "r+", libver="latest") as file:
            del file["candidates"]
            file.create_dataset("candidates", (0, 7), "f4", maxshape=(None, 7), chunks=(64, 7), fletcher32=True)
        report = self.report("--data", events, "--plots", self.folder / "plots")
        self.assertEqual(list(report["reconstructions"]), ["model"])

    @unittest.skipIf(h5py is None, "h5py is not there")
    def test_a_file_without_events_is_refused(self):
        events = self.generate(2, 2)
        with h5py.File(events, "r+") as file:
            for name in ("elements", "targets", "candidates", "jets", "event/particles"):
                file[name].resize(0, axis=0)
            for name in ("event/begin", "event/jets_begin"):
                file[name].resize(1, axis=0)
        said = self.refused("evaluate", "--checkpoint-dir", self.model, "--data", events)
        self.assertIn("nothing to evaluate", said)

    def test_plots_are_well_formed_and_have_titles_axes_and_legends(self):
        folder = self.folder / "deep" / "plots"
        done = self.evaluate("--events", 40, "--pileup", 2, "--plots", folder, ranks=2)
        self.assertIn("quantity", done.stdout)
        self.assertEqual(sorted(os.listdir(folder)), ["confusion.svg", "efficiency.svg", "resolution.svg", "response.svg"])
        for name in os.listdir(folder):
            root = xml.etree.ElementTree.parse(folder / name).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
            self.assertTrue(any("40 events" in text for text in texts), name)
            self.assertTrue(any(text.startswith("model") for text in texts), name)
            self.assertTrue(any(text.startswith("baseline") for text in texts), name)
            if name in ("efficiency.svg", "resolution.svg"):
                self.assertTrue(any("[GeV]" in text for text in texts), name)
            for element in root.iter():
                for value in element.attrib.values():
                    self.assertNotIn("nan", value)
                    self.assertNotIn("inf", value.replace("infinity", ""))

    def test_jets_are_those_that_are_asked_for(self):
        arguments = ["--events", 20, "--pileup", 2]
        usual = self.report(*arguments)
        wide = self.report(*arguments, "--jet-radius", 0.8)
        self.assertEqual(wide["jets"]["radius"], 0.8)
        self.assertNotEqual(wide["reconstructions"]["model"]["jets"]["true"], usual["reconstructions"]["model"]["jets"]["true"])
        few = self.report(*arguments, "--jet-pt", 100)
        self.assertLess(few["reconstructions"]["model"]["jets"]["true"], usual["reconstructions"]["model"]["jets"]["true"])
        lepton = self.report(*arguments, "--jets", "ee-genkt", "--jet-radius", 0.7)
        self.assertEqual(lepton["jets"]["algorithm"], "ee-genkt")

    def refused(self, *arguments, ranks=1, **options):
        done = self.run_train(*arguments, ranks=ranks, status=1, **options)
        self.assertEqual(done.stdout, "")
        lines = [line for line in done.stderr.splitlines() if line.startswith("mlpf-train: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_what_cannot_be_evaluated_is_refused_with_the_way_out(self):
        self.assertIn("say --checkpoint-dir", self.refused("evaluate"))
        nowhere = self.folder / "nowhere"
        self.assertIn(str(nowhere), self.refused("evaluate", "--checkpoint-dir", nowhere, ranks=2))
        events = self.generate(5, 1)
        with_model = ["evaluate", "--checkpoint-dir", self.model]
        self.assertIn("ask for fewer", self.refused(*with_model, "--data", events, "--events", 6))
        whole = events.read_bytes()
        events.write_bytes(whole[: len(whole) // 2])
        self.assertIn("cut short", self.refused(*with_model, "--data", events, ranks=2))
        self.assertIn("another --plots", self.refused(*with_model, "--plots", events, "--events", 2))
        plots = self.folder / "plots"
        self.assertIn("cannot be written", self.refused(*with_model, "--plots", plots, "--events", 2, preexec_fn=limited(4096)))
        self.assertEqual(os.listdir(plots), [], "nothing half-written is left")
        checkpoint = self.model / "mlpf.checkpoint"
        checkpoint.write_bytes(checkpoint.read_bytes()[:-9])
        self.assertIn("mlpf.checkpoint", self.refused(*with_model, "--events", 2))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
