// All verbs, one line each.
#pragma once

#include "trainer/cli/train/verb.hpp"

#include <span>

namespace quench::trainer::cli {

/// Without a verb, mlpf-train trains: that is what studies start.
Action declare_train(CLI::App& app);

Action declare_benchmark(CLI::App& app);
Action declare_evaluate(CLI::App& app);
Action declare_predict(CLI::App& app);

std::span<const Verb> verbs();

}  // namespace quench::trainer::cli
