// Sums over ranks that go on while the caller computes.
#pragma once

#include "trainer/mpi/session.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace quench::trainer::mpi {

/// Sums one block of floats over ranks, bucket by bucket from its end to its beginning, as soon as the caller
/// says that a bucket's numbers are final. The result is bit for bit that of Session::sum, whatever the
/// buckets and the timing: each number is the pairwise sum in rank order.
///
/// A bucket is summed as in Session::sum: every rank receives its part of it from all ranks (MPI_Ialltoallv),
/// adds, and hands the sum to all (MPI_Iallgatherv). That is the traffic of a ring, 2 (P - 1) / P times the
/// block for each of P ranks; MPI_Iallreduce has the same at best, and leaves the order of addition to the
/// library. Open MPI moves such operations on only inside calls of MPI, so final_from is to be called often.
///
/// All ranks make the same calls with the same lengths, but their offsets may differ between begin and wait.
class Reduction {
  public:
    /// Some 1 MB: large beside an operation's start of some 10 us, small beside a pass over all layers.
    static constexpr std::size_t usual_bucket = std::size_t{1} << 18;

    /// Sums blocks of `length` floats in buckets of `bucket`. All memory is taken here, and nothing is
    /// sent, so that it may fail on one rank alone.
    Reduction(const Session& ranks, std::size_t length, std::size_t bucket = usual_bucket);
    /// Nothing may be going on.
    ~Reduction();
    Reduction(const Reduction&) = delete;
    Reduction& operator=(const Reduction&) = delete;

    /// A new sum, of a block of the length given before; it must stay until wait returns.
    void begin(std::span<float> data);
    /// data[offset ...] is final: its whole buckets set out. Also moves on what is under way.
    void final_from(std::size_t offset);
    /// All is final; returns when all is summed.
    void wait();

  private:
    struct Work;
    std::unique_ptr<Work> work_;  // null: one process
};

}  // namespace quench::trainer::mpi
