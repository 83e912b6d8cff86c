"""A trial program's side of the Quench contract, for Python >= 3.7: one file, standard library only.

    import quench_trial

    trial = quench_trial.start(params={"lr": 1e-3}, to=3)      # the values are for a run by hand
    state = trial.load_json("state.json") or {"epoch": 0, "x": 1.0}
    for epoch in range(state["epoch"], trial.to):
        if trial.stop_requested:
            break
        state = train_one_epoch(state, trial.params["lr"])
        trial.report(epoch + 1, val_loss=state["loss"])
        trial.save_json("state.json", state)

With PyTorch, `with trial.atomic("model.pt") as path: torch.save(model.state_dict(), path)` and
`path = trial.checkpoint("model.pt")`, which is None if there is no checkpoint yet.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile

__all__ = ["start", "Trial", "TrialError", "Params"]

_LAUNCHER_VARIABLES = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")
_REPORTS = ".reports"


def _sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_first_process(ranks, under_quench):
    # RANK is torchrun's. A launcher's variables count only if a launcher was used, and the innermost first:
    # a worker that Slurm started as task 3 hands SLURM_PROCID=3 on to each of its trials.
    if os.environ.get("RANK", "0") != "0":
        return False
    if under_quench and ranks == 1:
        return True
    return next((os.environ[name] for name in _LAUNCHER_VARIABLES if name in os.environ), "0") == "0"


def _step_of(line):
    # None for a line that a crash of the machine cut short.
    try:
        step = json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return None
    return step if isinstance(step, int) else None


class TrialError(Exception):
    """The run file or a hyperparameter is not as it should be."""


class Params(dict):
    """Hyperparameters by name. A missing one raises TrialError with the names that exist."""

    def __missing__(self, name):
        names = ", ".join(sorted(self)) or "none"
        raise TrialError("hyperparameter %r is not in the run file; it has: %s" % (name, names))


class Trial:
    """One attempt of a trial. `start` makes it."""

    def __init__(self, run, under_quench):
        self.under_quench = under_quench
        try:
            self.study = run["study"]
            self.trial = run["trial"]
            self.attempt = run["attempt"]
            self.params = Params(run["params"])
            self.start_at = int(run["resource"]["from"])
            self.to = int(run["resource"]["to"])
            self.unit = run["resource"]["unit"]
            self.seed = int(run["seed"])
            self.ranks = int(run["ranks"])
            self.checkpoint_dir = run["checkpoint_dir"]
            self.time_left_s = run.get("time_left_s")
        except (KeyError, TypeError, ValueError) as error:
            raise TrialError("the run file is not as expected: %r" % (error,)) from error
        self.is_reporter = _is_first_process(self.ranks, under_quench)
        self._stop = False
        self._repeated = -1  # the last step that repeat_reports printed

    @property
    def stop_requested(self):
        """Whether the worker asked to write a checkpoint and to exit 0."""
        return self._stop

    def catch_stop_signals(self):
        """SIGTERM, and SIGUSR1 which mpirun hands on without ending, only set stop_requested from here on."""

        def on_stop(_number, _frame):
            self._stop = True

        for number in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, on_stop)

    def report(self, step, **metrics):
        """Prints metrics at a step; only on rank 0. Steps must rise; those of before a resume may be repeated.

        Report a step before saving the checkpoint that stands at it: a kill in between then costs nothing,
        whereas a checkpoint that is ahead of its reports leaves a hole in the curve.
        """
        line = {"step": int(step)}
        line.update((name, float(value)) for name, value in metrics.items())
        if not self.is_reporter or step <= self._repeated:
            return
        text = json.dumps(line)
        if self.under_quench:
            # Kept, so that what is lost on the way to the coordinator is said again when the trial is started anew.
            os.makedirs(self.checkpoint_dir, exist_ok=True)
            with open(os.path.join(self.checkpoint_dir, _REPORTS), "a") as out:
                out.write(text + "\n")
        self._print(text)

    def repeat_reports(self):
        """Prints the kept reports of steps after `start_at`, which may have been lost. `start` calls this."""
        path = self.checkpoint(_REPORTS)
        if path is None or not self.is_reporter or not self.under_quench:
            return
        with open(path, errors="replace") as file:
            lines = file.read().split("\n")
        whole = [line for line in lines if _step_of(line) is not None]
        if lines != whole + [""]:
            with self.atomic(_REPORTS) as path:
                with open(path, "w") as out:
                    out.writelines(line + "\n" for line in whole)
        for line in whole:
            step = _step_of(line)
            if step > max(self.start_at, self._repeated):
                self._print(line)
                self._repeated = step

    def infeasible(self, why):
        """Says that this configuration cannot work, and exits 0."""
        self._print(json.dumps({"infeasible": str(why)}))
        raise SystemExit(0)

    def checkpoint(self, name):
        """The path of the checkpoint `name`, or None if none was written yet."""
        path = os.path.join(self.checkpoint_dir, name)
        return path if os.path.exists(path) else None

    @contextlib.contextmanager
    def atomic(self, name):
        """Gives a path to write to; at the end it becomes the checkpoint `name`, whole or not at all.

        Only rank 0 keeps what it writes. On the others the path is thrown away, so that a program that is the same
        on all ranks is right; test `is_reporter` first to save them the writing.
        """
        if not self.is_reporter:
            with tempfile.TemporaryDirectory() as folder:
                yield os.path.join(folder, name)
            return
        os.makedirs(self.checkpoint_dir, exist_ok=True)
        beside = os.path.join(self.checkpoint_dir, ".%s.new" % name)
        try:
            yield beside
            reports = self.checkpoint(_REPORTS)
            if reports is not None:
                _sync(reports)  # first: a checkpoint is never ahead of the reports
            _sync(beside)
            os.replace(beside, os.path.join(self.checkpoint_dir, name))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)  # half a file would take the room that is missing
            raise
        _sync(self.checkpoint_dir)

    def save_json(self, name, value):
        """Writes a JSON checkpoint, on rank 0 only. Floats come back bit for bit."""
        if not self.is_reporter:
            return
        with self.atomic(name) as path:
            with open(path, "w") as out:
                json.dump(value, out)

    def load_json(self, name):
        """Reads a JSON checkpoint, or None if there is none."""
        path = self.checkpoint(name)
        if path is None:
            return None
        with open(path) as file:
            return json.load(file)

    def _print(self, text):
        if self.is_reporter:
            # One write, so that lines of several processes do not mix; flushed, so that it arrives now.
            sys.stdout.write("quench: " + text + "\n")
            sys.stdout.flush()


def start(params=None, to=1, seed=0, checkpoint_dir="checkpoint"):
    """The trial that QUENCH_RUN names; without QUENCH_RUN, one with the values given here, to run by hand."""
    path = os.environ.get("QUENCH_RUN")
    if path:
        try:
            with open(path) as file:
                run = json.load(file)
        except (OSError, ValueError) as error:
            raise TrialError("cannot read the run file %s that QUENCH_RUN names: %s" % (path, error)) from error
    else:
        run = {
            "study": "by hand",
            "trial": 0,
            "attempt": 0,
            "params": params or {},
            "resource": {"from": 0, "to": to, "unit": "step"},
            "seed": seed,
            "ranks": 1,
            "checkpoint_dir": checkpoint_dir,
        }
    trial = Trial(run, under_quench=bool(path))
    trial.catch_stop_signals()
    trial.repeat_reports()
    return trial
