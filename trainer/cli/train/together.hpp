// What the ranks of a verb do as one: refuse, print, fail.
#pragma once

#include "trainer/mpi/session.hpp"
#include "trainer/training/trouble.hpp"

#include <functional>
#include <stdexcept>
#include <string>

namespace quench::trainer::cli {

/// Bad input of a user, the same on every rank: the text of a line on stderr and exit status 1.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A line on the standard output of rank 0, at once.
void print_line(const mpi::Session& ranks, const std::string& line);

/// Does it on every rank, and tells every rank what was thrown on any. An error is thrown as Refused; a lack
/// of memory is returned, because to some verbs it is an outcome.
training::Trouble do_together(const mpi::Session& ranks, const std::function<void()>& work);

/// The same for verbs to which a lack of memory is an error as well.
void do_all_or_none(const mpi::Session& ranks, const std::function<void()>& work);

}  // namespace quench::trainer::cli
