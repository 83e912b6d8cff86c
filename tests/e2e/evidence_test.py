"""The judges' own test: each kind of damage that the end-to-end tests look for is found in a small example."""

import unittest

import evidence
from quench_e2e import Fact


def start(attempt, epoch):
    return {"attempt": attempt, "started_from": epoch}


def epoch(attempt, number):
    return [{"attempt": attempt, "trained": number}, {"attempt": attempt, "saved": number}]


class Audit(unittest.TestCase):
    def assert_found(self, lines, words):
        found = evidence.audit_problems(lines)
        self.assertTrue(any(words in problem for problem in found), found)

    def test_a_trial_that_resumes_at_its_checkpoint_is_in_order(self):
        lines = [start(1, 0), *epoch(1, 1), *epoch(1, 2), start(2, 2), *epoch(2, 3)]
        self.assertEqual(evidence.audit_problems(lines), [])

    def test_an_epoch_that_was_cut_off_before_its_checkpoint_may_be_trained_again(self):
        lines = [start(1, 0), *epoch(1, 1), {"attempt": 1, "trained": 2}, start(2, 1), *epoch(2, 2)]
        self.assertEqual(evidence.audit_problems(lines), [])

    def test_a_checkpoint_whose_note_was_cut_off_counts(self):
        lines = [start(1, 0), {"attempt": 1, "trained": 1}, start(2, 1), *epoch(2, 2)]
        self.assertEqual(evidence.audit_problems(lines), [])

    def test_a_number_that_never_ran_is_no_problem(self):
        self.assertEqual(evidence.audit_problems([start(1, 0), *epoch(1, 1), start(4, 1), *epoch(4, 2)]), [])

    def test_damage_is_found(self):
        self.assert_found([start(1, 0), *epoch(1, 1), *epoch(1, 2), start(2, 1), *epoch(2, 2)], "was saved")
        self.assert_found([start(1, 0), *epoch(1, 1), start(2, 0)], "was saved")
        self.assert_found([start(1, 0), *epoch(1, 1), start(2, 5)], "only 1 were trained")
        self.assert_found([start(1, 0), *epoch(1, 1), start(2, 1), *epoch(1, 2)], "is alive after attempt 2")
        self.assert_found([start(1, 0), *epoch(1, 1), start(1, 1)], "started twice")
        self.assert_found([start(1, 0), *epoch(1, 2)], "epoch 2 follows epoch 0")
        self.assert_found([start(1, 0), {"attempt": 1, "overlap": 1}], "beside another copy")
        self.assert_found([*epoch(1, 1)], "without having started")


class Journal(unittest.TestCase):
    facts = [Fact(1, "trial_proposed", {"trial": 0}, '{"trial":0}'),
             Fact(2, "reported", {"trial": 0, "step": 1, "metrics": {"loss": 0.5}}, '{"loss":0.5}'),
             Fact(3, "verdict_given", {"trial": 0, "step": 1}, '{"trial":0,"step":1}')]

    def test_a_journal_that_only_grew_lost_nothing(self):
        self.assertEqual(evidence.lost_facts(self.facts[:2], self.facts), [])

    def test_a_lost_and_a_changed_fact_are_found(self):
        self.assertEqual(len(evidence.lost_facts(self.facts, self.facts[:1])), 2)
        changed = [*self.facts[:1], Fact(2, "reported", {}, '{"loss":0.6}'), self.facts[2]]
        self.assertEqual(len(evidence.lost_facts(self.facts, changed)), 1)

    def test_decisions_are_compared_in_order_and_to_the_end(self):
        undisturbed = evidence.decisions(self.facts)
        self.assertEqual(len(undisturbed), 2)
        self.assertIsNone(evidence.difference(undisturbed, undisturbed))
        self.assertIn("decision 0", evidence.difference(undisturbed, undisturbed[::-1]))
        self.assertIn("2 decisions undisturbed, 1 disturbed", evidence.difference(undisturbed, undisturbed[:1]))

    def test_a_step_reported_twice_is_found(self):
        self.assertEqual(evidence.curves(self.facts), {(0, 1): {"loss": 0.5}})
        with self.assertRaises(AssertionError):
            evidence.curves([self.facts[1], self.facts[1]])


if __name__ == "__main__":
    unittest.main()
