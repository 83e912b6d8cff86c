"""Who may include whom: the table of DESIGN.md, section 2, checked on every #include line of a tree.

    include_table.py ROOT      prints each violation as file:line with the rule; exit status 1 if there is one
"""

import pathlib
import re
import sys

# A folder may include itself and what stands here. The longest name that a path begins with decides.
SEARCH = ["base", "predictor", "search"]
STUDY = [*SEARCH, "worker/protocol", "orchestrator/core", "orchestrator/study"]
SHELL = [*STUDY, "orchestrator/simulate", "orchestrator/store", "orchestrator/io", "worker", "trainer/contract"]
TABLE = {
    "base": [],
    "predictor": ["base"],
    "search": ["base", "predictor"],
    "worker/protocol": ["base"],
    "worker/core": ["base", "worker/protocol", "trainer/contract"],
    "worker": ["base", "worker", "trainer/contract"],
    "trainer/contract": ["base"],
    "trainer": ["base", "trainer"],
    "orchestrator/core": [*SEARCH, "worker/protocol"],
    "orchestrator/study": [*SEARCH, "orchestrator/core"],
    "orchestrator/store": STUDY,
    "orchestrator/io": [*STUDY, "orchestrator/store", "worker/io", "trainer/contract"],
    "orchestrator/cli": SHELL,
    "orchestrator/simulate": STUDY,
    "orchestrator/dashboard": SHELL,
    "orchestrator/launch": SHELL,
}
CODE_FOLDERS = sorted({name.split("/")[0] for name in TABLE})
# Tests and benchmarks may include everything; the doors stay shut for them too.
FREE_FOLDERS = ["tests", "bench"]

DOORS = re.compile(r"^(zmq\.hpp|zmq\.h|zmq_addon\.hpp|sqlite3\.h|mpi\.h|httplib\.h|(libsvm/)?svm\.h|boost/process\b.*)$")
DOOR_FOLDERS = {"io", "mpi", "svr"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".cpp", ".hpp", ".h", ".cc", ".cxx", ".hh", ".ipp"}


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


def row_of(path):
    """The row of the table that a path (relative to the root) falls under, or None."""
    rows = [name for name in TABLE if within(path, name)]
    return max(rows, key=len) if rows else None


def violations_of_line(path, kind, target):
    """Yields the rules that one include breaks."""
    if DOORS.match(target):
        folders = set(pathlib.PurePosixPath(path).parts[:-1])
        if not path.endswith(".cpp"):
            yield f"<{target}> opens a door: never in a header, only in .cpp files of io/, mpi/, svr/"
        elif not folders & DOOR_FOLDERS:
            yield f"<{target}> opens a door: only in .cpp files of io/, mpi/, svr/"
        return
    first = target.split("/")[0]
    if kind == "<":
        if first in CODE_FOLDERS and "/" in target:
            yield f'<{target}> is ours: write "{target}"'
        return
    if first in FREE_FOLDERS and not any(within(path, free) for free in FREE_FOLDERS):
        yield f'"{target}": code does not include tests or benchmarks'
        return
    if any(within(path, free) for free in FREE_FOLDERS):
        return
    if first not in CODE_FOLDERS:
        yield f'"{target}" is not named from the root of the tree'
        return
    row = row_of(path)
    if row is None:
        return  # said once for the file, not for each of its lines
    allowed = [row, *TABLE[row]]
    if not any(within(target, name) for name in allowed):
        yield f'"{target}": {row} may include {", ".join(allowed)} only'


def violations(root):
    """Yields (path, line, rule) for a whole tree."""
    for folder in [*CODE_FOLDERS, *FREE_FOLDERS]:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in SUFFIXES or not file.is_file():
                continue
            path = file.relative_to(root).as_posix()
            if folder in CODE_FOLDERS and row_of(path) is None:
                yield path, 1, "its folder is not in the table of who may include whom"
            text = file.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                for rule in violations_of_line(path, *match.groups()):
                    yield path, number, rule


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(violations(root))
    for path, line, rule in found:
        print(f"{path}:{line}: {rule}")
    print(f"{len(found)} violations of the include table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
