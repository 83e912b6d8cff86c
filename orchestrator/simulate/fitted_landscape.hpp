// A learning-curve table as a smooth landscape: for samplers that learn.
#pragma once

#include "orchestrator/simulate/table_landscape.hpp"

#include <memory>

namespace quench::orchestrator::simulate {

/// How well the model foretells the last step of configurations that it was not shown: ten parts of the
/// configurations are left out in turn, with the lengths and noise that were fitted to all.
struct Validation {
    double r_squared = 0;         ///< of normal scores
    double rank_correlation = 0;  ///< Spearman's
    std::size_t rows = 0;         ///< that the model was fitted to
    std::size_t configurations = 0;
};

/// A configuration of the table is answered by its row; any other by a surrogate (Eggensperger et al.,
/// AAAI 2015). The values of each step become normal scores, the curves their principal components, at most
/// four, and each component a Gaussian process over configurations. The answer is the processes' mean, with
/// noise of the size that they found, keyed by seed and trial, plus what the components do not say of the
/// nearest row's curve; nothing is better than the best row at that step. Seconds are the nearest row's.
///
/// Fitted once, which takes seconds for some hundred rows; the same for the same table and study.
class FittedLandscape final : public Landscape {
  public:
    static constexpr std::size_t fewest_configurations = 20;
    static constexpr std::size_t most_rows = 500;  ///< fitted to; of more a keyed choice: n^3 operations

    /// Refuses what TableLandscape refuses, and fewer than `fewest_configurations`.
    static base::Result<std::unique_ptr<FittedLandscape>> make(std::shared_ptr<const Table> table,
                                                               const core::Study& study);
    ~FittedLandscape() override;

    [[nodiscard]] Curve curve(const search::space::Configuration& configuration, std::uint64_t seed,
                              search::TrialId trial) const override;

    [[nodiscard]] const Validation& validation() const { return validation_; }

  private:
    struct Model;
    FittedLandscape();

    std::unique_ptr<TableLandscape> rows_;
    std::unique_ptr<const Model> model_;
    Validation validation_;
};

}  // namespace quench::orchestrator::simulate
