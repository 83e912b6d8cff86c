#include "trainer/mpi/session.hpp"

#include "base/contract.hpp"
#include "trainer/mpi/pairwise.hpp"
#include "trainer/mpi/world.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <mpi.h>

namespace quench::trainer::mpi {
namespace {

// Whether an operation has ended; asking moves it on.
auto has_ended(MPI_Request& request) {
    return [&request] {
        int ended = 0;
        MPI_Test(&request, &ended, MPI_STATUS_IGNORE);
        return ended != 0;
    };
}

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

// Each rank sums one part of the buffer and all gather the parts. The traffic is that of a ring reduction,
// and the order of addition is ours: MPI_Allreduce may choose it by message size, network and load.
template <class T, class World>
void sum_over(const World& world, std::span<T> data) {
    const auto size = static_cast<std::size_t>(world.size);
    const std::size_t part = (data.size() + size - 1) / size;
    QUENCH_CHECK(part <= INT32_MAX, "a part exceeds what MPI counts");
    const int count = static_cast<int>(part);
    std::vector<T> padded(data.begin(), data.end());
    padded.resize(part * size, T(0));
    std::vector<T> parts(part * size);
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ialltoall(padded.data(), count, type<T>(), parts.data(), count, type<T>(), MPI_COMM_WORLD, &request);
    world.wait_until(has_ended(request), "their part of a sum");
    sum_pairwise(std::span<T>(parts), size);
    MPI_Iallgather(parts.data(), count, type<T>(), padded.data(), count, type<T>(), MPI_COMM_WORLD, &request);
    world.wait_until(has_ended(request), "a sum");
    std::copy_n(padded.begin(), data.size(), data.begin());
}

constexpr std::size_t at_once = std::size_t{1} << 30;  // bytes: MPI counts in int

template <class World>
void broadcast_bytes(const World& world, void* data, std::size_t size, int from) {
    for (std::size_t done = 0; done < size; done += at_once) {
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Ibcast(static_cast<char*>(data) + done, static_cast<int>(std::min(at_once, size - done)),
                   MPI_BYTE, from, MPI_COMM_WORLD, &request);
        world.wait_until(has_ended(request), "a message");
    }
}

// `move` is MPI_Isend or MPI_Irecv of some bytes from here on.
template <class World, class Move>
void in_parts(const World& world, std::size_t size, const char* what, Move move) {
    for (std::size_t done = 0; done < size; done += at_once) {
        MPI_Request request = MPI_REQUEST_NULL;
        move(done, static_cast<int>(std::min(at_once, size - done)), request);
        world.wait_until(has_ended(request), what);
    }
}

}  // namespace

void Session::World::give_up(const char* what) const {
    std::fprintf(
        stderr,
        "mlpf-train, rank %d: waited %g s for the other ranks and %s (a rank hangs, or the network is "
        "down); all ranks end. A longer --rank-timeout waits longer\n",
        rank, patience.count(), what);
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, 1);
    std::_Exit(1);
}

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
    if (!world_) return;
    // MPI_Finalize would wait for ever.
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    world_->wait_until(has_ended(request), "their end");
    MPI_Finalize();
}

void Session::set_patience(std::chrono::duration<double> patience) {
    if (world_) world_->patience = patience;
}

int Session::rank() const {
    return world_ ? world_->rank : 0;
}

int Session::size() const {
    return world_ ? world_->size : 1;
}

void Session::sum(std::span<float> data) const {
    if (world_) sum_over(*world_, data);
}

void Session::sum(std::span<double> data) const {
    if (world_) sum_over(*world_, data);
}

void Session::broadcast(std::string& bytes, int from) const {
    if (!world_) return;
    auto size = static_cast<std::uint64_t>(bytes.size());
    broadcast_bytes(*world_, &size, sizeof size, from);
    bytes.resize(size);
    broadcast_bytes(*world_, bytes.data(), size, from);
}

void Session::broadcast(std::span<float> data) const {
    if (world_) broadcast_bytes(*world_, data.data(), data.size_bytes(), 0);
}

std::vector<std::string> Session::gather(const std::string& bytes) const {
    if (!world_) return {bytes};
    constexpr int tag = 1;
    auto size = static_cast<std::uint64_t>(bytes.size());
    std::vector<std::uint64_t> sizes(is_root() ? static_cast<std::size_t>(world_->size) : 0);
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Igather(&size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    world_->wait_until(has_ended(request), "the size of a message");
    if (!is_root()) {
        in_parts(*world_, bytes.size(), "their reception", [&](std::size_t at, int count, MPI_Request& r) {
            MPI_Isend(bytes.data() + at, count, MPI_BYTE, 0, tag, MPI_COMM_WORLD, &r);
        });
        return {};
    }
    std::vector<std::string> all(sizes.size());
    all[0] = bytes;
    for (int from = 1; from < world_->size; ++from) {
        std::string& out = all[static_cast<std::size_t>(from)];
        out.resize(sizes[static_cast<std::size_t>(from)]);
        in_parts(*world_, out.size(), "a message", [&](std::size_t at, int count, MPI_Request& r) {
            MPI_Irecv(out.data() + at, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, &r);
        });
    }
    return all;
}

bool Session::any(bool here) const {
    return first(here) < size();
}

int Session::first(bool here) const {
    std::vector<double> is_so(static_cast<std::size_t>(size()), 0.0);
    is_so[static_cast<std::size_t>(rank())] = here ? 1.0 : 0.0;
    sum(std::span<double>(is_so));
    return static_cast<int>(std::ranges::find(is_so, 1.0) - is_so.begin());
}

void Session::abort(int exit_code) const {
    if (world_) MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::exit(exit_code);
}

}  // namespace quench::trainer::mpi
