// Where the workers' time went.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace quench::orchestrator::simulate {

enum class Use {
    training,     ///< steps that were reported
    repeated,     ///< steps that were trained and lost: cut short by a stop or a death, or trained again
    starting,     ///< processes on their way to their first step
    saving,       ///< checkpoints
    waiting,      ///< idle: nothing could be started, and later trials were proposed (a barrier)
    last_trials,  ///< idle after the last proposal: others finish
    down,         ///< dead, or under repair
};
inline constexpr std::array uses{Use::training, Use::repeated,    Use::starting, Use::saving,
                                 Use::waiting,  Use::last_trials, Use::down};

std::string_view name_of(Use use);

/// How many workers are in one condition, and the worker time that this has made up so far.
class Headcount {
  public:
    void change(int by, base::TimePoint now) {
        sum_ = sum(now);
        since_ = now;
        count_ += by;
    }
    [[nodiscard]] base::Duration sum(base::TimePoint now) const { return sum_ + count_ * (now - since_); }

  private:
    std::int64_t count_ = 0;
    base::TimePoint since_;
    base::Duration sum_{};
};

/// Sums over all workers, exact in microseconds.
class WorkerTime {
  public:
    void add(Use use, base::Duration time) { spent_[static_cast<std::size_t>(use)] += time; }
    [[nodiscard]] base::Duration of(Use use) const { return spent_[static_cast<std::size_t>(use)]; }
    [[nodiscard]] base::Duration total() const;
    /// 0 where there is no time at all.
    [[nodiscard]] double share(Use use) const;

    friend bool operator==(const WorkerTime&, const WorkerTime&) = default;

  private:
    std::array<base::Duration, uses.size()> spent_{};
};

}  // namespace quench::orchestrator::simulate
