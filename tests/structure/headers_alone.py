"""Every header compiles alone.

    headers_alone.py ROOT COMPILER [FLAG...]

A header that is the first include of the source beside it is compiled alone by the build already; the others
are compiled here, two at a time or as many as there are cores.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

FOLDERS = ["base", "predictor", "search", "worker", "trainer", "orchestrator"]
FIRST_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def proved_by_its_source(root, header):
    source = header.with_suffix(".cpp")
    if not source.is_file():
        return False
    first = FIRST_INCLUDE.search(source.read_text(encoding="utf-8", errors="replace"))
    return first is not None and first.group(1) == header.relative_to(root).as_posix()


def compile_alone(root, header, command):
    name = header.relative_to(root).as_posix()
    # Included twice: a missing #pragma once shows too.
    unit = f'#include "{name}"\n#include "{name}"\n'
    result = subprocess.run([*command, "-I", str(root), "-fsyntax-only", "-x", "c++", "-"], input=unit,
                            capture_output=True, text=True, check=False)
    return name, result.returncode, result.stderr


def main():
    root, command = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    headers = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.hpp"))
    if not headers:
        print(f"no headers under {root}")
        return 1
    rest = [header for header in headers if not proved_by_its_source(root, header)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, status, errors in pool.map(lambda header: compile_alone(root, header, command), rest):
            if status != 0:
                failed += 1
                print(f"{name}: does not compile alone\n{errors}")
    print(f"{len(headers)} headers: {len(headers) - len(rest)} proved by their sources, "
          f"{len(rest) - failed} compiled alone, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
