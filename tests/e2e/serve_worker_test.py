"""A coordinator and workers of their own: reconnection, and who is not let in."""

import json
import os
import socket
import unittest

import evidence
import quench_e2e as e2e

STUDY = "served"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def text(trials=6, epochs=40):
    return e2e.epochs_study(STUDY, seed=5, trials=trials, work_ms=40, retries=0, grace="2s",
                            scheduler={"scheduler": "none", "unit": "epoch", "max": epochs})


class Service:
    """`quench serve` on a port that a resume can have again."""

    def __init__(self, box, study_text, name="served"):
        self.box, self.db = box, box.dir / (name + ".db")
        self.access = box.dir / (name + ".db.access")
        self.bind = "tcp://127.0.0.1:%d" % free_port()
        self.coordinator = box.start("serve", box.write(name + ".yaml", study_text), "--db", self.db, "--bind", self.bind)
        e2e.wait_until(lambda: self.access.exists() or self.coordinator.ended(), 20, self.coordinator.said)

    def worker(self, name, access=None, slots=1):
        return self.box.start("worker", "--access", access or self.access, "--slots", slots, "--name", name)

    def resume(self):
        self.coordinator = self.box.start("resume", "--serve", "--db", self.db, "--bind", self.bind)

    def facts(self, *kinds):
        return e2e.facts(self.db, *kinds)


class ServeAndWorkers(unittest.TestCase):
    def test_workers_outlive_a_killed_coordinator_and_no_attempt_is_lost(self):
        with e2e.Sandbox() as box:
            service = Service(box, text())
            workers = [service.worker("one"), service.worker("two")]
            e2e.wait_until(lambda: {fact.body["trial"] for fact in service.facts("reported")} >= {0, 1}, 60,
                           service.coordinator.said)
            ranks = {proc.pid for proc in box.processes("trial")}
            self.assertEqual(len(ranks), 2)
            e2e.kill(service.coordinator.pid)
            service.coordinator.wait(10)
            before = service.facts()
            self.assertTrue(ranks <= {proc.pid for proc in box.processes("trial")}, "the trials run on without a coordinator")
            self.assertFalse(any(worker.ended() for worker in workers))
            service.resume()
            self.assertEqual(service.coordinator.wait(180), 0, service.coordinator.said())
            for worker in workers:
                self.assertEqual(worker.wait(30), 0, worker.said())
            box.wait_gone()
            after = service.facts()
            self.assertEqual(evidence.lost_facts(before, after), [])
            # One attempt a trial: what ran when the coordinator died was neither lost nor started again.
            self.assertEqual(sorted(fact.body["trial"] for fact in service.facts("attempt_started")), list(range(6)))
            self.assertEqual({fact.body["outcome"] for fact in service.facts("attempt_ended")}, {"reached"})
            self.assertEqual(len(evidence.curves(after)), 6 * 40, "every report of the time between arrived")
            verify = box.run("verify", STUDY, "--db", service.db)
            self.assertEqual(verify.status, 0, verify.stderr)

    def test_a_worker_that_is_killed_costs_its_trial_nothing(self):
        with e2e.Sandbox() as box:
            service = Service(box, text(trials=3, epochs=25))
            first = service.worker("first")
            e2e.wait_until(lambda: len(service.facts("reported")) >= 3, 60, service.coordinator.said)
            e2e.kill(first.pid)
            first.wait(10)
            e2e.wait_until(lambda: not box.processes("trial"), e2e.GONE_S, "ranks of a killed worker")
            second = service.worker("second")
            self.assertEqual(service.coordinator.wait(180), 0, service.coordinator.said())
            second.wait(30)
            box.wait_gone()
            self.assertEqual([fact.body["outcome"] for fact in service.facts("attempt_ended")].count("lost"), 1)
            self.assertEqual({fact.body["how"] for fact in service.facts("trial_ended")}, {"completed"})
            for audit in e2e.trials_dir(service.db, STUDY).glob("*/audit.jsonl"):
                self.assertEqual(evidence.audit_problems(evidence.read_audit(audit)), [], audit)

    def test_a_worker_with_other_keys_gets_no_answer_and_is_logged(self):
        with e2e.Sandbox() as box:
            service, other = Service(box, text(trials=1, epochs=1)), Service(box, text(trials=1), "other")
            ours, theirs = json.loads(service.access.read_text()), json.loads(other.access.read_text())
            self.assertEqual(service.access.stat().st_mode & 0o777, 0o600)
            self.assertNotEqual(ours["client_public"], theirs["client_public"])
            # It knows where the coordinator is and who it is, but has the keys of another study.
            forged = {**ours, "client_public": theirs["client_public"], "client_secret": theirs["client_secret"]}
            access = box.write("forged.access", json.dumps(forged))
            access.chmod(0o600)
            known = len(service.coordinator.stderr())
            intruder = service.worker("intruder", access)
            e2e.wait_until(lambda: len(service.coordinator.stderr()) > known, 30, "the coordinator logs the refusal")
            self.assertRegex(service.coordinator.stderr()[known:].lower(), r"key|refus|reject|auth|denied|handshake")
            self.assertEqual(service.facts("worker_joined"), [])
            self.assertEqual(service.facts("attempt_started"), [])
            # And one that has the right keys is let in beside it.
            honest = service.worker("honest")
            self.assertEqual(service.coordinator.wait(60), 0, service.coordinator.said())
            self.assertEqual([fact.body["worker"] for fact in service.facts("worker_joined")], ["honest"])
            honest.wait(30)
            e2e.kill(intruder.pid)

    def test_an_access_file_that_others_can_read_is_refused(self):
        with e2e.Sandbox() as box:
            service = Service(box, text(trials=1, epochs=1))
            for mode in (0o644, 0o640, 0o602):
                with self.subTest(mode=oct(mode)):
                    os.chmod(service.access, mode)
                    refused = box.run("worker", "--access", service.access, "--slots", 1, "--name", "w", timeout=30)
                    self.assertNotEqual(refused.status, 0)
                    self.assertIn(str(service.access), refused.stderr)
                    self.assertRegex(refused.stderr, "600|chmod|others")
            missing = box.run("worker", "--access", box.dir / "none.access", timeout=30)
            self.assertNotEqual(missing.status, 0)
            self.assertIn("none.access", missing.stderr)
            self.assertEqual(service.facts("worker_joined"), [])

    def test_bytes_of_a_stranger_do_not_disturb_the_coordinator(self):
        with e2e.Sandbox() as box:
            service = Service(box, text(trials=1, epochs=2))
            host, port = service.bind.rpartition("/")[2].split(":")
            for greeting in (b"GET / HTTP/1.1\r\n\r\n", os.urandom(4096), b"\xff" + b"\0" * 8 + b"\x7f\x03\x00NULL" + b"\0" * 64):
                with socket.create_connection((host, int(port)), timeout=5) as stranger:
                    stranger.sendall(greeting)
            worker = service.worker("w")
            self.assertEqual(service.coordinator.wait(60), 0, service.coordinator.said())
            self.assertEqual(worker.wait(30), 0, worker.said())


if __name__ == "__main__":
    e2e.main()
