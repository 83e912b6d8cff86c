#include "trainer/cli/train/together.hpp"

#include <cstdio>

namespace quench::trainer::cli {

using training::Trouble;

void print_line(const mpi::Session& ranks, const std::string& line) {
    if (!ranks.is_root()) return;
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);  // a report that waits in a buffer cannot stop a hopeless trial
}

Trouble do_together(const mpi::Session& ranks, const std::function<void()>& work) {
    Trouble trouble = training::agreed(ranks, training::trouble_of(work));
    if (trouble.kind == Trouble::Kind::error) throw Refused(trouble.why);
    return trouble;
}

void do_all_or_none(const mpi::Session& ranks, const std::function<void()>& work) {
    if (do_together(ranks, work).kind == Trouble::Kind::out_of_memory)
        throw Refused("out of memory (on some rank) use fewer ranks a machine, or smaller events");
}

}  // namespace quench::trainer::cli
