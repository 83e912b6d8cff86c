#include "orchestrator/simulate/table_answer.hpp"

#include "orchestrator/simulate/shuffled_rows.hpp"
#include "orchestrator/simulate/table_landscape.hpp"
#include "search/catalogue.hpp"

namespace quench::orchestrator::simulate {

base::Result<TableAnswer> table_answer(std::shared_ptr<const Table> table, const core::Study& study) {
    auto nearest = TableLandscape::make(std::move(table), study);
    if (!nearest) return nearest.error();
    if (search::sampler_learns(study.sampler.name))
        return TableAnswer{"nearest-row", std::move(nearest).value()};
    return TableAnswer{"shuffled-rows", std::make_unique<ShuffledRows>(std::move(nearest).value())};
}

}  // namespace quench::orchestrator::simulate
