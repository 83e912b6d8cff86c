// Where Swift-Hyperband's trials stop next, and when all have come there.
#include "search/scheduler/swift_hyperband.hpp"

#include <algorithm>

namespace quench::search::scheduler {
namespace {

/// Rounds of so many steps are looked into whether or not there is evidence when they begin.
constexpr Resource long_round = 16;

}  // namespace

/// Trials of the round, as they are planned or, once proposals have ended, as many as there are.
std::size_t SwiftHyperband::slots(const Bracket& bracket, std::size_t round) const {
    std::size_t size = proposals_ended_ ? bracket.started : bracket.plan.trials;
    for (std::size_t i = 0; i < round; ++i) size = hyperband_keeps(size, options_.eta);
    return size;
}

/// So many go on from the stop's round. From the last one nobody does, but there too as many as eta gives are
/// worth being trained out: the best of them is what the study is for.
std::size_t SwiftHyperband::places(const Bracket& bracket, const Stop& stop) const {
    return hyperband_keeps(slots(bracket, stop.round), options_.eta);
}

bool SwiftHyperband::closed(const Bracket& bracket, std::size_t stop) const {
    while (stop-- > 0) {
        const Stop& before = bracket.stops[stop];
        if (!before.skipped) return before.judged && before.undecided == 0;
        if (before.arrived < before.admitted || before.undecided > 0) return false;
    }
    return bracket.started >= bracket.plan.trials || proposals_ended_;
}

std::size_t SwiftHyperband::target_of(const Bracket& bracket, std::size_t stop) const {
    while (!bracket.stops[stop].target) ++stop;
    return stop;
}

/// The next stop, or the round's target where no decision point before it is worth a look: which of the two
/// is settled for all of a round when its first trial goes there.
std::size_t SwiftHyperband::next_stop(std::size_t index, std::size_t s) {
    const Bracket& bracket = brackets_[index];
    Stop& stop = brackets_[index].stops[s];
    if (!stop.next)
        stop.next = stop.target && !worth_looking(index, s + 1) ? target_of(bracket, s + 1) : s + 1;
    std::size_t next = *stop.next;
    while (bracket.stops[next].skipped) ++next;
    return next;
}

/// Whether anybody could be stopped in the round of a stop, which is about to begin. Each look costs all
/// contenders a start, so without evidence only a long round is looked into: it may come meanwhile.
bool SwiftHyperband::worth_looking(std::size_t index, std::size_t s) const {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    if (stop.target || slots(bracket, stop.round) <= places(bracket, stop)) return false;
    const Resource target = bracket.plan.rounds[stop.round];
    const Resource from = stop.round == 0 ? 0 : bracket.plan.rounds[stop.round - 1];
    if (target - from >= long_round) return true;
    SurvivalQuestion question;
    recall(question, index, target_of(bracket, s) - 1);  // the last point, of which most is known
    return question.movements_known() >= SurvivalWork::enough;
}

/// Trials that have not come to the stop and still may, at most.
std::size_t SwiftHyperband::outstanding(const Bracket& bracket, std::size_t stop) const {
    std::size_t most = 0;
    if (closed(bracket, stop)) {
        most = bracket.stops[stop].admitted;
    } else {
        most = slots(bracket, bracket.stops[stop].round);
        most = std::max(most, bracket.stops[stop].admitted);
    }
    return most - std::min(most, bracket.stops[stop].arrived);
}

/// To where a bracket's trials are started: as the first of them was.
Resource SwiftHyperband::first_step(std::size_t index) const {
    const Bracket& bracket = brackets_[index];
    std::size_t stop = 0;
    if (bracket.started == 0 && !worth_looking(index, stop)) stop = target_of(bracket, stop);
    while (bracket.stops[stop].skipped) ++stop;
    return bracket.stops[stop].at;
}

}  // namespace quench::search::scheduler
