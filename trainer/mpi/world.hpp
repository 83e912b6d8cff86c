// What Session and Reduction share; included by their .cpp alone.
#pragma once

#include "trainer/mpi/session.hpp"

#include <chrono>

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
    [[noreturn]] void give_up(const char* what) const;
};

}  // namespace quench::trainer::mpi
