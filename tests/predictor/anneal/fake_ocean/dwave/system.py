"""Stand-ins for D-Wave's samplers: random bits, then single flips downhill. FAKE_OCEAN says how they fail."""

import collections
import os
import random

Record = collections.namedtuple("Record", "sample energy num_occurrences")


class SampleSet:
    def __init__(self, records):
        self._records = records

    def data(self, fields):
        if fields != ["sample", "energy", "num_occurrences"]:
            raise ValueError(fields)
        return iter(self._records)


class DWaveSampler:
    def __init__(self, solver=None):
        if os.environ.get("FAKE_OCEAN") == "no token":
            raise ValueError("API token not defined")
        self.solver = solver

    def sample(self, model, num_reads, label, chain_strength=None, annealing_time=None):
        generator = random.Random(1)
        records = []
        for _ in range(num_reads):
            bits = {i: generator.randrange(2) for i in model.linear}
            for i in sorted(bits) * 4:
                other = dict(bits)
                other[i] = 1 - other[i]
                if model.energy(other) < model.energy(bits):
                    bits = other
            records.append(Record(bits, model.energy(bits), 1))
        return SampleSet(records)


class DWaveCliqueSampler(DWaveSampler):
    pass


class EmbeddingComposite:
    def __init__(self, child):
        self.sample = child.sample


class LeapHybridSampler(DWaveSampler):
    def sample(self, model):
        return super().sample(model, num_reads=1, label="hybrid")
