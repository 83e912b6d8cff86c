#include "tests/orchestrator/core/test_options.hpp"

#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {

TestOptions& test_options() {
    static TestOptions options;
    return options;
}

std::string replay_command(std::uint64_t seed) {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("run: {} --gtest_filter={}.{} --seed={}", test_options().program,
                       info->test_suite_name(), info->name(), seed);
}

}  // namespace quench::orchestrator::core

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    auto& options = quench::orchestrator::core::test_options();
    options.program = argv[0];
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--rewrite") options.rewrite = true;
        if (argument.starts_with("--seed=")) options.seed = std::stoull(argv[i] + 7);
        if (argument.starts_with("--seeds=")) options.seeds = std::stoull(argv[i] + 8);
    }
    return RUN_ALL_TESTS();
}
