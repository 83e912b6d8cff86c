// How the learning rate changes while training: functions of the step alone, so that a resumed training goes
// on as if it had never stopped.
#pragma once

#include "trainer/nn/optimizer.hpp"

#include <cstdint>

namespace quench::trainer::nn {

/// - `constant`.
/// - `cosine`: half a cosine from lr to 0 at the horizon (Loshchilov and Hutter, arXiv 1608.03983, without
///   restarts).
/// - `onecycle`: over the first 30 % of the horizon from lr / 25 up to lr, then down to lr / 100,000, both
///   along half a cosine, while the momentum (beta1 of Adam) goes from 0.95 to 0.85 and back (Smith and
///   Topin, arXiv 1708.07120).
/// - `exponential`: times `decay_rate` after every `decay_steps` steps, in stairs.
struct ScheduleOptions {
    enum class Kind { constant, cosine, onecycle, exponential } kind = Kind::constant;
    /// The horizon. It does not follow from how far an attempt trains: a trial that is promoted would have
    /// trained its first epochs with other rates than one that goes all the way. Beyond it the last rate
    /// stays.
    std::int64_t epochs = 100;
    double decay_rate = 0.99;
    std::int64_t decay_steps = 2000;
};

/// `optimizer` with the learning rate and momentum of step `step`, counted from 0 over the whole training, of
/// `horizon` steps (> 0).
OptimizerOptions scheduled(OptimizerOptions optimizer, const ScheduleOptions& schedule, std::uint64_t step,
                           std::uint64_t horizon);

}  // namespace quench::trainer::nn
