#include "trainer/mpi/reduction.hpp"

#include "base/contract.hpp"
#include "trainer/mpi/pairwise.hpp"
#include "trainer/mpi/world.hpp"

#include <algorithm>
#include <climits>
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

struct Bucket {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<int> counts, offsets;        // rank's parts of the bucket
    std::vector<int> in_counts, in_offsets;  // of what arrives: this rank's part from each rank
    std::vector<float> arrived;              // ranks x part
    MPI_Request request = MPI_REQUEST_NULL;
};

Bucket make_bucket(std::size_t begin, std::size_t end, int rank, int size) {
    Bucket b;
    b.begin = begin;
    b.end = end;
    const auto part = [&](int r) {
        return (end - begin) * static_cast<std::size_t>(r) / static_cast<std::size_t>(size);
    };
    const std::size_t mine = part(rank + 1) - part(rank);
    for (int r = 0; r < size; ++r) {
        b.offsets.push_back(static_cast<int>(part(r)));
        b.counts.push_back(static_cast<int>(part(r + 1) - part(r)));
        b.in_offsets.push_back(static_cast<int>(mine * static_cast<std::size_t>(r)));
        b.in_counts.push_back(static_cast<int>(mine));
    }
    b.arrived.resize(mine * static_cast<std::size_t>(size));
    return b;
}

}  // namespace

// Buckets set out in order, from the end of the block. MPI matches collective operations by the order in
// which a communicator sees them, and when a bucket's parts have arrived differs between ranks; so parts and
// sums travel on communicators of their own, each strictly in the order of buckets.
struct Reduction::Work {
    const Session::World& world;
    std::vector<Bucket> buckets;
    MPI_Comm parts = MPI_COMM_NULL;
    MPI_Comm sums = MPI_COMM_NULL;
    std::span<float> data;
    std::size_t sent = 0;    // buckets whose parts are under way
    std::size_t summed = 0;  // of those: whose sums are under way
    std::size_t done = 0;    // of those: whose sums are here

    Work(const Session::World& w, std::size_t length, std::size_t bucket) : world(w) {
        for (std::size_t end = length; end > 0;) {
            const std::size_t begin = end > bucket ? end - bucket : 0;
            buckets.push_back(make_bucket(begin, end, world.rank, world.size));
            end = begin;
        }
        done = summed = sent = buckets.size();
    }
    ~Work() {
        if (parts != MPI_COMM_NULL) MPI_Comm_free(&parts);
        if (sums != MPI_COMM_NULL) MPI_Comm_free(&sums);
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    // Together with the other ranks: not when this is made, as that may fail on one rank alone.
    void open() {
        if (parts != MPI_COMM_NULL) return;
        for (MPI_Comm* comm : {&parts, &sums}) {
            MPI_Request request = MPI_REQUEST_NULL;
            MPI_Comm_idup(MPI_COMM_WORLD, comm, &request);
            world.wait_until(has_ended(request), "their first sum");
        }
    }

    void send_parts(Bucket& b) {
        MPI_Ialltoallv(data.data() + b.begin, b.counts.data(), b.offsets.data(), MPI_FLOAT, b.arrived.data(),
                       b.in_counts.data(), b.in_offsets.data(), MPI_FLOAT, parts, &b.request);
    }

    void send_sum(Bucket& b) {
        const auto mine = static_cast<std::size_t>(b.in_counts[0]);
        float* out = data.data() + b.begin + b.offsets[static_cast<std::size_t>(world.rank)];
        sum_pairwise(std::span<float>(b.arrived), static_cast<std::size_t>(world.size));
        std::copy_n(b.arrived.begin(), mine, out);
        MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, data.data() + b.begin, b.counts.data(), b.offsets.data(),
                        MPI_FLOAT, sums, &b.request);
    }

    static bool here(Bucket& b) {
        int flag = 0;
        MPI_Test(&b.request, &flag, MPI_STATUS_IGNORE);
        return flag != 0;
    }

    void move_on() {
        while (summed < sent && here(buckets[summed])) send_sum(buckets[summed++]);
        while (done < summed && here(buckets[done])) ++done;
    }
};

Reduction::Reduction(const Session& ranks, std::size_t length, std::size_t bucket) {
    QUENCH_CHECK(bucket > 0 && bucket <= INT_MAX / 2, "a bucket must be something that MPI can count");
    if (ranks.world_) work_ = std::make_unique<Work>(*ranks.world_, length, bucket);
}

Reduction::~Reduction() = default;

void Reduction::begin(std::span<float> data) {
    if (!work_) return;
    QUENCH_CHECK(work_->done == work_->buckets.size(), "the sum before has not been waited for");
    QUENCH_CHECK(data.size() == (work_->buckets.empty() ? 0 : work_->buckets.front().end), "lengths differ");
    work_->open();
    work_->data = data;
    work_->sent = work_->summed = work_->done = 0;
}

void Reduction::final_from(std::size_t offset) {
    if (!work_) return;
    while (work_->sent < work_->buckets.size() && work_->buckets[work_->sent].begin >= offset)
        work_->send_parts(work_->buckets[work_->sent++]);
    work_->move_on();
}

void Reduction::wait() {
    if (!work_) return;
    final_from(0);
    work_->world.wait_until(
        [this] {
            work_->move_on();
            return work_->done == work_->buckets.size();
        },
        "their gradients");
}

}  // namespace quench::trainer::mpi
