"""What a study that was disturbed must still show. Pure: lists in, sentences about what is wrong out."""

import json
import pathlib

# What sampler and scheduler decided, and what came of it: the same whatever was killed in between.
DECISIONS = ("trial_proposed", "verdict_given", "trial_ended", "proposals_ended", "study_ended")


def read_audit(path):
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def audit_problems(lines):
    """Of one trial's audit (programs/epochs.py): attempts follow each other, each goes on from the last checkpoint.

    An epoch whose training or whose checkpoint was cut off by a kill may be trained again; one whose checkpoint
    is known to be saved may not.
    """
    problems = []
    attempt = trained = saved = 0
    current = None  # the epoch that the attempt has reached; None before its first line
    for number, line in enumerate(lines, start=1):
        if "overlap" in line:
            problems.append("line %d: rank %s of attempt %s ran beside another copy of itself"
                            % (number, line["overlap"], line["attempt"]))
            continue
        if line["attempt"] < attempt:
            problems.append("line %d: attempt %d is alive after attempt %d began" % (number, line["attempt"], attempt))
            continue
        if "started_from" in line:
            if line["attempt"] == attempt:
                problems.append("line %d: attempt %d was started twice" % (number, attempt))
            attempt, current = line["attempt"], line["started_from"]
            if current < saved:
                problems.append("line %d: attempt %d starts from epoch %d although the checkpoint of %d was saved"
                                % (number, attempt, current, saved))
            elif current > trained:
                problems.append("line %d: attempt %d starts from epoch %d, but only %d were trained"
                                % (number, attempt, current, trained))
            saved = max(saved, current)
        elif line["attempt"] != attempt or current is None:
            problems.append("line %d: attempt %d trains without having started" % (number, line["attempt"]))
        elif "trained" in line:
            if line["trained"] != current + 1:
                problems.append("line %d: epoch %d follows epoch %d" % (number, line["trained"], current))
            current = line["trained"]
            trained = max(trained, current)
        elif "saved" in line:
            if line["saved"] != current:
                problems.append("line %d: the checkpoint of epoch %d follows epoch %d" % (number, line["saved"], current))
            saved = max(saved, line["saved"])
    return problems


def lost_facts(before, after):
    """Facts that were in the journal and are not there any more, or are not what they were."""
    problems = []
    now = {fact.seq: fact for fact in after}
    for fact in before:
        same = now.get(fact.seq)
        if same is None:
            problems.append("fact %d (%s) is gone: %s" % (fact.seq, fact.kind, fact.text))
        elif (same.kind, same.text) != (fact.kind, fact.text):
            problems.append("fact %d was %s %s and is %s %s" % (fact.seq, fact.kind, fact.text, same.kind, same.text))
    return problems


def decisions(facts):
    """The decisions of a journal, in order."""
    return [(fact.kind, fact.body) for fact in facts if fact.kind in DECISIONS]


def difference(expected, found):
    """None when two lists of decisions are equal, or the first place where they part."""
    for index, (left, right) in enumerate(zip(expected, found)):
        if left != right:
            return "decision %d: undisturbed %s, disturbed %s" % (index, json.dumps(left), json.dumps(right))
    if len(expected) != len(found):
        rest = expected[len(found):] or found[len(expected):]
        return "%d decisions undisturbed, %d disturbed; the first more is %s" % (len(expected), len(found),
                                                                                 json.dumps(rest[0]))
    return None


def curves(facts):
    """(trial, step) -> metrics of every report; raises on a step that was reported twice."""
    found = {}
    for fact in facts:
        if fact.kind == "reported":
            key = fact.body["trial"], fact.body["step"]
            if key in found:
                raise AssertionError("trial %d reported step %d twice" % key)
            found[key] = fact.body["metrics"]
    return found
