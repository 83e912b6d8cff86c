// Who works on which events of a batch.
#pragma once

#include "trainer/training/event_set.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace quench::trainer::training {

/// The events of `events` that fall to part `part` of `parts`: the largest first, each to the part that has
/// the fewest elements so far, so that no part waits long for another (Graham, SIAM J. Appl. Math. 17:416,
/// 1969). One part alone gets all, in their order. The shares of all parts are disjoint and are all events
/// together.
std::vector<std::size_t> share(std::span<const std::size_t> events, const EventSet& set, std::size_t part,
                               std::size_t parts);

/// How many of the first of these events to stack: at least one, and more up to some 256 rows, so that the
/// working set stays in cache.
std::size_t next_chunk(std::span<const std::size_t> events, const EventSet& set);

/// Calls work(0), ..., work(count - 1), each in a thread of its own, the first in the caller's. Returns when
/// all are done; throws what the first of them threw.
void in_threads(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace quench::trainer::training
