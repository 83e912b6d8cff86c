#!/usr/bin/env python3
"""Runs Optuna's samplers on the problems of search-quality and prints the same JSON lines.

    optuna_runs.py PROGRAM --samplers tpe,random --problems sphere-5,branin --seeds 10 > optuna.jsonl

Function values come from `PROGRAM serve`, so that both sides see the same instances. With --workers W, W trials
run at a time and a keyed one of them ends next, as in study.cpp. With --finished N it prints what `PROGRAM time`
does instead: the median time of an ask after N random trials.
"""
import argparse
import json
import random
import statistics
import subprocess
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Problems:
    """The serving program, asked a line at a time."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def sampler(name, seed, workers):
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed, constant_liar=workers > 1)
    if name == "tpe-multivariate":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=workers > 1)
    if name == "cmaes":
        return optuna.samplers.CmaEsSampler(seed=seed)
    raise SystemExit(f"unknown sampler {name} (there are random, tpe, tpe-multivariate, cmaes)")


def suggest(trial, space):
    """The configuration of a trial; a parameter after those of its conditions."""
    configuration, left = {}, list(space)
    while left:
        p = left.pop(0)
        if any(c["parameter"] in (q["name"] for q in left) for c in p["when"]):
            left.append(p)
            continue
        if any(configuration.get(c["parameter"]) not in c["any_of"] for c in p["when"]):
            continue
        if p["type"] == "categorical":
            value = trial.suggest_categorical(p["name"], p["choices"])
        elif p["type"] == "int":
            value = trial.suggest_int(p["name"], p["low"], p["high"], log=p["log"])
        else:
            value = trial.suggest_float(p["name"], p["low"], p["high"], log=p["log"])
        configuration[p["name"]] = value
    return configuration


def run(problems, name, sampler_name, seed, evaluations, workers):
    instance = problems.ask(problem=name, seed=seed)
    study = optuna.create_study(sampler=sampler(sampler_name, seed, workers))
    keyed, running, best, ended, asked, seconds = random.Random(seed), [], float("inf"), 0, 0, 0.0
    while ended < evaluations:
        while len(running) < workers and asked < evaluations:
            before = time.process_time()
            trial = study.ask()
            configuration = suggest(trial, instance["space"])
            seconds += time.process_time() - before
            running.append((trial, problems.ask(problem=name, seed=seed, configuration=configuration)))
            asked += 1
        trial, regret = running.pop(keyed.randrange(len(running)))
        study.tell(trial, regret + instance["noise"] * keyed.gauss(0, 1))
        best, ended = min(best, regret), ended + 1
    return best, seconds


def ask_time(problems, name, sampler_name, finished):
    space = problems.ask(problem=name, seed=0)["space"]
    study = optuna.create_study(sampler=sampler("random", 0, 1))
    seconds = []
    for i in range(finished + 20):
        if i == finished:
            study.sampler = sampler(sampler_name, 0, 1)
        before = time.process_time()
        trial = study.ask()
        configuration = suggest(trial, space)
        if i >= finished:
            seconds.append(time.process_time() - before)
        study.tell(trial, problems.ask(problem=name, seed=0, configuration=configuration))
    return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--samplers", default="random,tpe")
    parser.add_argument("--problems", required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--finished", type=int)
    options = parser.parse_args()
    problems = Problems(options.program)
    if options.finished is not None:
        for name in options.problems.split(","):
            for sampler_name in options.samplers.split(","):
                seconds = ask_time(problems, name, sampler_name, options.finished)
                print(json.dumps({"problem": name, "sampler": f"optuna-{sampler_name}",
                                  "finished": options.finished, "median_ask_ms": 1000 * seconds}), flush=True)
        return
    for name in options.problems.split(","):
        for sampler_name in options.samplers.split(","):
            seeds = range(options.first_seed, options.first_seed + options.seeds)
            runs = [run(problems, name, sampler_name, s, options.evaluations, options.workers) for s in seeds]
            print(json.dumps({
                "problem": name, "sampler": f"optuna-{sampler_name}", "workers": options.workers,
                "evaluations": options.evaluations, "first_seed": options.first_seed,
                "regret": [best for best, _ in runs], "version": optuna.__version__,
                "ask_ms": 1000 * sum(s for _, s in runs) / (options.seeds * options.evaluations)}), flush=True)


if __name__ == "__main__":
    main()
