"""mlpf-train from outside: how the tests of its verbs start it."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(sys.argv[1])
TINY = ["--set", "width=16", "--set", "id_layers=1", "--set", "reg_layers=1", "--set", "bin_size=16"]
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
       "OMPI_MCA_hwloc_base_binding_policy": "none", "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,vader"}


def limited(most_bytes):
    """For preexec_fn: files of at most so many bytes, which stands in for a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return limit


class Program(unittest.TestCase):
    """Each test has a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def run_train(self, *arguments, ranks=1, status=0, **options):
        launcher = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
        environment = {name: value for name, value in os.environ.items() if name != "QUENCH_RUN"} | MPI
        done = subprocess.run([*launcher, str(BIN / "mlpf-train"), *map(str, arguments)], capture_output=True, text=True,
                              check=False, env=environment, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def generate(self, events, pileup, name="events.h5"):
        path = self.folder / name
        subprocess.run([str(BIN / "mlpf-events"), "generate", "--events", str(events), "--pileup", str(pileup), "--out",
                        str(path)], check=True, capture_output=True)
        return path

    def checkpoint(self):
        folder = self.folder / "checkpoint"
        self.run_train("--events", 24, "--validation-events", 6, "--checkpoint-dir", folder, *TINY)
        return folder
