"""EDM4hep events that Delphes wrote for FCC-ee (winter 2023): ROOT files, or the same decoded to an .npz of flat
arrays "collection_member" with the entries of each event in "collection/len"."""

import os

import numpy as np

from .event_file import CHARGED, ELECTRON, MUON, NEUTRAL, NONE, PHOTON, EventWriter, Refused

# Collection -> members that are used, as podio names them. "#0" is the collection's first list of references.
EDM4HEP = {
    "EFlowTrack": ["trackStates_begin", "chi2", "radiusOfInnermostHit"],
    "EFlowTrack_1": ["D0", "Z0", "phi", "omega", "tanLambda"],
    "EFlowPhoton": ["energy", "position.x", "position.y", "position.z"],
    "EFlowNeutralHadron": ["energy", "position.x", "position.y", "position.z"],
    "ReconstructedParticles": ["energy", "momentum.x", "momentum.y", "momentum.z", "charge", "mass",
                               "tracks_begin", "tracks_end", "clusters_begin", "clusters_end"],
    "ReconstructedParticles#0": ["index", "collectionID"],
    "ReconstructedParticles#1": ["index"],
    "Particle": ["PDG", "charge", "mass", "momentum.x", "momentum.y", "momentum.z"],
    "MCRecoAssociations#0": ["index"],
    "MCRecoAssociations#1": ["index"],
}
FIELD = 2.0  # T, of the IDEA detector


class Edm4hep:
    """Collections of all events as flat arrays, cut into events by the collections' lengths."""

    def __init__(self, path, lengths, members):
        self.path, self.members = path, members
        self.begin = {}
        for name, length in lengths.items():
            if length.ndim != 1 or length.dtype.kind not in "iu" or (length < 0).any():
                raise Refused(f"{path} is inconsistent (the lengths of {name} are no counts)")
            self.begin[name] = np.concatenate([[0], np.cumsum(length, dtype="i8")])
        if len({len(begin) for begin in self.begin.values()}) != 1:
            raise Refused(f"{path} is inconsistent (its collections have different numbers of events)")
        self.events = len(next(iter(self.begin.values()))) - 1
        for (name, member), values in members.items():
            if values.shape != (self.begin[name][-1],) or values.dtype.kind not in "fiu":
                raise Refused(f"{path} is inconsistent ({name}.{member} does not have one number an entry)")

    def event(self, number):
        """get(collection, member) of one event."""

        def get(name, member):
            begin = self.begin[name]
            return self.members[(name, member)][begin[number]:begin[number + 1]]

        return get


def read_npz(path):
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise Refused(f"{path} cannot be read (no such file)") from None
    except Exception as error:  # pylint: disable=broad-except
        raise Refused(f"{path} is no archive of NumPy arrays, or is cut short ({error})") from None

    def array(name):
        if name not in content:
            raise Refused(f"{path} lacks {name} (the collections of FCC winter 2023 are read)")
        return content[name]

    decoded = {name: name.replace("#", "ref") for name in EDM4HEP}
    return Edm4hep(path, {name: array(decoded[name] + "/len") for name in EDM4HEP},
                   {(name, member): array(f"{decoded[name]}_{member.replace('.', '_')}")
                    for name, members in EDM4HEP.items() for member in members})


def read_root(path):
    try:
        import uproot
    except ImportError:
        raise Refused(f"{path} cannot be read (uproot is not installed); install it with pip install uproot, or decode "
                      "the file to .npz elsewhere") from None
    lengths, members = {}, {}
    try:
        with uproot.open(path) as file:
            tree = file["events"]
            for name, wanted in EDM4HEP.items():
                for member in wanted:
                    parts = tree[f"{name}/{name}.{member}"].array(library="np")
                    lengths[name] = np.array([len(part) for part in parts], "i8")
                    members[(name, member)] = np.concatenate([np.asarray(part) for part in parts] or [np.zeros(0)])
    except Exception as error:  # pylint: disable=broad-except
        raise Refused(f"{path} is no EDM4hep file of FCC winter 2023, or is damaged ({error})") from None
    return Edm4hep(path, lengths, members)


def particle_row(kind, charge, px, py, pz, e):
    pt = max(float(np.hypot(px, py)), 1e-9)
    return [kind, charge, pt, np.arcsinh(pz / pt), py / pt, px / pt, e]


def kind_of(pdg, charge):
    known = {22: PHOTON, 11: ELECTRON, 13: MUON}
    if abs(pdg) in (12, 14, 16):
        return NONE
    return known.get(abs(int(pdg)), CHARGED if charge != 0 else NEUTRAL)


