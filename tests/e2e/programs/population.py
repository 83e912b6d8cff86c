"""A trial whose value depends on the parameters that it was trained with on the way: population.py [forgetful].

The checkpoint carries what was gained so far and by whom: each step adds to `gained` what the rate is worth at that
step, so that no single rate gives what a schedule gives. `forgetful` writes no checkpoint.
"""

import json
import os
import signal
import sys


def worth(rate, step):
    """The best rate falls with the steps."""
    return 1.0 - abs(rate - 1.0 / (1 + step / 4))


def main():
    with open(os.environ["QUENCH_RUN"], encoding="utf-8") as file:
        run = json.load(file)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    path = os.path.join(run["checkpoint_dir"], "state.json")
    state = {"step": 0, "gained": 0.0, "by": []}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
    for step in range(run["resource"]["from"] + 1, state["step"] + 1):  # perhaps never heard
        print("quench: " + json.dumps({"step": step, "loss": -state["by"][step - 1][2]}), flush=True)
    while state["step"] < run["resource"]["to"] and not stop:
        step = state["step"] + 1
        gained = state["gained"] + worth(run["params"]["rate"], step)
        state = {"step": step, "gained": gained, "by": state["by"] + [[run["trial"], run["params"]["rate"], gained]]}
        print("quench: " + json.dumps({"step": step, "loss": -gained}), flush=True)
        if "forgetful" in sys.argv:
            continue
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
