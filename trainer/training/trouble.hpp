// What goes wrong on one rank, made known to all, so that all end alike and none waits for another.
#pragma once

#include "trainer/mpi/session.hpp"

#include <functional>
#include <string>

namespace quench::trainer::training {

struct Trouble {
    enum class Kind { none, out_of_memory, error } kind = Kind::none;
    std::string why;  ///< for users; empty for none
};

/// Does it, and tells what it threw: std::bad_alloc is out_of_memory, any other exception an error.
Trouble trouble_of(const std::function<void()>& work);

/// The same on every rank: an error if there is one on any, else out_of_memory if that is on any, in the
/// words of the lowest rank that has it. Every rank calls this at the same time.
Trouble agreed(const mpi::Session& ranks, const Trouble& here);

}  // namespace quench::trainer::training
