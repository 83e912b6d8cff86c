#!/usr/bin/env python3
"""D-Wave's annealers as an annealer command of Quench.

    quench anneal FILE --annealer command --timeout 600 -- python3 quench_ocean.py --sampler clique

needs D-Wave's Ocean SDK and its configuration (dwave.conf or DWAVE_API_TOKEN). Called as

    quench_ocean.py [OPTIONS] problem.coo result.txt request.json

it reads the problem and the request, samples, and writes a line `energy num_occurrences 0110...` a sample; Quench
computes the energies again. What goes wrong is one line on stderr and exit status 1.
"""

import argparse
import json
import sys


def read_problem(path):
    """linear {i: bias}, quadratic {(i, j): bias} and offset of COO text with `# vartype=BINARY`."""
    linear, quadratic, offset = {}, {}, 0.0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if text.startswith("#"):
                key, _, value = text[1:].strip().partition("=")
                if key == "vartype" and value != "BINARY":
                    raise ValueError(f"{path}:{number}: variables are {value} (this adapter reads BINARY ones)")
                if key == "offset":
                    offset = float(value)
            elif text:
                first, second, bias = text.split()
                i, j = sorted((int(first), int(second)))
                if i == j:
                    linear[i] = linear.get(i, 0.0) + float(bias)
                else:
                    quadratic[i, j] = quadratic.get((i, j), 0.0) + float(bias)
    return linear, quadratic, offset


def make_sampler(options):
    """The sampler and what it is called with beside the problem."""
    from dwave import system  # here, so that --help needs no Ocean

    chosen = {"solver": options.solver} if options.solver else {}
    if options.sampler == "hybrid":
        return system.LeapHybridSampler(**chosen), {}
    settings = {"label": "quench"}
    if options.annealing_time is not None:
        settings["annealing_time"] = options.annealing_time
    if options.chain_strength is not None:
        settings["chain_strength"] = options.chain_strength
    if options.sampler == "clique":
        return system.DWaveCliqueSampler(**chosen), settings
    return system.EmbeddingComposite(system.DWaveSampler(**chosen)), settings


def sample(problem, request, options):
    """Ocean's sample set for the problem."""
    import dimod

    linear, quadratic, offset = problem
    # Every variable, also those without any term, so that every sample has all digits.
    for variable in range(request["num_variables"]):
        linear.setdefault(variable, 0.0)
    model = dimod.BinaryQuadraticModel(linear, quadratic, offset, "BINARY")
    sampler, settings = make_sampler(options)
    if options.sampler != "hybrid":
        settings["num_reads"] = request["num_reads"]
    return sampler.sample(model, **settings)


def write_result(path, samples, variables):
    """One line a sample."""
    with open(path, "w", encoding="utf-8") as out:
        for record in samples.data(["sample", "energy", "num_occurrences"]):
            digits = "".join(str(int(record.sample[variable])) for variable in range(variables))
            out.write(f"{record.energy!r} {int(record.num_occurrences)} {digits}\n")


def main():
    parser = argparse.ArgumentParser(description="D-Wave's annealers as an annealer command of Quench")
    parser.add_argument("--sampler", choices=["clique", "embedding", "hybrid"], default="clique",
                        help="clique: precomputed embeddings, right for the dense problems of Q-SVR")
    parser.add_argument("--solver", help="a solver's name (default: as configured for Ocean)")
    parser.add_argument("--chain-strength", type=float,
                        help="default: Ocean's; ten times the largest coefficient flattens the problem to noise")
    parser.add_argument("--annealing-time", type=float, help="microseconds")
    parser.add_argument("problem")
    parser.add_argument("result")
    parser.add_argument("request")
    options = parser.parse_args()
    try:
        with open(options.request, encoding="utf-8") as text:
            request = json.load(text)
        samples = sample(read_problem(options.problem), request, options)
        write_result(options.result, samples, request["num_variables"])
    except ImportError as missing:
        sys.exit(f"quench_ocean: D-Wave's Ocean SDK is not installed ({missing}) install dwave-ocean-sdk")
    except Exception as failure:  # whatever the client, the network or the solver raises: one line, status 1
        sys.exit(f"quench_ocean: no samples ({type(failure).__name__}: {failure}) see the configuration of Ocean")


if __name__ == "__main__":
    main()
