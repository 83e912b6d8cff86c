#include "search/scheduler/chance_record.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

constexpr std::size_t outcomes_remembered = 1000;
/// The decision points of a round ask about the same trials again: each outcome counts as a part of one.
constexpr double weight = 0.25;
/// Standard deviation of the slope's logarithm before anything is known.
constexpr double deviation = 0.3;

double log_odds(double chance) {
    constexpr double smallest = 1e-12;
    const double p = std::clamp(chance, smallest, 1 - smallest);
    return std::log(p / (1 - p));
}

double chance_of(double log_odds) {
    return 1 / (1 + std::exp(-log_odds));
}

}  // namespace

double sloped(const Chance& chance, double slope) {
    const double base = log_odds(chance.winners);
    return chance_of(base + slope * (log_odds(chance.chance) - base));
}

void ChanceRecord::promise(TrialId trial, Resource target, const Chance& chance) {
    promises_[trial].push_back({target, chance});
}

void ChanceRecord::settle(TrialId trial, Resource target, bool won) {
    const auto found = promises_.find(trial);
    if (found == promises_.end()) return;
    std::erase_if(found->second, [&](const Promise& promise) {
        if (promise.target != target) return false;
        const double base = log_odds(promise.chance.winners);
        outcomes_.push_back({log_odds(promise.chance.chance) - base, base, won});
        if (outcomes_.size() > outcomes_remembered) outcomes_.pop_front();
        return true;
    });
    if (found->second.empty()) promises_.erase(found);
}

/// Newton's method in the logarithm of the slope, with Fisher's information, from where it was.
void ChanceRecord::learn() {
    double logarithm = std::log(slope_);
    for (int iteration = 0; iteration < 20; ++iteration) {
        const double slope = std::exp(logarithm);
        double gradient = -logarithm / (deviation * deviation);
        double information = 1 / (deviation * deviation);
        for (const Outcome& outcome : outcomes_) {
            const double sensitivity = slope * outcome.odds;
            const double expected = chance_of(outcome.winners_odds + sensitivity);
            gradient += weight * ((outcome.won ? 1 : 0) - expected) * sensitivity;
            information += weight * expected * (1 - expected) * sensitivity * sensitivity;
        }
        constexpr double longest = 0.3, close = 1e-6;
        const double step = std::clamp(gradient / information, -longest, longest);
        logarithm += step;
        if (std::abs(step) < close) break;
    }
    slope_ = std::exp(logarithm);
}

}  // namespace quench::search::scheduler
