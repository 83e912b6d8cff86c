"""The Delphes sample of Zenodo 4559324: bzip2-compressed pickles of a dict of lists X, ygen, ycand, which hold
one array of N x 12, N x 7, N x 7 an event."""

import bz2
import os
import pickle
import re
import sys

import numpy as np

from .event_file import CHARGED, ELECTRON, MUON, NEUTRAL, PHOTON, EventWriter, Refused

LARGEST_PICKLE = 4 << 30  # bytes after decompression; the published ones have about 200 MB


class _ArrayClass:
    """Stands for numpy.ndarray in a pickle, where it is only ever named."""


def _reconstruct(kind, shape, code):
    if kind is not _ArrayClass or shape != (0,) or code not in (b"b", "b"):
        raise pickle.UnpicklingError("an array that does not begin empty")
    return np.ndarray(shape, "b")


def _dtype(text, *_):
    if not isinstance(text, str) or not re.fullmatch(r"[<>|=]?[fiub][1248]", text):
        raise pickle.UnpicklingError(f"numbers of the type {text!r}")
    return np.dtype(text)


def _encode(text, encoding):
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in {encoding!r}")
    return text.encode("latin1")


def _no_bytes():
    return b""


def _frombuffer(buffer, kind, shape, order):
    return np.frombuffer(buffer, kind).reshape(shape, order=order)


class _ArraysOnly(pickle.Unpickler):
    """A pickle is a program; this one can build lists, dicts and arrays of numbers, and call nothing else."""

    # bytes() is how older protocols write the data of an empty array.
    NAMES = {("__builtin__", "bytes"): _no_bytes, ("builtins", "bytes"): _no_bytes,
             ("numpy", "ndarray"): _ArrayClass, ("numpy", "dtype"): _dtype, ("_codecs", "encode"): _encode}
    for module in ("numpy.core", "numpy._core"):
        NAMES[(module + ".multiarray", "_reconstruct")] = _reconstruct
        NAMES[(module + ".numeric", "_frombuffer")] = _frombuffer

    def find_class(self, module, name):
        try:
            return self.NAMES[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, but only arrays are read") from None


class _Limited:
    """Hands a stream on up to a size. Without readinto, so that a claimed length allocates nothing."""

    def __init__(self, stream, limit):
        self.stream, self.left = stream, limit

    def _take(self, data):
        self.left -= len(data)
        if self.left < 0:
            raise pickle.UnpicklingError("it is larger than any published file")
        return data

    def read(self, size=-1):
        return self._take(self.stream.read(size if 0 <= size <= self.left else self.left + 1))

    def readline(self):
        return self._take(self.stream.readline(self.left + 1))


def load_pickle(path):
    """The content of a pickle, compressed by bzip2 or not, if it holds nothing but arrays in containers."""
    try:
        with open(path, "rb") as file:
            packed = file.read(3) == b"BZh"
            file.seek(0)
            return _ArraysOnly(_Limited(bz2.BZ2File(file) if packed else file, LARGEST_PICKLE)).load()
    except FileNotFoundError:
        raise Refused(f"{path} cannot be read (no such file)") from None
    # Garbage makes the unpickler fail in any way.
    except Exception as error:  # pylint: disable=broad-except
        why = str(error) or type(error).__name__
        raise Refused(f"{path} is no Delphes pickle, or is cut short ({why}); compare it with Zenodo 4559324") from None


def delphes_events(path):
    """Yields (elements, targets, candidates) as they stand in a file, checked."""
    content = load_pickle(path)
    names = ("X", "ygen", "ycand")
    if not isinstance(content, dict) or any(not isinstance(content.get(name), list) for name in names):
        raise Refused(f"{path} is no Delphes pickle (it is not a dict of the lists X, ygen, ycand)")
    lists = [content[name] for name in names]
    if len({len(part) for part in lists}) != 1:
        raise Refused(f"{path} is inconsistent (X, ygen, ycand have {', '.join(str(len(p)) for p in lists)} events)")
    for number, arrays in enumerate(zip(*lists)):
        where = f"{path}: event {number}"
        if any(not isinstance(a, np.ndarray) or a.ndim != 2 or a.dtype.kind not in "fiu" for a in arrays):
            raise Refused(f"{where} is not made of tables of numbers")
        elements, targets, candidates = (np.array(a, "f8") for a in arrays)
        rows = len(elements)
        if [a.shape for a in (elements, targets, candidates)] != [(rows, 12), (rows, 7), (rows, 7)]:
            raise Refused(f"{where} has tables of {elements.shape}, {targets.shape}, {candidates.shape} "
                          "(N x 12, N x 7, N x 7 are read)")
        if not np.isin(elements[:, 0], (0, 1, 2)).all():
            raise Refused(f"{where} has elements of an unknown type (1 tower, 2 track)")
        for table in (targets, candidates):
            if not np.isin(table[:, 0], range(6)).all():
                raise Refused(f"{where} has particles of an unknown class (0 to 5)")
            if not np.isin(table[:, 1], (-1, 0, 1)).all():
                raise Refused(f"{where} has particles of an unknown charge (-1, 0 or 1)")
        real = elements[:, 0] != 0  # the rest is padding
        yield elements[real], targets[real], candidates[real]


def complete(candidates):
    """Charged candidates carry only pt and neutral ones only E: the other follows without mass."""
    kind, pt, eta, e = candidates[:, 0], candidates[:, 2], candidates[:, 3], candidates[:, 6]
    charged = np.isin(kind, (CHARGED, ELECTRON, MUON)) & (e == 0)
    neutral = np.isin(kind, (NEUTRAL, PHOTON)) & (pt == 0)
    candidates[charged, 6] = pt[charged] * np.cosh(eta[charged])
    candidates[neutral, 2] = e[neutral] / np.cosh(eta[neutral])
    return candidates


def physical_charges(elements, targets):
    """Charge targets are the sign of the PDG code in the sample, so that leptons have the wrong one: their
    tracks say so."""
    lepton = np.isin(targets[:, 0], (ELECTRON, MUON))
    track = lepton & (elements[:, 0] == 2)
    if (targets[track, 1] * elements[track, 9] < 0).sum() * 2 > track.sum():
        targets[lepton, 1] *= -1
    return targets


def import_files(paths, out):
    names = ", ".join(map(os.path.basename, paths))[:1000]
    with EventWriter(out, "delphes", "mlpf-import delphes, " + names) as writer:
        for number, path in enumerate(paths):
            for elements, targets, candidates in delphes_events(path):
                writer.add(elements, physical_charges(elements, targets), complete(candidates))
            if len(paths) > 1:
                print(f"mlpf-import: {number + 1} of {len(paths)} files, {writer.events} events", file=sys.stderr)
        return writer
