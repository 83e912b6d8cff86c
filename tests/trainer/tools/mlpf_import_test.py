"""mlpf-import, and that mlpf-events reads what it writes.

    mlpf_import_test.py BIN [SHARED_EVENTS]
"""

import bz2
import json
import os
import pathlib
import pickle
import random
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

BIN = pathlib.Path(sys.argv[1])
SHARED = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
sys.path.insert(0, str(BIN))
try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)  # the test's SKIP_RETURN_CODE
from mlpf_import import delphes, edm4hep  # noqa: E402
from mlpf_import.event_file import Refused  # noqa: E402


def run(*arguments):
    return subprocess.run([sys.executable, "-B", str(BIN / "mlpf-import"), *map(str, arguments)],
                          capture_output=True, text=True, check=False)


def info(path):
    done = subprocess.run([str(BIN / "mlpf-events"), "info", str(path), "--output", "json"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def small_event(rows, seed):
    random_numbers = np.random.default_rng(seed)
    x, gen, cand = (random_numbers.uniform(0.1, 2, (rows, n)) for n in (12, 7, 7))
    x[:, 0] = random_numbers.integers(1, 3, rows)
    gen[:, 0], cand[:, 0] = random_numbers.integers(0, 4, (2, rows))
    gen[:, 1], cand[:, 1] = random_numbers.integers(-1, 2, (2, rows))
    return x, gen, cand


def small_content(events=3):
    made = [small_event(5 + i, i) for i in range(events)]
    return {name: [event[k] for event in made] for k, name in enumerate(("X", "ygen", "ycand"))}


class Evil:
    """Its pickle runs a command when an ordinary unpickler reads it."""

    def __reduce__(self):
        return os.system, ("touch evil-was-here",)


class Case(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def packed(self, content, protocol=4):
        return bz2.compress(pickle.dumps(content, protocol))


class Delphes(Case):
    def test_pickles_of_all_protocols_become_events(self):
        content = small_content()
        out = self.folder / "out.h5"
        for protocol in (2, 3, 4, 5):
            path = self.file("a.pkl.bz2", self.packed(content, protocol))
            done = run("delphes", path, path, "--out", out, "--force")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(info(out)["events"], 6)
            self.assertEqual(info(out)["elements"]["all"], 2 * (5 + 6 + 7))
        with h5py.File(out) as file:
            np.testing.assert_array_equal(file["event/begin"], [0, 5, 11, 18, 23, 29, 36])
            np.testing.assert_allclose(file["elements"][5:11], content["X"][1], rtol=1e-6)
            np.testing.assert_allclose(file["targets"][5:11], content["ygen"][1], rtol=1e-6)
        self.assertEqual(os.listdir(self.folder).count("out.h5.part"), 0)

    def test_events_without_elements_are_events_and_files_without_events_are_refused(self):
        content = small_content()
        for name, columns in (("X", 12), ("ygen", 7), ("ycand", 7)):
            content[name][1] = np.zeros((0, columns), "f4")
        out = self.folder / "out.h5"
        for protocol in (2, 3, 4, 5):
            done = run("delphes", self.file("a.pkl.bz2", self.packed(content, protocol)), "--out", out, "--force")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(info(out)["elements"]["all"], 5 + 7)
        before = out.read_bytes()
        none = self.file("none.pkl.bz2", self.packed({"X": [], "ygen": [], "ycand": []}))
        done = run("delphes", none, "--out", out, "--force")
        self.assertEqual(done.returncode, 1)
        self.assertIn("would hold no events", done.stderr)
        self.assertEqual(out.read_bytes(), before, "the file of before is kept")

    def test_padding_goes_missing_energies_come_and_leptons_get_their_tracks_charge(self):
        x, gen, cand = np.zeros((4, 12)), np.zeros((4, 7)), np.zeros((4, 7))
        x[:3, 0] = 2, 2, 1
        x[:3, 9] = -1, 1, 0
        gen[:3] = [4, 1, 5, 1, 0, 1, 8], [5, -1, 5, 1, 0, 1, 8], [4, 1, 5, 1, 0, 1, 8]
        cand[:3] = [1, 1, 5, 1, 0, 1, 0], [3, 0, 0, 1, 0, 1, 8], [1, 1, 5, 1, 0, 1, 7]
        path = self.file("a.pkl", pickle.dumps({"X": [x], "ygen": [gen], "ycand": [cand]}))
        out = self.folder / "out.h5"
        self.assertEqual(run("delphes", path, "--out", out).returncode, 0)
        with h5py.File(out) as file:
            self.assertEqual(len(file["elements"]), 3)
            np.testing.assert_array_equal(file["targets"][:, 1], [-1, 1, -1])
            np.testing.assert_allclose(file["candidates"][:, 6], [5 * np.cosh(1), 8, 7], rtol=1e-6)
            np.testing.assert_allclose(file["candidates"][:, 2], [5, 8 / np.cosh(1), 5], rtol=1e-6)

    def test_values_that_are_not_finite_become_zero_and_are_said(self):
        content = small_content(1)
        content["X"][0][2, 3] = np.nan
        out = self.folder / "out.h5"
        done = run("delphes", self.file("a.pkl.bz2", self.packed(content)), "--out", out)
        self.assertIn("1 values were not finite", done.stderr)
        self.assertEqual(info(out)["events"], 1)

    def test_classes_and_charges_that_are_none_are_refused(self):
        for table, column, value, word in [("ygen", 1, 0.5, "charge"), ("ycand", 1, -2, "charge"), ("ygen", 0, 7, "class")]:
            content = small_content()
            content[table][1][2, column] = value
            self.refused(self.packed(content), f"event 1 has particles of an unknown {word}")

    def refused(self, content, why):
        out = self.folder / "out.h5"
        path = content if isinstance(content, pathlib.Path) else self.file("bad.pkl.bz2", content)
        done = run("delphes", path, "--out", out)
        self.assertEqual(done.returncode, 1)
        self.assertIn(why, done.stderr)
        self.assertIn(str(path), done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse(out.exists())
        self.assertFalse((self.folder / "out.h5.part").exists())

    def test_a_pickle_that_would_run_code_is_refused_and_does_not(self):
        self.refused(self.packed({"X": [Evil()]}), "asks for posix.system")
        self.assertFalse(pathlib.Path("evil-was-here").exists())
        for name in ("eval", "getattr", "__import__"):
            self.refused(bz2.compress(f"cbuiltins\n{name}\n.".encode()), f"asks for builtins.{name}")

    def test_a_pickle_cannot_ask_for_much_memory(self):
        # ndarray((2**40,)) by its class, by _reconstruct, and bytes of a length that the file does not have.
        self.refused(b"cnumpy\nndarray\n((I1099511627776\nltR.", "no Delphes pickle")
        self.refused(b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I1099511627776\ntS'b'\ntR.",
                     "does not begin empty")
        self.refused(b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b"x.", "no Delphes pickle")
        self.refused(self.packed({"X": [np.array([object()])]}), "numbers of the type 'O8'")

    def test_foreign_and_inconsistent_files_are_refused(self):
        self.refused(b"not a pickle at all", "no Delphes pickle")
        self.refused(b"", "no Delphes pickle")
        self.refused(self.folder / "missing.pkl.bz2", "no such file")
        self.refused(self.packed([1, 2]), "not a dict of the lists")
        content = small_content()
        content["ygen"].pop()
        self.refused(self.packed(content), "3, 2, 3 events")
        for name, table, why in [("X", np.zeros((5, 11)), "(5, 11)"), ("ygen", np.zeros((4, 7)), "(4, 7)"),
                                 ("ycand", np.zeros(5), "not made of tables"), ("X", np.full((5, 12), 7.0), "unknown type"),
                                 ("ygen", np.full((5, 7), 6.0), "unknown class"), ("X", "text", "not made of tables")]:
            content = small_content()
            content[name][0] = table
            self.refused(self.packed(content), why)

    def test_a_pickle_cut_short_or_damaged_anywhere_is_refused_or_read(self):
        whole, plain = self.packed(small_content()), pickle.dumps(small_content(), 4)
        draw = random.Random(3)
        for cut in range(150):
            path = self.file("cut.pkl", (whole, plain)[cut % 2][:draw.randrange(len((whole, plain)[cut % 2]))])
            with self.assertRaises(Refused):
                list(delphes.delphes_events(str(path)))
        for _ in range(400):
            damaged = bytearray(plain)
            damaged[draw.randrange(len(damaged))] ^= draw.randrange(1, 256)
            path = self.file("flip.pkl", bytes(damaged))
            try:
                list(delphes.delphes_events(str(path)))
            except Refused:
                pass

    def test_an_existing_file_is_kept_unless_forced(self):
        path, out = self.file("a.pkl.bz2", self.packed(small_content())), self.file("out.h5", b"precious")
        self.assertIn("--force", run("delphes", path, "--out", out).stderr)
        self.assertEqual(out.read_bytes(), b"precious")
        self.assertEqual(run("delphes", path, "--out", self.folder / "no" / "out.h5").returncode, 1)


class Edm4hep(Case):
    """One event: an electron and a pion with tracks, a photon cluster of two photons, a neutral hadron's cluster."""

    LENGTHS = {"EFlowTrack": 2, "EFlowTrack_1": 2, "EFlowPhoton": 1, "EFlowNeutralHadron": 1,
               "ReconstructedParticles": 4, "ReconstructedParticles#0": 2, "ReconstructedParticles#1": 2,
               "Particle": 6, "MCRecoAssociations#0": 6, "MCRecoAssociations#1": 6}

    def members(self):
        values = {(name, member): np.zeros(self.LENGTHS[name], "f4" if "." in member else "f8")
                  for name, members in edm4hep.EDM4HEP.items() for member in members}

        def put(name, member, numbers):
            values[(name, member)] = np.array(numbers)

        put("EFlowTrack", "trackStates_begin", [0, 1])
        put("EFlowTrack_1", "omega", [6e-4, -3e-4])
        put("EFlowTrack_1", "tanLambda", [0.0, 1.0])
        put("EFlowPhoton", "energy", [3.0])
        put("EFlowNeutralHadron", "energy", [7.0])
        put("ReconstructedParticles", "energy", [1.0, 2.9, 3.0, 7.0])
        put("ReconstructedParticles", "momentum.x", [1.0, 2.0, 3.0, 0.0])
        put("ReconstructedParticles", "momentum.y", [0.0, 0.0, 0.0, 7.0])
        put("ReconstructedParticles", "charge", [-1.0, 1.0, 0.0, 0.0])
        put("ReconstructedParticles", "mass", [5.11e-4, 0.1396, 0.0, 0.0])
        for member, numbers in [("tracks_begin", [0, 1, 2, 2]), ("tracks_end", [1, 2, 2, 2]),
                                ("clusters_begin", [0, 0, 0, 1]), ("clusters_end", [0, 0, 1, 2])]:
            put("ReconstructedParticles", member, numbers)
        put("ReconstructedParticles#0", "index", [0, 0])
        put("ReconstructedParticles#0", "collectionID", [12, 13])
        put("ReconstructedParticles#1", "index", [0, 1])
        put("Particle", "PDG", [11, 211, 22, 22, 130, 12])
        put("Particle", "charge", [-1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
        put("Particle", "momentum.x", [1.0, 2.0, 2.0, 1.0, 0.0, 5.0])
        put("Particle", "momentum.y", [0.0, 0.0, 0.0, 0.0, 6.0, 0.0])
        # The pion also reached the hadron's cluster; the neutrino is associated with a photon.
        put("MCRecoAssociations#0", "index", [0, 1, 2, 2, 3, 2])
        put("MCRecoAssociations#1", "index", [0, 1, 2, 3, 4, 5])
        return values

    def npz(self, members, lengths=None):
        path = self.folder / "events.npz"
        content = {name.replace("#", "ref") + "/len": np.array([n]) for name, n in (lengths or self.LENGTHS).items()}
        for (name, member), values in members.items():
            content[f"{name.replace('#', 'ref')}_{member.replace('.', '_')}"] = values
        np.savez(path, **content)
        return path

    def test_tracks_clusters_candidates_and_truth_are_aligned(self):
        out = self.folder / "out.h5"
        done = run("edm4hep", self.npz(self.members()), "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(info(out)["detector"], "clic")
        with h5py.File(out) as file:
            elements, targets, candidates = (file[name][:] for name in ("elements", "targets", "candidates"))
        np.testing.assert_array_equal(elements[:, 0], [1, 1, 2, 2])
        np.testing.assert_allclose(elements[:, 1], [1, 2, 3, 7], rtol=1e-5)  # 3e-4 * 2 T / omega
        np.testing.assert_allclose(elements[:, 5], [1, 2 * 2**0.5, 3, 7], rtol=1e-5)
        np.testing.assert_allclose(elements[:, 10:12], [[0, 0], [0, 1], [3, 0], [0, 7]])
        np.testing.assert_array_equal(candidates[:, 0], [4, 1, 3, 2])
        np.testing.assert_array_equal(targets[:, 0], [4, 1, 3, 2])
        np.testing.assert_array_equal(targets[:, 1], [-1, 1, 0, 0])
        np.testing.assert_allclose(targets[:, 6], [1, 2, 3, 6], rtol=1e-6)  # two photons summed, no neutrino

    def test_root_files_are_read_by_uproot_and_refused_without(self):
        members = self.members()

        class Branch:
            def __init__(self, values):
                self.values = values

            def array(self, library):
                assert library == "np"
                return np.array([self.values, None], dtype=object)[:1]

        tree = {f"{name}/{name}.{member}": Branch(values) for (name, member), values in members.items()}

        class Opened(dict):
            def __enter__(self):
                return self

            def __exit__(self, *_):
                return False

        uproot = types.SimpleNamespace(open=lambda path: Opened(events=tree))
        with mock.patch.dict(sys.modules, {"uproot": uproot}):
            from_root = edm4hep.read_root("x.root")
        from_npz = edm4hep.read_npz(str(self.npz(members)))
        for a, b in zip(edm4hep.edm4hep_event(from_root.event(0), ""), edm4hep.edm4hep_event(from_npz.event(0), "")):
            np.testing.assert_array_equal(a, b)
        with mock.patch.dict(sys.modules, {"uproot": None}):
            with self.assertRaisesRegex(Refused, "pip install uproot"):
                edm4hep.read_root("x.root")

    def refused(self, path, why):
        done = run("edm4hep", path, "--out", self.folder / "out.h5")
        self.assertEqual(done.returncode, 1)
        self.assertIn(why, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((self.folder / "out.h5").exists())

    def test_foreign_and_inconsistent_archives_are_refused(self):
        self.refused(self.folder / "missing.npz", "no such file")
        self.refused(self.file("text.npz", b"no archive"), "no archive of NumPy arrays")
        whole = self.npz(self.members()).read_bytes()
        self.refused(self.file("cut.npz", whole[:len(whole) // 2]), "cut short")
        np.savez(self.folder / "other.npz", a=np.zeros(3))
        self.refused(self.folder / "other.npz", "lacks EFlowTrack/len")
        self.refused(self.npz(self.members(), {**self.LENGTHS, "Particle": 5}), "one number an entry")
        self.refused(self.npz(self.members(), {**self.LENGTHS, "Particle": -6}), "are no counts")
        for key, numbers, why in [(("EFlowTrack", "trackStates_begin"), [0, 2], "track states"),
                                  (("ReconstructedParticles#1", "index"), [0, 9], "tracks"),
                                  (("ReconstructedParticles#0", "index"), [0, 1], "clusters"),
                                  (("ReconstructedParticles", "tracks_end"), [1, 3, 2, 2], "track references"),
                                  (("MCRecoAssociations#1", "index"), [0, 1, 2, 3, 4, 6], "associations"),
                                  (("MCRecoAssociations#0", "index"), [0, 1, 2, 2, 3, -1], "associations")]:
            self.refused(self.npz({**self.members(), key: np.array(numbers)}), f"its {why} point beyond")

    @unittest.skipUnless(SHARED and (SHARED / "fcc_winter2023_pf.npz").exists(), "no shared events beside the checkout")
    def test_real_events_agree_with_their_reconstruction(self):
        out = self.folder / "out.h5"
        done = run("edm4hep", SHARED / "fcc_winter2023_pf.npz", "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        about = info(out)
        self.assertEqual((about["events"], about["elements"]["all"]), (100, 5953))
        self.assertEqual((about["elements"]["tracks"], about["elements"]["clusters"]), (2827, 3126))
        with h5py.File(out) as file:
            elements, targets, candidates = (file[name][:] for name in ("elements", "targets", "candidates"))
        # Fast simulation: nearly every element is a particle, and a good track measures it to a percent.
        self.assertGreater((targets[:, 0] > 0).mean(), 0.99)
        self.assertGreater((targets[:, 0] == candidates[:, 0]).mean(), 0.97)
        tracks = elements[:, 0] == 1
        self.assertLess(np.median(np.abs(elements[tracks, 1] / targets[tracks, 2] - 1)), 0.01)
        self.assertLess(np.median(np.abs(elements[tracks, 1] / candidates[tracks, 2] - 1)), 1e-3)
        clusters = (elements[:, 0] == 2) & (targets[:, 6] > 0)
        self.assertLess(np.median(np.abs(elements[clusters, 5] / targets[clusters, 6] - 1)), 0.1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
