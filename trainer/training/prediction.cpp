#include "trainer/training/prediction.hpp"

#include "base/contract.hpp"
#include "trainer/mlpf/candidates.hpp"

#include <algorithm>
#include <chrono>

namespace quench::trainer::training {

using mlpf::Index;

Prediction Predictor::of(const event::Event& event) {
    QUENCH_CHECK(event.detector == model_.detector(), "an event of another detector than the model's");
    if (event.rows == 0) return {};
    const auto rows = static_cast<Index>(event.rows);
    batch_.begin = {0, rows};
    batch_.features.resize(rows, static_cast<Index>(event::feature_columns(event.detector)));
    std::ranges::copy(event.elements, batch_.features.data());

    const auto begin = std::chrono::steady_clock::now();
    const mlpf::Outputs<float>& outputs = model_.network().forward(model_.parameters(), batch_, cache_);
    mlpf::candidates(outputs, batch_.features, model_.hyper().loss.targets, candidates_);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    return {{candidates_.data(), candidates_.data() + candidates_.size()}, taken.count()};
}

}  // namespace quench::trainer::training
