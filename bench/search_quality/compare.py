#!/usr/bin/env python3
"""Compares samplers from JSON lines of search-quality and optuna_runs.py.

    compare.py OURS.jsonl OPTUNA.jsonl [--a tpe --b optuna-tpe]

For each problem that both ran with as many evaluations and workers, over the seeds that both ran: the interquartile
mean of the final regret of each, with a bootstrap interval (95 %), and whether the difference is one. Seeds name instances, so runs are paired:
the verdict is "noise" when the bootstrap interval of the mean paired difference of log10 regret contains 0.
The baselines, random search and one-epoch, stand beside them where their lines are there.
"""
import argparse
import json
import math
import random
import statistics

RESAMPLES = 2000
BASELINES = ["random", "one-epoch"]
LEAST = 1e-12  # regrets below it are equal: rounding of the formulas


def interquartile_mean(values):
    ordered, cut = sorted(values), len(values) // 4
    return statistics.fmean(ordered[cut:len(ordered) - cut])


def interval(values, statistic, keyed):
    drawn = sorted(statistic(keyed.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES)]


def cell(values, keyed):
    low, high = interval(values, interquartile_mean, keyed)
    return f"{interquartile_mean(values):9.3g} [{low:.2g}, {high:.2g}]"


def verdict(a, b, keyed):
    differences = [math.log10(max(x, LEAST)) - math.log10(max(y, LEAST)) for x, y in zip(a, b)]
    low, high = interval(differences, statistics.fmean, keyed)
    return "a is better" if high < 0 else "b is better" if low > 0 else "noise"


def read(paths):
    runs = {}
    for path in paths:
        with open(path) as lines:
            for line in lines:
                run = json.loads(line)
                key = (run["problem"], run["evaluations"], run["workers"])
                regrets = runs.setdefault(key, {}).setdefault(run["sampler"], {})
                regrets.update(enumerate(run["regret"], start=run["first_seed"]))
    return runs


def normalised(value, others):
    """0 at the best of all runs of a problem, 1 at the worst, in log10."""
    logs = [math.log10(max(x, LEAST)) for x in others]
    low, high = min(logs), max(logs)
    return (math.log10(max(value, LEAST)) - low) / (high - low) if high > low else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--a", default="tpe")
    parser.add_argument("--b", default="optuna-tpe")
    options = parser.parse_args()
    keyed, at_least, verdicts = random.Random(0), 0, []
    runs = read(options.files)
    baselines = [name for name in BASELINES if any(name in by_sampler for by_sampler in runs.values())]
    print(f"{'problem':22}{'evals':>6}{'workers':>8}  {'a: ' + options.a:32}{'b: ' + options.b:32}{'verdict':13}"
          + "".join(f"{name:30}" for name in baselines).rstrip())
    ranks, normal = {options.a: [], options.b: []}, {options.a: [], options.b: []}
    for (problem, evaluations, workers), by_sampler in sorted(runs.items()):
        if options.a not in by_sampler or options.b not in by_sampler:
            continue
        seeds = sorted(by_sampler[options.a].keys() & by_sampler[options.b].keys())
        if not seeds:
            raise SystemExit(f"{problem}: no seed in common (runs are paired) run the same seeds on both sides")
        a, b = ([by_sampler[name][seed] for seed in seeds] for name in (options.a, options.b))
        for x, y in zip(a, b):
            tie = (max(x, LEAST) == max(y, LEAST)) / 2
            first = 2 - (max(x, LEAST) < max(y, LEAST)) - tie
            ranks[options.a].append(first)
            ranks[options.b].append(3 - first)
        for name, values in ((options.a, a), (options.b, b)):
            normal[name].append(statistics.median(normalised(x, a + b) for x in values))
        cells = [cell(values, keyed) for values in (a, b)]
        verdicts.append(verdict(a, b, keyed))
        at_least += statistics.median(a) <= statistics.median(b)
        beside = [by_sampler.get(name, {}) for name in baselines]
        beside = [cell([run[seed] for seed in seeds], keyed) if run.keys() >= set(seeds) else "" for run in beside]
        print(f"{problem:22}{evaluations:6}{workers:8}  {cells[0]:32}{cells[1]:32}{verdicts[-1]:13}"
              + "".join(f"{text:30}" for text in beside).rstrip())
    if verdicts:
        counts = ", ".join(f"{v}: {verdicts.count(v)}" for v in ("a is better", "b is better", "noise"))
        print(f"\n{len(verdicts)} problems; median of a at most b's on {at_least} "
              f"({100 * at_least / len(verdicts):.0f} %); {counts}")
        for name in (options.a, options.b):
            print(f"{name}: mean rank {statistics.fmean(ranks[name]):.2f}, median normalised regret "
                  f"{statistics.median(normal[name]):.3f}")


if __name__ == "__main__":
    main()
