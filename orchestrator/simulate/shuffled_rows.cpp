#include "orchestrator/simulate/shuffled_rows.hpp"

#include "search/sampler/permutation.hpp"

#include <fmt/format.h>

namespace quench::orchestrator::simulate {

Curve ShuffledRows::curve(const search::space::Configuration& /*configuration*/, std::uint64_t seed,
                          search::TrialId trial) const {
    const std::uint64_t rows = table_->rows();
    const std::string purpose = fmt::format("rows of a table, time {}", trial.value() / rows);
    const search::sampler::Permutation shuffle(rows, seed, purpose);
    const auto row = static_cast<std::size_t>(shuffle.item_at(trial.value() % rows));
    return table_->curve_of(row, 0);
}

}  // namespace quench::orchestrator::simulate
