#include "orchestrator/simulate/table_answer.hpp"

#include "search/catalogue.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

std::shared_ptr<const Table> table() {
    auto read = read_table("hp.x,hp.y,loss@1\n0,0,1\n1,1,2\n");
    return std::make_shared<const Table>(std::move(read).value());
}

core::Study study_with(const std::string& sampler) {
    core::Study study = study_of("max: 1, scheduler: none");
    study.sampler.name = sampler;
    return study;
}

TEST(table_answer, a_sampler_that_learns_is_shown_the_nearest_row_and_any_other_gets_the_rows_evenly) {
    const std::set<std::string> blind{"random", "qmc", "grid"};
    for (const std::string& sampler : search::sampler_names()) {
        const auto answer = table_answer(table(), study_with(sampler));
        ASSERT_TRUE(answer.ok()) << answer.error().text();
        EXPECT_EQ(answer->name, blind.contains(sampler) ? "shuffled-rows" : "nearest-row") << sampler;
    }
}

TEST(table_answer, the_landscape_is_the_one_that_is_named) {
    const auto nearest = table_answer(table(), study_with("tpe"));
    const auto shuffled = table_answer(table(), study_with("random"));
    std::set<double> seen;
    for (std::uint64_t trial = 0; trial < 2; ++trial) {
        const auto at = [&](const auto& answer) {
            return answer->landscape->curve({{"x", 0.1}, {"y", 0.0}}, 1, search::TrialId(trial))
                .values.front();
        };
        EXPECT_EQ(at(nearest), 1);
        seen.insert(at(shuffled));
    }
    EXPECT_EQ(seen, (std::set<double>{1, 2}));
}

TEST(table_answer, a_table_that_does_not_fit_is_refused_whoever_would_answer) {
    for (const char* sampler : {"random", "tpe"}) {
        core::Study study = study_with(sampler);
        study.objective.metric = "lose";
        const auto answer = table_answer(table(), study);
        ASSERT_FALSE(answer.ok());
        EXPECT_THAT(answer.error().text(), testing::HasSubstr("no metric 'lose'"));
    }
}

}  // namespace
}  // namespace quench::orchestrator::simulate
