"""Writes files of events: the layout that stands in trainer/data/event_file.hpp."""

import os

import h5py
import numpy as np

CHUNK_ROWS, CHUNK_EVENTS = 2048, 4096
COLUMNS = {"delphes": 12, "clic": 17}
NONE, CHARGED, NEUTRAL, PHOTON, ELECTRON, MUON = range(6)


class Refused(Exception):
    """Bad input: "<problem> (<why>) <way out>"."""


class EventWriter:
    """Appends events to an HDF5 file that gets its name when all went well (a context manager)."""

    def __init__(self, path, detector, source):
        self.path, self.unfinished, self.detector = path, path + ".part", detector
        try:
            self.file = h5py.File(self.unfinished, "w", libver=("v110", "v110"))
        except OSError as error:
            raise Refused(f"{path} cannot be written ({error})") from None
        for name, value in [("format", np.bytes_(b"mlpf-events")), ("version", np.uint64(1)),
                            ("detector", np.bytes_(detector.encode())),
                            ("source", np.bytes_(source.encode() or b"?")), ("seed", np.uint64(0))]:
            self.file.attrs[name] = value
        for name, columns in [("elements", COLUMNS[detector]), ("targets", 7), ("candidates", 7), ("jets", 4)]:
            self._table(name, "<f4", columns)
        for name, kind in [("begin", "<u8"), ("jets_begin", "<u8"), ("particles", "<u4")]:
            self._table("event/" + name, kind, 0)
        self._append("event/begin", np.zeros(1, "<u8"))
        self._append("event/jets_begin", np.zeros(1, "<u8"))
        self.rows = self.events = self.repaired = 0

    def _table(self, name, kind, columns):
        tail = (columns,) if columns else ()
        self.file.create_dataset(name, (0, *tail), kind, maxshape=(None, *tail), fletcher32=True,
                                 chunks=(CHUNK_ROWS if columns else CHUNK_EVENTS, *tail))

    def _append(self, name, rows):
        table = self.file[name]
        table.resize(len(table) + len(rows), axis=0)
        if len(rows):
            table[-len(rows):] = rows

    def add(self, elements, targets, candidates):
        """One event: arrays of as many rows each. Values that are not finite become 0 (and are counted)."""
        tables = []
        for table in (elements, targets, candidates):
            table = np.array(table, dtype="<f4")
            bad = ~np.isfinite(table)
            self.repaired += int(bad.sum())
            table[bad] = 0
            tables.append(table)
        for name, table in zip(("elements", "targets", "candidates"), tables):
            self._append(name, table)
        self.rows += len(tables[0])
        self.events += 1
        self._append("event/begin", np.array([self.rows], "<u8"))
        self._append("event/jets_begin", np.zeros(1, "<u8"))
        self._append("event/particles", np.array([(tables[1][:, 0] > 0).sum()], "<u4"))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            self.file.close()
            if kind is None and self.events == 0:
                raise Refused(f"{self.path} would hold no events (nothing was written); name files that have some")
            if kind is None:
                with open(self.unfinished, "rb") as done:
                    os.fsync(done.fileno())
                os.replace(self.unfinished, self.path)
        except OSError as problem:
            raise Refused(f"{self.path} cannot be written ({problem})") from None
        finally:
            if os.path.exists(self.unfinished):
                os.unlink(self.unfinished)
