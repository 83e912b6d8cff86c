#include "orchestrator/cli/command_line.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/verbs.hpp"

int main(int argc, char** argv) {
    using namespace quench::orchestrator::cli;
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(run_command_line(arguments, verbs(), real_world()));
}
