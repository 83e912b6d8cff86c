// MPI for data-parallel training, absent when there is one process.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace quench::trainer::mpi {

/// The ranks of this program. Without MPI it has one rank and its operations return at once, so that callers
/// never ask which it is.
///
/// Sums add the ranks' numbers in rank order, in double: at a fixed number of ranks the result is the same
/// bit for bit whatever algorithm, network or timing, and every rank has the same. A process that does not
/// start with others' help costs nothing: MPI_Init takes 30 to 350 ms, so it is called only under a launcher
/// that started more than one rank.
///
/// A rank that dies takes the others with it: the launcher ends them. A rank that hangs, or that a broken
/// network hides, does not; whoever waits for it longer than the patience ends every rank with a message.
///
/// One thread. A failed MPI call aborts all ranks, as MPI's default error handler does. Not copied or moved.
class Session {
  public:
    /// Joins the other ranks, if a launcher (mpirun, srun) says in the environment that there are some.
    Session();
    /// Leaves together: all ranks come here.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] int rank() const;
    [[nodiscard]] int size() const;
    [[nodiscard]] bool is_root() const { return rank() == 0; }

    /// How long an operation may wait for the other ranks; 0, as at first: for ever.
    void set_patience(std::chrono::duration<double> patience);

    /// Replaces `data` by its sum over ranks: pairwise in rank order (pairwise.hpp), the same bits on all
    /// ranks.
    void sum(std::span<float> data) const;
    void sum(std::span<double> data) const;
    /// The bytes of rank `from` on every rank.
    void broadcast(std::string& bytes, int from = 0) const;
    /// The same for numbers, of which every rank has as many.
    void broadcast(std::span<float> data) const;
    /// The bytes of every rank, in rank order, on rank 0; nothing on the others. They may differ in size.
    [[nodiscard]] std::vector<std::string> gather(const std::string& bytes) const;
    /// Whether it is so on any rank.
    [[nodiscard]] bool any(bool here) const;
    /// The lowest rank for which it is so; size() if for none.
    [[nodiscard]] int first(bool here) const;
    /// Ends every rank at once, for errors that the others cannot know of.
    [[noreturn]] void abort(int exit_code) const;

  private:
    friend class Reduction;
    struct World;
    std::unique_ptr<World> world_;  // null: one process
};

}  // namespace quench::trainer::mpi
