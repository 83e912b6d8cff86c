"""A trial that can be killed at any instant: epochs.py WORK_MS LR, one process or many ranks under mpirun.

Each epoch is a bounded computation over a state that the checkpoint carries, so that a wrong resume shows as a
wrong loss. Beside the checkpoint it keeps an audit, `audit.jsonl`: one line when an attempt starts (and from
which epoch), one when an epoch is trained, one when its checkpoint is saved, one when a rank finds that another
copy of itself is alive.
"""

import fcntl
import hashlib
import json
import os
import signal
import sys
import time

LIFETIME_S = 120  # of a rank whose study forgot it: bounds the harm, is far above every limit of a test


def note(folder, **line):
    descriptor = os.open(os.path.join(folder, "audit.jsonl"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, (json.dumps(line) + "\n").encode())
    os.close(descriptor)


def save(path, value):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def train(state, work_ms):
    """The next state: the work is the same however fast the machine is."""
    digest = state.encode()
    for _ in range(int(work_ms) * 1200):
        digest = hashlib.sha256(digest).digest()
    return digest.hex()


def loss_of(lr, epoch, state):
    noise = int(state[:8], 16) / 2**32
    return abs(lr - 0.01) * 10 + 1.0 / epoch + 0.05 * noise


def report(**values):
    sys.stdout.write("quench: " + json.dumps(values) + "\n")
    sys.stdout.flush()


def main():
    work_ms, lr = sys.argv[1:3]
    with open(os.environ["QUENCH_RUN"], encoding="utf-8") as file:
        run = json.load(file)
    rank = int(os.environ.get("OMPI_COMM_WORLD_RANK", "0"))
    attempt, target = run["attempt"], run["resource"]["to"]
    folder = os.path.dirname(run["checkpoint_dir"].rstrip("/"))
    os.makedirs(run["checkpoint_dir"], exist_ok=True)
    stop = []
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: stop.append(1))

    lock = open(os.path.join(folder, "rank-%d.lock" % rank), "w", encoding="utf-8")  # held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        note(folder, attempt=attempt, overlap=rank)

    done = os.path.join(folder, "done-%d" % attempt)
    if rank != 0:
        end = time.monotonic() + LIFETIME_S
        while not os.path.exists(done) and time.monotonic() < end:
            time.sleep(0.01)
        return

    path = os.path.join(run["checkpoint_dir"], "state.json")
    checkpoint = {"epoch": 0, "state": "%s %s" % (run["seed"], lr), "losses": []}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            checkpoint = json.load(file)
    note(folder, attempt=attempt, started_from=checkpoint["epoch"])
    # What was trained and saved but perhaps never heard, because somebody on the way was killed.
    for epoch in range(run["resource"]["from"] + 1, checkpoint["epoch"] + 1):
        report(step=epoch, loss=checkpoint["losses"][epoch - 1])
    while checkpoint["epoch"] < target and not stop:
        epoch = checkpoint["epoch"] + 1
        state = train(checkpoint["state"], work_ms)
        loss = loss_of(float(lr), epoch, state)
        note(folder, attempt=attempt, trained=epoch)
        checkpoint = {"epoch": epoch, "state": state, "losses": checkpoint["losses"] + [loss]}
        save(path, checkpoint)
        note(folder, attempt=attempt, saved=epoch)
        report(step=epoch, loss=loss)
    with open(done, "w", encoding="utf-8"):
        pass


if __name__ == "__main__":
    main()
