#include "trainer/mpi/session.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <mpi.h>

namespace quench::trainer::mpi {
namespace {

bool launched_with_others() {
    // Open MPI says the size; PMIx and PMI (srun) only that they are there.
    if (const char* size = std::getenv("OMPI_COMM_WORLD_SIZE")) return std::string_view(size) != "1";
    if (const char* size = std::getenv("PMI_SIZE")) return std::string_view(size) != "1";
    return std::getenv("PMIX_RANK") != nullptr || std::getenv("PMI_RANK") != nullptr;
}

template <class T>
MPI_Datatype type();
template <>
MPI_Datatype type<float>() {
    return MPI_FLOAT;
}
template <>
MPI_Datatype type<double>() {
    return MPI_DOUBLE;
}

}  // namespace

struct Session::World {
    int rank = 0;
    int size = 1;

    // Each rank sums one part of the buffer and all gather the parts. The traffic is that of a ring
    // reduction, and the order of addition is ours: MPI_Allreduce may choose it by message size, network and
    // load.
    template <class T>
    void sum(std::span<T> data) const {
        const std::size_t part = (data.size() + size - 1) / size;
        QUENCH_CHECK(part <= INT32_MAX, "a part exceeds what MPI counts");
        const int count = static_cast<int>(part);
        std::vector<T> padded(data.begin(), data.end());
        padded.resize(part * size, T(0));
        std::vector<T> parts(part * size);
        MPI_Alltoall(padded.data(), count, type<T>(), parts.data(), count, type<T>(), MPI_COMM_WORLD);
        std::vector<T> mine(part);
        for (std::size_t i = 0; i < part; ++i) {
            double total = 0;
            for (int r = 0; r < size; ++r) total += static_cast<double>(parts[r * part + i]);
            mine[i] = static_cast<T>(total);
        }
        MPI_Allgather(mine.data(), count, type<T>(), padded.data(), count, type<T>(), MPI_COMM_WORLD);
        std::copy_n(padded.begin(), data.size(), data.begin());
    }
};

Session::Session() {
    if (!launched_with_others()) return;
    // Waiting ranks give their core away: there may be more ranks than cores, and what else runs on the
    // machine are other trials. Set by a user, it stays.
    ::setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    world_ = std::make_unique<World>();
    MPI_Comm_rank(MPI_COMM_WORLD, &world_->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &world_->size);
}

Session::~Session() {
    if (world_) MPI_Finalize();
}

int Session::rank() const {
    return world_ ? world_->rank : 0;
}

int Session::size() const {
    return world_ ? world_->size : 1;
}

void Session::sum(std::span<float> data) const {
    if (world_) world_->sum(data);
}

void Session::sum(std::span<double> data) const {
    if (world_) world_->sum(data);
}

void Session::broadcast(std::string& bytes) const {
    if (!world_) return;
    auto size = static_cast<std::uint64_t>(bytes.size());
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    bytes.resize(size);
    constexpr std::uint64_t at_once = 1U << 30;  // MPI counts in int
    for (std::uint64_t done = 0; done < size; done += at_once)
        MPI_Bcast(bytes.data() + done, static_cast<int>(std::min(at_once, size - done)), MPI_BYTE, 0,
                  MPI_COMM_WORLD);
}

bool Session::any(bool here) const {
    double count = here ? 1 : 0;
    sum(std::span<double>(&count, 1));
    return count > 0;
}

void Session::abort(int exit_code) const {
    if (world_) MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::exit(exit_code);
}

}  // namespace quench::trainer::mpi
