"""Turns published collider events into files for mlpf-train.

    mlpf-import delphes FILE.pkl.bz2... --out EVENTS.h5
        the Delphes sample of Zenodo 4559324: pickles of {X, ygen, ycand}, lists of one array an event
    mlpf-import edm4hep FILE.npz --out EVENTS.h5       (or FILE.root where uproot is installed)
        EDM4hep events that Delphes wrote for FCC-ee (winter 2023), decoded to "collection_member" arrays

It needs NumPy and h5py. The layout of the result stands in trainer/data/event_file.hpp. Exit status: 0 done,
1 refused with the reason on stderr, 2 wrong usage. A file under the final name is always complete.
"""

import argparse
import os
import sys


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="mlpf-import",
                                     description="Turns published collider events into files for mlpf-train.")
    formats = parser.add_subparsers(dest="format", required=True)
    for name, text in [("delphes", "pickles in the layout of Zenodo 4559324"),
                       ("edm4hep", "FCC winter 2023, .npz or .root")]:
        one = formats.add_parser(name, help=text)
        one.add_argument("files", metavar="FILE", nargs="+" if name == "delphes" else 1)
        one.add_argument("--out", required=True, metavar="EVENTS.h5")
        one.add_argument("--force", action="store_true", help="replace an existing file")
    options = parser.parse_args(arguments)
    try:
        from . import delphes, edm4hep
        from .event_file import Refused
    except ImportError as error:
        print(f"mlpf-import: {error} (of {sys.executable}); it needs NumPy and h5py: Debian's python3-numpy and "
              f"python3-h5py are for /usr/bin/python3, pip's for others; try: /usr/bin/python3 {sys.argv[0]} ...",
              file=sys.stderr)
        return 1
    try:
        if os.path.exists(options.out) and not options.force:
            raise Refused(f"{options.out} exists (nothing was written); choose another name or say --force")
        if options.format == "delphes":
            writer = delphes.import_files(options.files, options.out)
        else:
            writer = edm4hep.import_file(options.files[0], options.out)
    except Refused as error:
        print(f"mlpf-import: {error}", file=sys.stderr)
        return 1
    if writer.repaired:
        print(f"mlpf-import: {writer.repaired} values were not finite and became 0", file=sys.stderr)
    print(f"{options.out}: {writer.events} events, {writer.rows} elements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
