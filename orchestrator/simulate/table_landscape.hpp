// A learning-curve table as the landscape of a study.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/simulate/table.hpp"
#include "search/space/encoding.hpp"

#include <memory>
#include <optional>
#include <span>

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
    /// The curve of a row, to the study's maximum.
    [[nodiscard]] std::span<const double> values_of(std::size_t row) const {
        return {values_->values.data() + row * values_->steps, steps_};
    }
    /// Where a row lies, as models see configurations: numbers by their place on their axis, which may be
    /// outside [0, 1]; NaN where inactive.
    [[nodiscard]] search::space::Point point_of(std::size_t row,
                                                const search::space::Encoding& encoding) const;
    [[nodiscard]] search::space::Point point_of(const search::space::Configuration& configuration,
                                                const search::space::Encoding& encoding) const;
    /// The rows that are nearest, all equally near, and how near.
    struct Nearest {
        std::vector<std::size_t> rows;
        double distance = 0;
    };
    [[nodiscard]] Nearest nearest(const search::space::Configuration& configuration) const;
    /// What a row shows, as an answer from so far away.
    [[nodiscard]] Curve curve_of(std::size_t row, double distance) const;

  private:
    /// Where a value lies on its axis; a category that no choice equals is `foreign`.
    using Place = std::optional<double>;
    static constexpr double foreign = -1;

    TableLandscape() = default;

    [[nodiscard]] std::vector<Place> places_of(const search::space::Configuration& configuration) const;
    [[nodiscard]] search::space::Point encoded(std::span<const Place> places,
                                               const search::space::Encoding& encoding) const;

    std::shared_ptr<const Table> table_;
    search::space::Space space_;
    const Series* values_ = nullptr;
    const Series* seconds_ = nullptr;
    std::size_t steps_ = 0;
    std::vector<Place> places_;  ///< [rows x parameters of the space]
};

}  // namespace quench::orchestrator::simulate
