// mlpf-train: Quench's own trial program.
#include "trainer/cli/train/command_line.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/variant.hpp"

#include <csignal>

int main(int argc, char** argv) {
    using namespace quench::trainer;
    hand_over_to_best_variant(argv);
    quench::trial::catch_stop_signals();
    // A limit on file sizes is to be an error of the write, with its message, not death by a signal.
    std::signal(SIGXFSZ, SIG_IGN);
    mpi::Session ranks;
    return cli::run_command_line(argc, argv, ranks);
}
