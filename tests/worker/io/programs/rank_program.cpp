// A trial of several ranks: `rank_program STEPS [stubborn] [slow] [fork]`.
//   stubborn: ignores SIGTERM and never ends      slow: takes 2 s to checkpoint on SIGTERM
//   fork: rank 0 starts a child in a session of its own that ignores SIGTERM
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include <mpi.h>
#include <unistd.h>

namespace {
volatile std::sig_atomic_t asked_to_end = 0;
}

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int steps = argc > 1 ? std::atoi(argv[1]) : 1;
    const std::set<std::string> ways(argv + 2, argv + argc);
    std::signal(
        SIGTERM, ways.contains("stubborn") ? SIG_IGN : [](int) { asked_to_end = 1; });
    if (rank == 0 && ways.contains("fork") && ::fork() == 0) {
        ::setsid();
        std::signal(SIGTERM, SIG_IGN);
        for (;;) ::pause();
    }
    for (int step = 1; step <= steps; ++step) {
        double sum = 0;
        const double mine = ::getpid();
        MPI_Allreduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        if (rank == 0) {
            std::printf("quench: {\"step\": %d, \"pid\": %d, \"other\": %.0f}\n", step, ::getpid(),
                        sum - ::getpid());
            std::fflush(stdout);
        }
    }
    while (ways.contains("stubborn")) ::pause();
    while (ways.contains("slow")) {
        ::usleep(20'000);
        if (asked_to_end == 0) continue;
        ::sleep(2);
        std::fprintf(stderr, "rank %d has checkpointed\n", rank);
        break;
    }
    MPI_Finalize();
    return 0;
}
