// What Session and Reduction share of MPI; included by their .cpp alone, so that mpi.h stays in this folder.
#pragma once

#include "trainer/mpi/session.hpp"

#include <chrono>

#include <mpi.h>

namespace quench::trainer::mpi {

struct Session::World {
    int rank = 0;
    int size = 1;
    std::chrono::duration<double> patience{0};

    /// Returns when `done` does; ends all ranks when that takes longer than the patience. `done` tests
    /// requests, which is what moves MPI on.
    template <class Done>
    void wait_until(Done done, const char* what) const {
        if (done()) return;
        const auto begin = std::chrono::steady_clock::now();
        while (!done())
            if (patience.count() > 0 && std::chrono::steady_clock::now() - begin > patience) give_up(what);
    }
    void wait(MPI_Request request, const char* what) const {
        wait_until(
            [&] {
                int done = 0;
                MPI_Test(&request, &done, MPI_STATUS_IGNORE);
                return done != 0;
            },
            what);
    }
    [[noreturn]] void give_up(const char* what) const;
};

}  // namespace quench::trainer::mpi
