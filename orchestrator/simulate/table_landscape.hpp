// A learning-curve table as the landscape of a study.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/simulate/table.hpp"

#include <memory>
#include <optional>

namespace quench::orchestrator::simulate {

/// Answers a configuration by the nearest row: the Euclidean distance over the parameters of the study's
/// space, numbers by their place between low and high (in the logarithm where the parameter is), categories
/// by 0 or 1, and 1 where only one of the two is active. Rows that are equally near are runs of one
/// configuration: the trial's key draws one of them. Costs O(rows * parameters) a trial.
class TableLandscape final : public Landscape {
  public:
    /// `table` is kept. Refuses a table without the study's metric, without a column for one of its
    /// parameters, with fewer steps than fidelity.max, or with text where the parameter is a number.
    static base::Result<std::unique_ptr<TableLandscape>> make(std::shared_ptr<const Table> table,
                                                              const core::Study& study);

    [[nodiscard]] Curve curve(const search::space::Configuration& configuration, std::uint64_t seed,
                              search::TrialId trial) const override;

    [[nodiscard]] bool has_seconds() const { return seconds_ != nullptr; }
    [[nodiscard]] std::size_t rows() const { return table_->rows(); }
    /// What a row shows, at distance 0.
    [[nodiscard]] Curve row(std::size_t index) const;

  private:
    /// Where a value lies on its axis; a category that no choice equals is `foreign`.
    using Place = std::optional<double>;
    static constexpr double foreign = -1;

    TableLandscape() = default;

    std::shared_ptr<const Table> table_;
    search::space::Space space_;
    const Series* values_ = nullptr;
    const Series* seconds_ = nullptr;
    std::size_t steps_ = 0;
    std::vector<Place> places_;  ///< [rows x parameters of the space]
};

}  // namespace quench::orchestrator::simulate
