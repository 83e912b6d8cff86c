// A worker without the rest of Quench: `worker_program worker ACCESS SLOTS [PARENT]`, and the verb
// `shepherd`.
#include "worker/io/shepherd.hpp"
#include "worker/io/worker_main.hpp"

#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
    using namespace quench::worker::io;
    if (argc > 1 && std::string_view(argv[1]) == "shepherd") return shepherd_main(argc, argv);
    if (argc < 4) return 2;
    WorkerOptions options;
    options.access = argv[2];
    options.slots = std::atoi(argv[3]);
    if (argc > 4) options.parent = std::atoi(argv[4]);
    options.name = "test-worker";
    options.log_level = "warn";
    options.channel.linger_ms = 200;
    return run_worker(options);
}