def edm4hep_event(get, where):
    """(elements, targets, candidates) in the columns of clic. Elements are the tracks, then the photon clusters,
    then the neutral-hadron clusters. The source has no ndf, dE/dx, time, hits, nor shapes: 0. Its cluster positions
    are 0 too: directions are those of the reconstructed particle. A candidate is the reconstructed particle of its
    track or cluster. A track's target is the first generated particle that its reconstructed particle is associated
    with. A cluster's is the sum of those that have no track, with the class of the most energetic one, a neutral
    one: electrons count as photons, other charged particles as neutral hadrons."""
    tracks, photons, hadrons = (len(get(name, member)) for name, member in [
        ("EFlowTrack", "chi2"), ("EFlowPhoton", "energy"), ("EFlowNeutralHadron", "energy")])
    rows = tracks + photons + hadrons
    elements, targets, candidates = np.zeros((rows, 17)), np.zeros((rows, 7)), np.zeros((rows, 7))
    recos = len(get("ReconstructedParticles", "energy"))

    def index(values, below, what):
        if len(values) and (values.min() < 0 or values.max() >= below):
            raise Refused(f"{where} is inconsistent (its {what} point beyond the end)")
        return values

    state = index(get("EFlowTrack", "trackStates_begin"), len(get("EFlowTrack_1", "D0")), "track states")
    d0, z0, phi, omega, slope = (get("EFlowTrack_1", m)[state] for m in EDM4HEP["EFlowTrack_1"])
    with np.errstate(divide="ignore"):
        pt = np.where(omega == 0, 0, 3e-4 * FIELD / np.abs(omega))
    zero = np.zeros(tracks)
    elements[:tracks] = np.stack([zero + 1, pt, np.arcsinh(slope), np.sin(phi), np.cos(phi), pt * np.sqrt(1 + slope**2),
                                  get("EFlowTrack", "chi2"), zero, zero, zero,
                                  get("EFlowTrack", "radiusOfInnermostHit"), slope, d0, omega, z0, zero, zero], axis=1)

    # Which row each reconstructed particle is made of.
    track_refs = index(get("ReconstructedParticles#1", "index"), tracks, "tracks")
    cluster_refs = get("ReconstructedParticles#0", "index")
    collections = get("ReconstructedParticles#0", "collectionID")
    row_of = np.full(recos, -1)
    value = {m: get("ReconstructedParticles", m) for m in EDM4HEP["ReconstructedParticles"]}
    index(value["tracks_end"], len(track_refs) + 1, "track references")
    index(value["clusters_end"], len(cluster_refs) + 1, "cluster references")
    index(value["tracks_begin"], len(track_refs) + 1, "track references")
    index(value["clusters_begin"], len(cluster_refs) + 1, "cluster references")
    # Photons and neutral hadrons differ by the collection that is referred to; photons come first.
    photon_collection = collections[0] if len(collections) and photons else None
    for reco in range(recos):
        vector = [value[m][reco] for m in ("momentum.x", "momentum.y", "momentum.z", "energy")]
        if value["tracks_begin"][reco] < value["tracks_end"][reco]:
            row = track_refs[value["tracks_begin"][reco]]
            mass = value["mass"][reco]
            kind = ELECTRON if abs(mass - 5.11e-4) < 1e-4 else MUON if abs(mass - 0.10566) < 1e-3 else CHARGED
        elif value["clusters_begin"][reco] < value["clusters_end"][reco]:
            ref = value["clusters_begin"][reco]
            photon = collections[ref] == photon_collection
            index(cluster_refs[ref:ref + 1], photons if photon else hadrons, "clusters")
            row = tracks + cluster_refs[ref] + (0 if photon else photons)
            kind = PHOTON if photon else NEUTRAL
        else:
            continue
        row_of[reco] = row
        candidates[row] = particle_row(kind, np.sign(value["charge"][reco]), *vector)

    for first, count, name, column in [(tracks, photons, "EFlowPhoton", 10),
                                       (tracks + photons, hadrons, "EFlowNeutralHadron", 11)]:
        part, made = elements[first:first + count], candidates[first:first + count]
        e = get(name, "energy")
        part[:, 0], part[:, 5], part[:, column] = 2, e, e
        part[:, 1], part[:, 2:5] = e / np.cosh(made[:, 3]), made[:, 3:6]
        for axis, column in zip("xyz", (6, 7, 8)):
            part[:, column] = get(name, "position." + axis)

    # Truth.
    pdg = get("Particle", "PDG")
    reco_of = index(get("MCRecoAssociations#0", "index"), recos, "associations")
    truth_of = index(get("MCRecoAssociations#1", "index"), len(pdg), "associations")
    if len(reco_of) != len(truth_of):
        raise Refused(f"{where} is inconsistent (its associations are incomplete)")
    charge, mass, px, py, pz = (get("Particle", m).astype("f8") for m in EDM4HEP["Particle"][1:])
    energy = np.sqrt(px**2 + py**2 + pz**2 + mass**2)
    with_track, merged = set(), {}
    for reco, truth in zip(reco_of, truth_of):
        row = row_of[reco]
        if 0 <= row < tracks and targets[row, 0] == 0 and truth not in with_track:
            kind = kind_of(pdg[truth], charge[truth])
            if kind != NONE:
                targets[row] = particle_row(kind, np.sign(charge[truth]), px[truth], py[truth], pz[truth],
                                            energy[truth])
                with_track.add(truth)
        elif row >= tracks:
            merged.setdefault(row, []).append(truth)
    for row, truths in merged.items():
        truths = [t for t in dict.fromkeys(truths) if t not in with_track and kind_of(pdg[t], charge[t]) != NONE]
        if truths:
            leader = max(truths, key=lambda t: energy[t])
            kind = kind_of(pdg[leader], charge[leader])
            kind = PHOTON if kind in (PHOTON, ELECTRON) else NEUTRAL
            targets[row] = particle_row(kind, 0, *(float(v[truths].sum()) for v in (px, py, pz, energy)))
    return elements, targets, candidates


def import_file(path, out):
    content = read_root(path) if path.endswith(".root") else read_npz(path)
    with EventWriter(out, "clic", "mlpf-import edm4hep, " + os.path.basename(path)[:1000]) as writer:
        for number in range(content.events):
            writer.add(*edm4hep_event(content.event(number), f"{path}: event {number}"))
        return writer
