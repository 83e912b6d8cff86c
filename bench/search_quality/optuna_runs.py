#!/usr/bin/env python3
"""Runs Optuna's samplers and pruners on the problems of search-quality and prints the same JSON lines.

    optuna_runs.py PROGRAM --samplers tpe,random --problems sphere-5,branin --seeds 10 > optuna.jsonl
    optuna_runs.py PROGRAM --samplers tpe --pruners hyperband --problems fidelity-branin > optuna.jsonl

Function values come from `PROGRAM serve`, so that both sides see the same instances. With --workers W, W trials
run at a time and a keyed one of them ends next, as in study.cpp. --pruners are for problems with learning curves, whose
trials take their steps on a virtual clock as in fidelity.cpp and report after each. With --finished N it prints what `PROGRAM time`
does instead: the median time of an ask after N random trials.
"""
import argparse
import heapq
import json
import math
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


def pruner(name, steps, eta):
    if name == "none":
        return optuna.pruners.NopPruner()
    if name == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=steps, reduction_factor=eta)
    if name == "successive-halving":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=eta)
    raise SystemExit(f"unknown pruner {name} (there are none, hyperband, successive-halving)")


def run_curves(problems, name, sampler_name, pruner_name, seed, options):
    """Until the budget of steps is spent. The regret of the best trial that was trained to the end, or else of the
    best of those that came furthest; and the number of trials."""
    instance = problems.ask(problem=name, seed=seed)
    steps = instance["steps"]
    budget = options.evaluations * steps
    # HyperbandPruner deals trials to its brackets by the study's name.
    study = optuna.create_study(study_name=f"{name} {seed}", sampler=sampler(sampler_name, seed, options.workers),
                                pruner=pruner(pruner_name, steps, options.eta))
    keyed, spent, shown = random.Random(seed), 0, []
    running = []  # (time at which its next step is done, number, trial, steps done, its curve, time a step takes)

    def start(now):
        trial = study.ask()
        configuration = suggest(trial, instance["space"])
        curve = problems.ask(problem=name, seed=seed, configuration=configuration)
        shown.append((0, 0.0, curve[-1]))
        speed = math.exp(0.5 * keyed.gauss(0, 1))
        heapq.heappush(running, (now + speed, trial.number, trial, 0, curve, speed))

    for _ in range(options.workers):
        start(0.0)
    while spent < budget:
        now, number, trial, done, curve, speed = heapq.heappop(running)
        done, spent = done + 1, spent + 1
        trial.report(curve[done - 1], done)
        shown[number] = (-done, curve[done - 1], curve[-1])
        if done == steps:
            study.tell(trial, curve[-1])
        elif trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            heapq.heappush(running, (now + speed, number, trial, done, curve, speed))
            continue
        if spent < budget:
            start(now)
    return min(shown)[2], len(shown)


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
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--pruners", default="none", help="none, hyperband, successive-halving")
    parser.add_argument("--eta", type=int, default=2, help="the pruners' reduction_factor, 2 as ours")
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
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for name in options.problems.split(","):
        curves = problems.ask(problem=name, seed=0)["steps"] > 1
        for sampler_name in options.samplers.split(","):
            for pruner_name in options.pruners.split(",") if curves else ["none"]:
                line = {"problem": name, "workers": options.workers, "evaluations": options.evaluations,
                        "first_seed": options.first_seed, "version": optuna.__version__}
                eta = f"-eta{options.eta}" if options.eta != 2 else ""
                method = sampler_name if pruner_name == "none" else f"{pruner_name}{eta}+{sampler_name}"
                line["sampler"] = f"optuna-{method}"
                if curves:
                    runs = [run_curves(problems, name, sampler_name, pruner_name, s, options) for s in seeds]
                    line["trials"] = statistics.fmean(trials for _, trials in runs)
                else:
                    runs = [run(problems, name, sampler_name, s, options.evaluations, options.workers) for s in seeds]
                    line["ask_ms"] = 1000 * sum(s for _, s in runs) / (options.seeds * options.evaluations)
                line["regret"] = [best for best, _ in runs]
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
