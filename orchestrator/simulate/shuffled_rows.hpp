// A learning-curve table whose rows are drawn evenly, whatever the configurations are.
#pragma once

#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/simulate/table_landscape.hpp"

#include <memory>

namespace quench::orchestrator::simulate {

/// Trial i of a seed gets row i of a shuffle of the table, keyed by the seed; once all rows were used, of
/// another. For samplers that learn nothing this is what random runs are: the nearest row would make those
/// that cover more of the space more frequent than others. Costs O(steps) a trial.
class ShuffledRows final : public Landscape {
  public:
    explicit ShuffledRows(std::unique_ptr<const TableLandscape> table) : table_(std::move(table)) {}

    [[nodiscard]] Curve curve(const search::space::Configuration& configuration, std::uint64_t seed,
                              search::TrialId trial) const override;

  private:
    std::unique_ptr<const TableLandscape> table_;
};

}  // namespace quench::orchestrator::simulate
