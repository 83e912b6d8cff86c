"""One coordinator a database, no database of a newer version, no study twice."""

import hashlib
import os
import re
import shutil
import sqlite3
import time
import unittest

import quench_e2e as e2e


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class Locks(unittest.TestCase):
    def test_a_second_coordinator_is_refused_and_told_who_holds_the_database(self):
        with e2e.Sandbox() as box:
            db = box.dir / "held.db"
            first = box.start("run", box.write("first.yaml", e2e.epochs_study("first", trials=50)), "--db", db,
                              "--workers", 1, "--slots", 1)
            e2e.wait_until(lambda: e2e.facts(db, "reported"), 30, first.said)
            second = box.write("second.yaml", e2e.epochs_study("second"))
            for args in (["run", second], ["resume", "first"], ["serve", second]):
                with self.subTest(args[0]):
                    begin = time.monotonic()
                    refused = box.run(*args, "--db", db, timeout=30)
                    self.assertEqual(refused.status, 5, refused.stderr)
                    self.assertLess(time.monotonic() - begin, 15)
                    self.assertIn(str(first.pid), refused.stderr)
                    self.assertIn(os.uname().nodename, refused.stderr)
                    self.assertRegex(refused.stderr, r"\d+(\.\d+)? ?(s|ms|second|min)", "the age of the lock")
            before = len(e2e.facts(db, "reported"))
            e2e.wait_until(lambda: len(e2e.facts(db, "reported")) > before, 30, "the first coordinator goes on")
            self.assertEqual({fact.body["text"].split("\n")[0] for fact in e2e.facts(db, "study_created")}, {'study: "first"'})

    def test_the_lock_of_a_killed_coordinator_is_taken_over_at_once(self):
        with e2e.Sandbox() as box:
            db = box.dir / "stale.db"
            first = box.start("run", box.write("s.yaml", e2e.epochs_study("stale", trials=3)), "--db", db,
                              "--workers", 1, "--slots", 1)
            e2e.wait_until(lambda: e2e.facts(db, "reported"), 30, first.said)
            e2e.kill(first.pid)
            first.wait(10)
            box.wait_gone()
            resumed = box.run("resume", "--db", db, "--workers", 1, timeout=90)
            self.assertEqual(resumed.status, 0, resumed.stderr)
            self.assertEqual(e2e.facts(db, "study_ended")[-1].body["how"], "completed")

    def test_a_newer_database_is_refused_and_not_touched(self):
        with e2e.Sandbox() as box:
            db = box.dir / "old.db"
            file = box.write("s.yaml", e2e.epochs_study("versions", trials=1, work_ms=1))
            self.assertEqual(box.run("run", file, "--db", db, "--workers", 1).status, 0)
            box.wait_gone()
            newer = box.dir / "newer.db"
            shutil.copy(db, newer)
            connection = sqlite3.connect(newer)
            connection.execute("PRAGMA user_version = 9999")
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            whole = digest(newer)
            for args in (["run", file], ["serve", file], ["resume", "versions"], ["cancel", "versions"], ["best"], ["trials"],
                         ["status"], ["studies"], ["show", 0], ["verify"]):
                with self.subTest(args[0]):
                    refused = box.run(*args, "--db", newer)
                    self.assertEqual(refused.status, 5, refused.stderr)
                    self.assertIn("9999", refused.stderr)
                    self.assertEqual(refused.stdout, "")
                    self.assertEqual(digest(newer), whole)
            self.assertEqual(box.processes(), [])

    def test_a_file_that_is_no_database_is_refused_and_not_touched(self):
        with e2e.Sandbox() as box:
            file = box.write("s.yaml", e2e.epochs_study("s", trials=1))
            db = box.write("notes.db", "these are my notes, please do not lose them\n" * 100)
            whole = digest(db)
            for args in (["run", file], ["best"], ["resume"]):
                refused = box.run(*args, "--db", db)
                self.assertEqual(refused.status, 5, refused.stderr)
                self.assertIn("notes.db", refused.stderr)
                self.assertEqual(digest(db), whole)

    def test_a_study_that_exists_is_not_started_again(self):
        with e2e.Sandbox() as box:
            db = box.dir / "twice.db"
            file = box.write("s.yaml", e2e.epochs_study("twice", trials=1, work_ms=1))
            self.assertEqual(box.run("run", file, "--db", db, "--workers", 1).status, 0)
            before = e2e.facts(db)
            again = box.run("run", file, "--db", db, "--workers", 1)
            self.assertEqual(again.status, 4, again.stderr)
            self.assertIn("twice", again.stderr)
            self.assertTrue(re.search(r"resume|another name|--db", again.stderr), again.stderr)
            self.assertEqual(e2e.facts(db), before)

    def test_what_does_not_exist_is_not_found_and_not_created(self):
        with e2e.Sandbox() as box:
            db = box.dir / "none.db"
            for args in (["best"], ["trials"], ["status"], ["resume"], ["pause"], ["cancel"], ["verify"], ["show", 0]):
                with self.subTest(args[0]):
                    missing = box.run(*args, "--db", db)
                    self.assertEqual(missing.status, 3, missing.stderr)
                    self.assertIn("none.db", missing.stderr)
                    self.assertFalse(db.exists())


if __name__ == "__main__":
    e2e.main()
