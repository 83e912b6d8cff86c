"""What the end-to-end tests share: a sandbox for real `quench` processes, and ways to look at what they did.

Every process of a test carries the sandbox's mark in its environment, trial programs and their children
included. So a test can say that none is left, find its victims, and end its own processes and no others.
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from dataclasses import dataclass

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
PYTHON = os.environ.get("QUENCH_PYTHON", "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable)
MARK = "QUENCH_E2E_MARK"
POLL_S = 0.02
# A process of the study that is told to end has this long; more than any grace of these tests.
GONE_S = 40


def binary():
    path = os.environ.get("QUENCH_BIN")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("QUENCH_BIN must name the quench binary, as ctest does (now: %r)" % path)
    return os.path.abspath(path)  # as named from where the test was started


def wait_until(condition, timeout, what):
    """Returns the first true value of condition(); fails with `what` after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %g s in vain: %s" % (timeout, what() if callable(what) else what))
        time.sleep(POLL_S)


# ---- processes

@dataclass(frozen=True)
class Proc:
    """A living process (no zombie) as /proc shows it."""
    pid: int
    parent: int
    argv: tuple
    environ: dict

    @property
    def role(self):
        """coordinator, worker, shepherd, mpirun, trial or other."""
        if not self.argv:
            return "other"
        program = os.path.basename(self.argv[0])
        if program in ("quench", "exe"):  # its children are started as /proc/self/exe
            verb = self.argv[1] if len(self.argv) > 1 else ""
            return {"run": "coordinator", "serve": "coordinator", "resume": "coordinator", "worker": "worker",
                    "shepherd": "shepherd"}.get(verb, "other")
        if program in ("mpirun", "orterun", "mpiexec"):
            return "mpirun"
        return "trial" if any(str(PROGRAMS) in argument for argument in self.argv) else "other"


def read_process(pid):
    try:
        base = pathlib.Path("/proc") / str(pid)
        stat = (base / "stat").read_text().rpartition(")")[2].split()
        if stat[0] in "ZX":
            return None
        argv = tuple((base / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1])
        pairs = (item.partition("=") for item in (base / "environ").read_bytes().decode(errors="replace").split("\0"))
        return Proc(pid, int(stat[1]), argv, {name: value for name, sign, value in pairs if sign})
    except (OSError, IndexError, ValueError):
        return None  # gone while we looked, or not ours to read


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


class Started:
    """A process that the test started, its output in files."""

    def __init__(self, popen, out, err):
        self.popen, self.out, self.err = popen, out, err

    @property
    def pid(self):
        return self.popen.pid

    def ended(self):
        return self.popen.poll() is not None

    def wait(self, timeout):
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError("still running after %g s: %s\n%s" % (timeout, self.popen.args, self.said())) from None

    def stdout(self):
        return self.out.read_text(errors="replace")

    def stderr(self):
        return self.err.read_text(errors="replace")

    def said(self):
        """The end of what it printed, for a failure's message."""
        return "-- stdout\n%s\n-- stderr\n%s" % (self.stdout()[-3000:], self.stderr()[-3000:])


@dataclass(frozen=True)
class Result:
    status: int
    stdout: str
    stderr: str

    def json(self):
        return json.loads(self.stdout)


class Sandbox:
    """A temporary folder and the processes that carry its mark; both are gone when it is left."""

    def __init__(self):
        self.mark = uuid.uuid4().hex
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="quench-e2e-"))
        self.count = 0
        self.keep = False

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill_all()
        if kind is not None and os.environ.get("QUENCH_E2E_KEEP"):
            print("kept: %s" % self.dir, file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def environment(self):
        # A QUENCH_DB of the user, or the ranks' variables of an mpirun around the tests, are not for these studies.
        ours = {name: value for name, value in os.environ.items()
                if not name.startswith(("QUENCH_", "OMPI_", "PMIX_", "ORTE_", "PMI_"))}
        return {**ours, MARK: self.mark, "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self, *args):
        self.count += 1
        out, err = self.dir / ("%d.out" % self.count), self.dir / ("%d.err" % self.count)
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            popen = subprocess.Popen([binary(), *map(str, args)], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                     cwd=self.dir, env=self.environment(), start_new_session=True)
        return Started(popen, out, err)

    def run(self, *args, timeout=60):
        process = self.start(*args)
        status = process.wait(timeout)
        return Result(status, process.stdout(), process.stderr())

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path

    def processes(self, role=None):
        """Living processes with our mark, whoever their parent is now."""
        found = (read_process(int(name)) for name in os.listdir("/proc") if name.isdigit())
        return [proc for proc in found
                if proc and proc.environ.get(MARK) == self.mark and (role is None or proc.role == role)]

    def wait_gone(self, timeout=GONE_S):
        """Waits until no process of this sandbox is left."""
        def left():
            return "processes left: " + ", ".join(
                "%d %s (%s)" % (proc.pid, proc.role, " ".join(proc.argv)[:120]) for proc in self.processes())
        wait_until(lambda: not self.processes(), timeout, left)

    def kill_all(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            left = self.processes()
            if not left:
                return
            for proc in left:
                kill(proc.pid)
            time.sleep(POLL_S)


# ---- the database

@dataclass(frozen=True)
class Fact:
    seq: int
    kind: str
    body: dict
    text: str  # the body as it is stored


def connect(db):
    return sqlite3.connect("file:%s?mode=ro" % db, uri=True, timeout=10)


def facts(db, *kinds):
    """The journal of a database with one study, in order; none while there is no journal yet."""
    if not os.path.exists(db):
        return []
    try:
        connection = connect(db)
        try:
            rows = connection.execute("SELECT seq, kind, body FROM fact ORDER BY seq").fetchall()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    return [Fact(seq, kind, json.loads(text), text) for seq, kind, text in rows if not kinds or kind in kinds]


def integrity(db):
    """What SQLite says of the file; a kill in the middle of closing left a journal that is rolled back before."""
    if os.path.exists("%s-journal" % db):
        connection = sqlite3.connect(db, timeout=10)
        connection.execute("PRAGMA user_version").fetchone()
        connection.close()
    connection = connect(db)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()


def trials_dir(db, study):
    return pathlib.Path(str(db)[:-len(".db")] + "-trials") / study


def study_file(name, *, command, space, search, fidelity, stop, **trial):
    """A study file's text. Values are written as JSON, which YAML contains."""
    sections = {
        "study": name,
        "objective": {"metric": "loss", "direction": "minimize"},
        "space": space,
        "search": search,
        "fidelity": fidelity,
        "stop": stop,
        "trial": {"command": command, **trial},
    }
    return "".join("%s: %s\n" % (key, json.dumps(value)) for key, value in sections.items() if value is not None)


LR = {"lr": {"type": "float", "low": 1e-4, "high": 1e-1, "log": True}}


def epochs_study(name, *, seed=1, trials=4, work_ms=40, scheduler=None, **trial):
    """A study of programs/epochs.py: real computation, a checkpoint an epoch, an audit of what was trained."""
    return study_file(
        name, space=LR, search={"sampler": "random", "seed": seed},
        fidelity=scheduler or {"scheduler": "none", "unit": "epoch", "max": 6}, stop={"trials": trials},
        command=[PYTHON, "-S", str(PROGRAMS / "epochs.py"), str(work_ms), "{param.lr}"], **trial)


def main():
    unittest.main(verbosity=2)
