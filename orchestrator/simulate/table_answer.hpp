// How a table answers for the configurations of a study.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/simulate/table.hpp"

#include <memory>
#include <string_view>

namespace quench::orchestrator::simulate {

struct TableAnswer {
    std::string_view name;  ///< "shuffled-rows" or "nearest-row"
    std::unique_ptr<Landscape> landscape;
};

/// A sampler that learns nothing gets the rows evenly (shuffled_rows.hpp); one that learns must be shown
/// what it asked for, as near as the table has it (table_landscape.hpp). Refuses a table that does not fit
/// the study, as TableLandscape does.
base::Result<TableAnswer> table_answer(std::shared_ptr<const Table> table, const core::Study& study);

}  // namespace quench::orchestrator::simulate
