"""The include table's own test: what it must find in a small tree with planted violations, and what not."""

import pathlib
import tempfile
import unittest

import include_table


class IncludeTable(unittest.TestCase):
    def found(self, path, *lines):
        """The rules that a tree of this one file breaks, as (line, rule)."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text("\n".join(lines) + "\n")
            return [(line, rule) for _, line, rule in include_table.violations(root)]

    def test_what_the_table_allows_is_not_reported(self):
        allowed = [
            ("base/time.cpp", '#include "base/time.hpp"'),
            ("predictor/curve.hpp", '#include "base/result.hpp"'),
            ("search/scheduler/asha.cpp", '#include "predictor/curve.hpp"'),
            ("orchestrator/core/decide.cpp", '#include "search/event.hpp"'),
            ("orchestrator/core/fact.hpp", '#include "worker/protocol/message.hpp"'),
            ("orchestrator/study/study_file.cpp", '#include "orchestrator/core/study.hpp"'),
            ("orchestrator/store/fact_codec.cpp", '#include "orchestrator/study/study_file.hpp"'),
            ("orchestrator/io/local_workers.cpp", '#include "worker/io/agent.hpp"'),
            ("orchestrator/cli/run.cpp", '#include "orchestrator/io/coordinator.hpp"'),
            ("worker/core/agent.cpp", '#include "trainer/contract/report_line.hpp"'),
            ("worker/io/child.cpp", '#include "worker/core/agent.hpp"'),
            ("worker/io/socket.cpp", "#include <zmq.hpp>"),
            ("trainer/mpi/session.cpp", "#include <mpi.h>"),
            ("predictor/svr/fit.cpp", "#include <libsvm/svm.h>"),
            ("orchestrator/io/database.cpp", "#include <sqlite3.h>"),
            ("tests/worker/io/socket_test.cpp", "#include <zmq.hpp>"),
            ("tests/search/space_test.cpp", '#include "orchestrator/core/state.hpp"'),
            ("search/space/space.cpp", "#include <nlohmann/json.hpp>"),
        ]
        for path, line in allowed:
            with self.subTest(path=path, line=line):
                self.assertEqual(self.found(path, line), [])

    def test_what_the_table_forbids_is_reported_with_its_line(self):
        forbidden = [
            ("base/time.cpp", '#include "search/event.hpp"'),
            ("predictor/curve.cpp", '#include "search/event.hpp"'),
            ("search/event.hpp", '#include "orchestrator/core/fact.hpp"'),
            ("search/event.hpp", '#include "worker/protocol/message.hpp"'),
            ("orchestrator/core/decide.cpp", '#include "orchestrator/io/database.hpp"'),
            ("orchestrator/core/decide.cpp", '#include "orchestrator/store/store.hpp"'),
            ("orchestrator/core/decide.cpp", '#include "worker/core/agent.hpp"'),
            ("orchestrator/study/study_file.cpp", '#include "orchestrator/store/store.hpp"'),
            ("orchestrator/store/store.hpp", '#include "orchestrator/io/database.hpp"'),
            ("orchestrator/io/database.cpp", '#include "orchestrator/cli/run.hpp"'),
            ("orchestrator/io/database.cpp", '#include "worker/core/agent.hpp"'),
            ("worker/protocol/message.hpp", '#include "trainer/contract/report_line.hpp"'),
            ("worker/protocol/message.hpp", '#include "worker/core/agent.hpp"'),
            ("worker/core/agent.cpp", '#include "worker/io/socket.hpp"'),
            ("worker/core/agent.cpp", '#include "orchestrator/core/fact.hpp"'),
            ("worker/io/socket.cpp", '#include "trainer/nn/adam.hpp"'),
            ("trainer/contract/run_file.hpp", '#include "trainer/nn/adam.hpp"'),
            ("trainer/main.cpp", '#include "worker/protocol/message.hpp"'),
            ("search/event.hpp", '#include "tests/search/fake.hpp"'),
            ("search/event.hpp", '#include "trial_id.hpp"'),
            ("search/event.hpp", "#include <search/trial_id.hpp>"),
            ("worker/core/agent.cpp", "#include <zmq.hpp>"),
            ("worker/io/socket.hpp", "#include <zmq.hpp>"),
            ("orchestrator/store/store.cpp", "  #  include <sqlite3.h>"),
            ("orchestrator/cli/run.cpp", "#include <boost/process.hpp>"),
            ("trainer/nn/adam.cpp", "#include <mpi.h>"),
            ("tests/search/space_test.cpp", "#include <sqlite3.h>"),
        ]
        for path, line in forbidden:
            with self.subTest(path=path, line=line):
                found = self.found(path, "// a comment", "#pragma once", line)
                self.assertEqual([number for number, _ in found], [3], found)

    def test_a_folder_outside_the_table_is_reported(self):
        self.assertEqual(len(self.found("orchestrator/helpers/thing.cpp", "int x;")), 1)


if __name__ == "__main__":
    unittest.main()
