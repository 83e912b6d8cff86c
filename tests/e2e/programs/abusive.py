"""Trial programs that misbehave: abusive.py KIND."""

import json
import os
import signal
import subprocess
import sys
import time

LONG_S = 90  # of what is meant to hang: far above every limit of the test, yet bounded


def report(step, loss="0.5"):
    sys.stdout.write('quench: {"step": %d, "loss": %s}\n' % (step, loss))
    sys.stdout.flush()


def garbage(to):
    """Bytes that are no text, very long lines, terminal escapes."""
    out = sys.stdout.buffer
    out.write(os.urandom(200_000) + b"\n" + b"\x1b]0;owned\x07\x1b[2J" + b"\0" * 1000 + b"\xff\xfe\n" + b"q" * 3_000_000 + b"\n")
    out.flush()
    report(to)


def flood(to):
    """A gigabyte: half of it in lines, half of it one line without an end."""
    out = sys.stdout.buffer
    block = (b"all work and no play makes a trial a dull program " * 21)[:1023] + b"\n"
    for _ in range(512):
        out.write(block * 1024)
    for _ in range(512):
        out.write(b"x" * 2**20)
    out.write(b"\n")
    out.flush()
    report(to)


def malformed(to):
    """Lines that begin like a report and are none, then a good one."""
    lines = ["quench:", "quench: {", "quench: []", "quench: 3", 'quench: {"step": "one", "loss": 1}', 'quench: {"loss": 1}',
             'quench: {"step": -4, "loss": 1}', 'quench: {"step": 1e30, "loss": 1}', 'quench: {"step": 1, "loss": {"a": [[[1]]]}}',
             "quench: " + "[" * 100_000, "quench: " + "9" * 200_000, ' quench: {"step": 1, "loss": -7}',
             'quench: {"step": 1, "loss": 1e999}x', 'quench {"step": 1, "loss": -7}']
    sys.stdout.write("\n".join(lines) + "\n")
    report(to)


def diverge(to):
    report(to, "NaN")


def exit_1(_to):
    sys.exit(1)


def segfault(_to):
    os.kill(os.getpid(), signal.SIGSEGV)


def hang(_to):
    time.sleep(LONG_S)


def ignore_sigterm(_to):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        time.sleep(1)


def fork_away(to):
    """Leaves children in sessions of their own, that ignore SIGTERM and hold the output open; and exits well."""
    code = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(%d)" % LONG_S
    for _ in range(3):
        subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True)
    if os.fork() == 0:  # and a grandchild whose parent is gone
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(LONG_S)
        os._exit(0)
    report(to)


def silent(_to):
    pass


def infeasible(_to):
    sys.stdout.write('quench: {"infeasible": "no such \\"layer\\""}\n')


def good(to):
    report(to, "0.25")


KINDS = {function.__name__: function for function in (
    garbage, flood, malformed, diverge, exit_1, segfault, hang, ignore_sigterm, fork_away, silent, infeasible, good)}

if __name__ == "__main__":
    with open(os.environ["QUENCH_RUN"], encoding="utf-8") as file:
        target = json.load(file)["resource"]["to"]
    KINDS[sys.argv[1]](target)
