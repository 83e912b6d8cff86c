#include "orchestrator/cli/command_line.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "worker/io/shepherd.hpp"

#include <string_view>

int main(int argc, char** argv) {
    using namespace quench::orchestrator::cli;
    // Not a verb for users: each attempt runs under a process of this program that ends what the trial leaves
    // behind.
    if (argc > 1 && std::string_view(argv[1]) == "shepherd")
        return quench::worker::io::shepherd_main(argc, argv);
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(run_command_line(arguments, verbs(), real_world()));
}
