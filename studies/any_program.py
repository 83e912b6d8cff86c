#!/usr/bin/env python3
"""A trial in Python: "trains" a closed-form loss that falls with every step to the Branin function of (x, y).

By hand:  python3 studies/any_program.py
"""

import math
import os
import random
import sys
import time

try:
    import quench_trial  # workers put it on PYTHONPATH
except ImportError:  # by hand, in the source tree
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "trainer", "contract"))
    import quench_trial


def branin(x, y):
    """Three global minima of 0.397887, as at (pi, 2.275)."""
    bend = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bend**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def main():
    trial = quench_trial.start(params={"x": 3.0, "y": 2.0, "decay": 0.3}, to=9, checkpoint_dir="any-program-checkpoint")
    x, y, decay = trial.params["x"], trial.params["y"], trial.params["decay"]
    if decay <= 0:
        trial.infeasible("decay is %g, but nothing is learned unless it is positive" % decay)

    state = trial.load_json("state.json") or {"step": 0, "excess": 50.0}
    while state["step"] < trial.to and not trial.stop_requested:
        step = state["step"] + 1
        # Noise from the seed and the step: a resumed trial gives the numbers of one that never stopped.
        noise = random.Random("%d %d" % (trial.seed, step)).gauss(0.0, 0.01)
        state = {"step": step, "excess": state["excess"] * math.exp(-decay)}
        time.sleep(0.02)  # as if it were work
        # The report first: a kill between the two then costs this step again, but no report.
        trial.report(step, loss=branin(x, y) + state["excess"] + noise, excess=state["excess"])
        trial.save_json("state.json", state)


if __name__ == "__main__":
    main()
