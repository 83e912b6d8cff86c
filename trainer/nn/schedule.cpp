#include "trainer/nn/schedule.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace quench::trainer::nn {
namespace {

// Half a cosine from `begin` at 0 to `end` at 1.
double anneal(double begin, double end, double at) {
    return end + (begin - end) * 0.5 * (1.0 + std::cos(std::numbers::pi * at));
}

struct OneCycle {
    static constexpr double warm_up = 0.3, start_divisor = 25, end_divisor = 1e5;
    static constexpr double high_momentum = 0.95, low_momentum = 0.85;
};

}  // namespace

OptimizerOptions scheduled(OptimizerOptions optimizer, const ScheduleOptions& schedule, std::uint64_t step,
                           std::uint64_t horizon) {
    using Kind = ScheduleOptions::Kind;
    QUENCH_CHECK(horizon > 0 && schedule.decay_steps > 0, "a schedule needs a length");
    const double lr = optimizer.lr;
    const double done = static_cast<double>(std::min(step, horizon)) / static_cast<double>(horizon);
    switch (schedule.kind) {
        case Kind::constant:
            break;
        case Kind::cosine:
            optimizer.lr = anneal(lr, 0.0, done);
            break;
        case Kind::onecycle: {
            const bool up = done < OneCycle::warm_up;
            const double at =
                up ? done / OneCycle::warm_up : (done - OneCycle::warm_up) / (1.0 - OneCycle::warm_up);
            optimizer.lr = up ? anneal(lr / OneCycle::start_divisor, lr, at)
                              : anneal(lr, lr / OneCycle::end_divisor, at);
            optimizer.momentum = up ? anneal(OneCycle::high_momentum, OneCycle::low_momentum, at)
                                    : anneal(OneCycle::low_momentum, OneCycle::high_momentum, at);
            optimizer.beta1 = optimizer.momentum;
            break;
        }
        case Kind::exponential: {
            const std::uint64_t stairs =
                std::min(step, horizon) / static_cast<std::uint64_t>(schedule.decay_steps);
            optimizer.lr = lr * std::pow(schedule.decay_rate, static_cast<double>(stairs));
            break;
        }
    }
    return optimizer;
}

}  // namespace quench::trainer::nn
