"""quench anneal from outside: every annealer, the Ocean adapter against fakes, and what goes wrong."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

QUENCH = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parents[3]
ADAPTER = ROOT / "predictor/anneal/io/quench_ocean.py"
FAKES = ROOT / "tests/predictor/anneal/fake_ocean"

# E(x) = 1 - 2 x0 - 1.5 x1 + 3 x0 x1 + 0.5 x2 has its minimum, -1, at 100.
PROBLEM = "# vartype=BINARY\n# offset=1\n0 0 -2\n1 1 -1.5\n0 1 3\n2 2 0.5\n"


class Anneal(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.problem = self.folder / "problem.coo"
        self.problem.write_text(PROBLEM)

    def quench(self, *arguments, status=0, **environment):
        done = subprocess.run([QUENCH, "anneal", str(self.problem), *arguments], capture_output=True, text=True,
                              check=False, timeout=60, env={**os.environ, **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def json(self, *arguments, **environment):
        return json.loads(self.quench("--output", "json", *arguments, **environment).stdout)

    def test_every_annealer_finds_the_minimum_of_three_variables(self):
        for annealer in ["simulated", "tempering", "branch-and-bound", "brute-force", "random"]:
            found = self.json("--annealer", annealer, "--num_reads", "64")
            self.assertEqual((found["energy"], found["samples"][0]["sample"]), (-1, "100"), annealer)
            self.assertEqual(found["proved_optimal"], annealer in ["branch-and-bound", "brute-force"])

    def test_the_three_formats_are_read_and_others_refused_with_a_way_out(self):
        self.problem = self.folder / "problem.qubo"
        self.problem.write_text("p qubo 0 2 2 1\n0 0 -2\n1 1 -1.5\n0 1 3\n")
        self.assertEqual(self.json()["energy"], -2)
        self.problem = self.problem.rename(self.folder / "problem.dat")
        self.assertIn("--format", self.quench(status=2).stderr)
        self.assertEqual(self.json("--format", "qubo")["energy"], -2)
        self.problem.write_text("p qubo 0 2 2 1\n0 0 nonsense\n")
        self.assertIn("line 2", self.quench("--format", "qubo", status=2).stderr)
        self.problem = self.folder / "missing.coo"
        self.assertIn("is not there", self.quench(status=2).stderr)

    def test_a_problem_is_written_in_any_format_and_read_back_as_it_was(self):
        energies = []
        for name in ["again.qubo", "again.json", "again.coo"]:
            self.quench("--write", str(self.folder / name))
            self.problem = self.folder / name
            energies.append([(s["energy"], s["sample"]) for s in self.json("--annealer", "brute-force")["samples"]])
        self.assertEqual(energies, [[(-1, "100")]] * 3)
        self.assertIn(".coo, .txt, .qubo, .json", self.quench("--write", "problem.dat", status=2).stderr)

    def test_table_and_csv_show_the_samples(self):
        self.assertIn("100", self.quench().stdout)
        self.assertEqual(self.quench("--output", "csv", "--limit", "1").stdout.splitlines()[0],
                         "energy,num_occurrences,sample")

    def test_parameters_have_the_names_of_dwave_samplers(self):
        states = self.folder / "states.txt"
        states.write_text("100\n")
        found = self.json("--num_reads", "3", "--num_sweeps", "0", "--initial_states", str(states),
                          "--initial_states_generator", "tile", "--descent-reads", "0")
        self.assertEqual([sample["sample"] for sample in found["samples"]], ["100"])
        found = self.json("--beta_range", "0.5", "8", "--beta_schedule_type", "linear", "--seed", "9",
                          "--proposal_acceptance_criteria", "gibbs", "--randomize_order", "false")
        self.assertEqual((found["beta_range"], found["seed"]), ([0.5, 8], 9))
        found = self.json("--num_sweeps", "2", "--beta_schedule", "0.5", "4")
        self.assertEqual(found["beta_range"], [0.5, 4])
        custom = ["--num_sweeps", "2", "--beta_schedule_type", "custom"]
        self.assertEqual(self.json(*custom, "--beta_schedule", "0.5", "4")["samples"], found["samples"])
        self.assertIn("beta_schedule has 0 values", self.quench(*custom, status=1).stderr)

    def test_the_ocean_adapter_samples_through_each_of_its_samplers(self):
        for sampler in ["clique", "embedding", "hybrid"]:
            found = self.json("--annealer", "command", "--num-reads", "8", "--", sys.executable, str(ADAPTER),
                              "--sampler", sampler, "--chain-strength", "2", PYTHONPATH=str(FAKES))
            self.assertEqual((found["energy"], found["samples"][0]["sample"]), (-1, "100"), sampler)

    def test_a_missing_token_or_sdk_is_told_in_one_line(self):
        command = ["--annealer", "command", "--", sys.executable, str(ADAPTER)]
        told = self.quench(*command, status=1, PYTHONPATH=str(FAKES), FAKE_OCEAN="no token").stderr
        self.assertIn("API token not defined", told)
        command.insert(-1, "-I")  # without PYTHONPATH and site packages of the user
        self.assertIn("quench_ocean:", self.quench(*command, status=1).stderr)

    def test_a_command_that_hangs_ends_at_its_timeout(self):
        told = self.quench("--annealer", "command", "--timeout", "0.2", "--", "sh", "-c", "sleep 1000",
                           status=1).stderr
        self.assertIn("took too long", told)

    def test_a_command_needs_its_annealer_and_the_annealer_its_command(self):
        self.assertIn("behind --", self.quench("--annealer", "command", status=2).stderr)
        self.assertIn("not used", self.quench("--", "true", status=2).stderr)

    def test_an_interrupt_ends_it_with_what_was_found(self):
        process = subprocess.Popen([QUENCH, "anneal", str(self.problem), "--num-sweeps", "20000000", "--output",
                                    "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        status = pathlib.Path(f"/proc/{process.pid}/status")
        while "SigBlk:\t0000000000000000" in status.read_text():  # until it takes signals through its descriptor
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertTrue(json.loads(out)["interrupted"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
