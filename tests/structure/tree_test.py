"""What no file of the tree may hold: paths of one machine, and more than one concept's worth of lines.

    tree_test.py ROOT      (or `tree_test.py` alone: only the self-tests)
"""

import pathlib
import re
import subprocess
import sys
import unittest

LINES = 450
CODE = {".cpp", ".hpp", ".h", ".py"}
# Absolute paths of somebody's machine; written in pieces so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.~}/$-])/(?:" + "|".join(["work", "root", r"home/\w+"]) + r")\b(?![-_])")
ROOT = None


def machine_paths(text):
    return [number for number, line in enumerate(text.splitlines(), start=1) if MACHINE_PATH.search(line)]


def tracked(root):
    """Files that are, or would be, in the repository; every file outside build/ where there is no git."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                             capture_output=True, text=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return [root / name for name in listing.stdout.split("\0") if name and (root / name).is_file()]
    return [path for path in root.rglob("*")
            if path.is_file() and not {"build", ".git"} & set(path.relative_to(root).parts)]


class SelfTest(unittest.TestCase):
    def test_a_planted_machine_path_is_found_and_look_alikes_are_not(self):
        slash = "/"
        for path in ["work/x", "root/.cache", "home/me/file"]:
            self.assertEqual(machine_paths("first\nsee " + slash + path), [2], path)
        for innocent in ["{study_dir}/work/x", "network/core", "https://example.org/work/", "a/root/b", "../home/x"]:
            self.assertEqual(machine_paths(innocent), [], innocent)


class Tree(unittest.TestCase):
    def setUp(self):
        if ROOT is None:
            self.skipTest("no root given")
        self.files = tracked(ROOT)
        self.assertTrue(self.files)

    def test_no_file_names_a_path_of_one_machine(self):
        for file in self.files:
            text = file.read_bytes().decode("utf-8", errors="replace")
            for line in machine_paths(text) if "\0" not in text else []:
                self.fail(f"{file.relative_to(ROOT)}:{line}: a path of one machine")

    def test_no_source_file_is_longer_than_one_concept(self):
        for file in self.files:
            if file.suffix in CODE:
                lines = len(file.read_bytes().splitlines())
                self.assertLessEqual(lines, LINES, f"{file.relative_to(ROOT)}: split it by its concepts")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
