#include "trainer/mpi/session.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

namespace quench::trainer::mpi {
namespace {

int run(const std::string& launcher, int size, const std::string& rest = "") {
    const std::string command =
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 "
        "OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader " +
        launcher + " " SESSION_CHECK " " + std::to_string(size) + rest;
    return std::system(command.c_str());
}

TEST(session, ranks_agree_on_sums_and_broadcasts) {
    EXPECT_EQ(run("mpirun -n 2", 2), 0);
    EXPECT_EQ(run("mpirun -n 4", 4), 0);
}

TEST(session, one_process_needs_no_mpi) {
    EXPECT_EQ(run("", 1), 0);
    EXPECT_EQ(run("mpirun -n 1", 1), 0);
}

TEST(session, ranks_do_not_wait_for_ever_for_one_that_hangs) {
    EXPECT_EQ(WEXITSTATUS(run("mpirun -n 2", 2, " hang 2>&1 | grep -q 'waited 1 s for the other ranks'")), 0);
    EXPECT_EQ(WEXITSTATUS(run("mpirun -n 2", 2, " hang 2>/dev/null")), 1);
}

}  // namespace
}  // namespace quench::trainer::mpi
