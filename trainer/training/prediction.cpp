#include "trainer/training/prediction.hpp"

#include "base/contract.hpp"
#include "trainer/mlpf/candidates.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace quench::trainer::training {

using mlpf::Index;

namespace {

// Of this thread [s].
double processor_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Prediction Predictor::of(const event::Event& event) {
    QUENCH_CHECK(event.detector == model_.detector(), "an event of another detector than the model's");
    if (event.rows == 0) return {};
    const auto rows = static_cast<Index>(event.rows);
    features_.resize(rows, static_cast<Index>(event::feature_columns(event.detector)));
    std::ranges::copy(event.elements, features_.data());

    const double busy = processor_time();
    const auto begin = std::chrono::steady_clock::now();
    const mlpf::Outputs<float>& outputs = model_.network().infer(model_.parameters(), features_, space_);
    mlpf::candidates(outputs, features_, model_.hyper().loss.targets, candidates_);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    return {{candidates_.data(), candidates_.data() + candidates_.size()},
            taken.count(),
            processor_time() - busy};
}

}  // namespace quench::trainer::training
