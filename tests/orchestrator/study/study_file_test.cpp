#include "orchestrator/study/study_file.hpp"

#include "tests/orchestrator/study/sample.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

using namespace search::space;
using namespace std::chrono_literals;

core::Study study_of(const std::string& text) {
    const Reading reading = read_study(text);
    for (const FileError& error : reading.errors) ADD_FAILURE() << error.line << ": " << error.text;
    return reading.file ? reading.file->study : core::Study{};
}

TEST(study_file, every_key_arrives_in_the_study) {
    const core::Study study = study_of(sample);
    EXPECT_EQ(study.name, "mlpf-hpo");
    EXPECT_EQ(study.objective, (core::Objective{"val_loss", core::Direction::minimize}));
    ASSERT_EQ(study.space.dimensions(), 5u);
    const auto& p = study.space.parameters();
    EXPECT_EQ(p[0], (Parameter{"lr", FloatDomain{1e-5, 1e-2, Scale::log, std::nullopt}, {}}));
    EXPECT_EQ(p[1], (Parameter{"layers", IntDomain{1, 6, Scale::linear, 1}, {}}));
    EXPECT_EQ(p[2], (Parameter{"dropout", FloatDomain{0, 0.5, Scale::linear, 0.1}, {}}));
    EXPECT_EQ(p[3],
              (Parameter{"model", CategoricalDomain{{std::string("gnn"), std::string("transformer")}}, {}}));
    EXPECT_EQ(p[4].when, (std::vector<Condition>{{"model", {std::string("gnn")}}}));
    EXPECT_EQ(study.sampler, (search::SamplerOptions{"random", 7, 5}));
    EXPECT_EQ(study.fidelity, (search::SchedulerOptions{"hyperband", "epoch", 1, 27, 3}));
    EXPECT_EQ(study.stop, (core::StopRules{200, 5000, 12h, 0.1, 0.3}));
    EXPECT_EQ(study.trial.command.at(0), "mlpf-train");
    EXPECT_EQ(study.trial.command.at(4), "{param.lr}");
    EXPECT_EQ(study.trial.ranks, 2);
    EXPECT_EQ(study.trial.mpi, core::Mpi::mpirun);
    EXPECT_EQ(study.trial.retries, 1);
    EXPECT_EQ(study.trial.timeout, base::Duration(2h));
    EXPECT_EQ(study.trial.stall, base::Duration(10min));
    EXPECT_EQ(study.trial.grace, base::Duration(45s));
}

TEST(study_file, lines_of_command_and_ranks_are_kept_for_later_checks) {
    const Reading reading = read_study(sample);
    ASSERT_TRUE(reading.file);
    EXPECT_EQ(reading.file->command_line, 13);
    EXPECT_EQ(reading.file->ranks_line, 14);
}

TEST(study_file, what_is_left_out_has_its_default) {
    const core::Study study = study_of(smallest);
    EXPECT_EQ(study.fidelity, (search::SchedulerOptions{"none", "step", 1, 1, 3}));
    EXPECT_EQ(study.sampler, search::SamplerOptions{});
    EXPECT_EQ(study.objective.direction, core::Direction::minimize);
    core::TrialProgram program;
    program.command = {"./train"};
    EXPECT_EQ(study.trial, program);
}

TEST(study_file, words_of_other_programs_mean_the_same_study) {
    std::string text = sample;
    text = bent(text, "study: mlpf", "study_name: mlpf");
    text = bent(text, "direction: minimize", "goal: min");
    text = bent(text, "space:", "parameters:");
    text = bent(text, "type: float, low: 1.0e-5, high: 1e-2, log: true",
                "type: loguniform, min: 1.0e-5, max: 1e-2");
    text = bent(text, "type: categorical, choices", "type: choice, values");
    text = bent(text, "min: 1, max: 27, eta: 3", "grace_period: 1, max_t: 27, reduction_factor: 3");
    text = bent(text, "trials: 200", "n_trials: 200");
    text = bent(text, "retries: 1", "max_retries: 1");
    EXPECT_EQ(study_of(text), study_of(sample));
    EXPECT_EQ(study_of(bent(sample, "min: 1, max: 27", "min_budget: 1, max_budget: 27")), study_of(sample));
    EXPECT_EQ(study_of(bent(sample, "min: 1, max: 27", "min_resource: 1, R: 27")), study_of(sample));
}

TEST(study_file, directions_are_read_in_both_spellings) {
    for (const char* word : {"max", "maximise", "maximize", "MAXIMIZE"})
        EXPECT_EQ(study_of(bent(sample, "minimize", word)).objective.direction, core::Direction::maximize);
    for (const char* word : {"min", "minimise"})
        EXPECT_EQ(study_of(bent(sample, "minimize", word)).objective.direction, core::Direction::minimize);
}

TEST(study_file, choices_keep_their_types) {
    const core::Study study = study_of(
        bent(smallest, "x: {type: float, low: 0, high: 1}",
             "x: {type: categorical, choices: [16, \"16\", 1e-3, .5, true, \"no\", 0x10f, -3, 1.0, relu]}"));
    const auto& domain = std::get<CategoricalDomain>(study.space.parameters().at(0).domain);
    const std::vector<Value> expected = {std::int64_t{16},
                                         std::string("16"),
                                         1e-3,
                                         0.5,
                                         true,
                                         std::string("no"),
                                         std::int64_t{0x10f},
                                         std::int64_t{-3},
                                         1.0,
                                         std::string("relu")};
    EXPECT_EQ(domain.choices, expected);
}

TEST(study_file, a_condition_is_one_value_or_a_list) {
    const core::Study study =
        study_of(bent(sample, "when: {model: gnn}", "when: {model: [gnn, transformer], layers: 2}"));
    const std::vector<Condition> expected = {{"model", {std::string("gnn"), std::string("transformer")}},
                                             {"layers", {std::int64_t{2}}}};
    EXPECT_EQ(study.space.parameters().at(4).when, expected);
}

TEST(study_file, a_condition_on_a_stepped_float_may_be_written_as_an_integer) {
    const core::Study study = study_of(bent(sample, "when: {model: gnn}", "when: {dropout: 0}"));
    EXPECT_EQ(study.space.parameters().at(4).when, (std::vector<Condition>{{"dropout", {0.0}}}));
}

TEST(study_file, a_condition_may_name_a_parameter_that_comes_later) {
    EXPECT_EQ(
        study_of(bent(sample, "low: 1, high: 6}", "low: 1, high: 6, when: {model: gnn}}")).space.dimensions(),
        5u);
}

TEST(study_file, command_words_stay_as_they_are_written) {
    const core::Study study =
        study_of(bent(smallest, "[./train]", "[true, 1e-3, 010, no, '{\"a\": 1}', '${x', '{}', 'a b']"));
    const std::vector<std::string> expected = {"true", "1e-3", "010", "no", "{\"a\": 1}", "${x", "{}", "a b"};
    EXPECT_EQ(study.trial.command, expected);
}

TEST(study_file, anchors_and_aliases_share_values) {
    const std::string text = bent(smallest, "space: {x: {type: float, low: 0, high: 1}}",
                                  "space: {x: &unit {type: float, low: 0, high: 1}, y: *unit}");
    EXPECT_EQ(study_of(text).space.dimensions(), 2u);
}

TEST(study_file, a_study_that_ends_by_itself_needs_no_stop_rule) {
    EXPECT_EQ(
        study_of(bent(smallest, "stop: {trials: 3}", "search: {sampler: grid, grid_points: 4}")).sampler.name,
        "grid");
    EXPECT_EQ(study_of(bent(smallest, "stop: {trials: 3}", "fidelity: {scheduler: hyperband, max: 9}"))
                  .fidelity.max,
              9);
    const std::string discrete = bent(bent(smallest, "stop: {trials: 3}\n", ""),
                                      "{type: float, low: 0, high: 1}", "{type: int, low: 1, high: 9}");
    for (const std::string& sampler : search::sampler_names())
        EXPECT_EQ(study_of(discrete + "search: {sampler: " + sampler + "}\n").sampler.name, sampler)
            << "the space is exhausted some time";
}

TEST(study_file, a_population_has_its_options_and_needs_no_stop_rule) {
    const core::Study study =
        study_of(bent(smallest, "stop: {trials: 3}",
                      "fidelity: {scheduler: pbt, population: 20, interval: 5, max: 100, quantile: 0.2, "
                      "perturb: 1.5, resample: 0.1}"));
    EXPECT_EQ(study.fidelity.population, 20u);
    EXPECT_EQ(study.fidelity.interval, 5);
    EXPECT_EQ(study.fidelity.quantile, 0.2);
    EXPECT_EQ(study.fidelity.perturb, 1.5);
    EXPECT_EQ(study.fidelity.resample, 0.1);
    EXPECT_EQ(study_of(bent(smallest, "stop: {trials: 3}",
                            "fidelity: {scheduler: pbt, perturbation_interval: 5, quantile_fraction: 0.2, "
                            "resample_probability: 0.1, max: 100}"))
                  .fidelity.resample,
              0.1)
        << "as Ray Tune calls them";
}

TEST(study_file, gp_takes_a_cost) {
    const std::string gp = "stop: {trials: 3}\nsearch: {sampler: gp";
    EXPECT_FALSE(study_of(bent(smallest, "stop: {trials: 3}", gp + "}")).sampler.cost_aware);
    EXPECT_TRUE(study_of(bent(smallest, "stop: {trials: 3}", gp + ", cost: seconds}")).sampler.cost_aware);
}

TEST(study_file, constraints_belong_to_the_space) {
    const core::Study study = study_of(bent(
        sample,
        "search:", "constraints: [layers * lr < 0.01, \"not (model == gnn and bin_size > 32)\"]\nsearch:"));
    ASSERT_EQ(study.space.constraints().size(), 2u);
    EXPECT_EQ(study.space.constraints()[0].text(), "layers * lr < 0.01");
    Configuration configuration{{"lr", 1e-3},
                                {"layers", std::int64_t{2}},
                                {"dropout", 0.1},
                                {"model", "gnn"},
                                {"bin_size", std::int64_t{32}}};
    EXPECT_TRUE(study.space.check(configuration).ok());
    configuration["bin_size"] = std::int64_t{64};
    EXPECT_NE(study.space.check(configuration).error().text().find("bin_size > 32"), std::string::npos);
    EXPECT_TRUE(study_of(bent(sample, "search:", "constraints: []\nsearch:")).space.constraints().empty());
}

TEST(study_file, any_rule_that_ends_a_study_is_enough) {
    for (const char* rule : {"{trials: 1}", "{resource: 5}", "{hours: 0.5}", "{value: 0}"})
        EXPECT_EQ(study_of(bent(smallest, "{trials: 3}", rule)).name, "s") << rule;
}

TEST(study_file, several_objectives_are_a_list) {
    const core::Study study =
        study_of(bent(smallest, "{metric: loss}", "[{metric: loss}, {metric: speed, direction: maximize}]"));
    EXPECT_EQ(study.objective, (core::Objective{"loss", core::Direction::minimize}));
    EXPECT_EQ(study.others, (std::vector<core::Objective>{{"speed", core::Direction::maximize}}));
    EXPECT_EQ(study.sampler.objectives, 2u);
    EXPECT_TRUE(study_of(bent(smallest, "{metric: loss}", "[{metric: loss}]")).others.empty());
}

TEST(study_file, an_equality_that_no_draw_fulfils_is_refused_but_a_journal_that_has_one_is_read) {
    const std::string text =
        "study: s\nobjective: {metric: loss}\nspace: {a: {type: float, low: 0, high: 1}, "
        "b: {type: float, low: 0, high: 1}}\nconstraints: [\"a + b == 1\"]\nstop: {trials: 3}\n"
        "trial: {command: [program]}\n";
    const Reading reading = read_study(text);
    ASSERT_EQ(reading.errors.size(), 1u);
    EXPECT_EQ(reading.errors[0].line, 4);
    EXPECT_NE(reading.errors[0].text.find("a is a float without step"), std::string::npos);
    EXPECT_EQ(read_study(text, Purpose::simulation).errors, reading.errors);
    EXPECT_TRUE(study_from_text(text).ok());
}

TEST(study_file, enqueued_configurations_belong_to_the_sampler) {
    const core::Study study =
        study_of(bent(sample, "seed: 7",
                      "seed: 7, enqueue: [{lr: 1e-3, layers: 2, dropout: 0, model: transformer}, "
                      "{lr: 1e-3, layers: 2, dropout: 0.5, model: gnn, bin_size: 16}]"));
    ASSERT_EQ(study.sampler.enqueue.size(), 2u);
    EXPECT_EQ(study.sampler.enqueue[0].at("dropout"), Value(0.0)) << "a whole number is a value of a float";
    EXPECT_EQ(study.sampler.enqueue[1].at("bin_size"), Value(std::int64_t{16}));
}

TEST(study_file, a_warm_start_names_a_study_of_this_database_or_of_another) {
    EXPECT_EQ(study_of(bent(sample, "seed: 7", "seed: 7, warm_start: before")).warm_start,
              (core::WarmStart{"before", ""}));
    EXPECT_EQ(
        study_of(bent(sample, "seed: 7", "seed: 7, warm_start: {study: before, db: old.db}")).warm_start,
        (core::WarmStart{"before", "old.db"}));
}

TEST(study_file, fixed_values_and_orders_are_domains) {
    const auto domain = [](const std::string& to) {
        const core::Study study = study_of(bent(sample, "type: int, low: 1, high: 6", to));
        return std::get<CategoricalDomain>(study.space.parameters().at(1).domain);
    };
    EXPECT_EQ(domain("type: fixed, value: 3"), (CategoricalDomain{{std::int64_t{3}}}));
    EXPECT_EQ(domain("type: categorical, choices: [small, large], ordered: true").order, Order::ordinal);
    EXPECT_EQ(domain("type: ordinal, choices: [small, large]").order, Order::ordinal);
    EXPECT_EQ(domain("type: categorical, choices: [1, 2, 3], ordered: false").order, Order::nominal);
    EXPECT_EQ(domain("type: categorical, choices: [1, 2, 3]").order, Order::by_values);
}

TEST(study_file, seeds_use_all_64_bits) {
    EXPECT_EQ(study_of(bent(sample, "seed: 7", "seed: 18446744073709551615")).sampler.seed, UINT64_MAX);
    EXPECT_EQ(study_of(bent(sample, "seed: 7", "seed: 0")).sampler.seed, 0u);
}

TEST(study_file, byte_order_mark_and_windows_line_ends_are_harmless) {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : sample) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(study_of(text), study_of(sample));
}

TEST(study_file, a_trailing_document_mark_is_harmless) {
    EXPECT_EQ(study_of("---\n" + smallest + "...\n"), study_of(smallest));
    EXPECT_EQ(study_of(smallest + "---\n"), study_of(smallest));
}

TEST(study_file, all_errors_are_told_in_the_order_of_lines) {
    std::string text = bent(sample, "seed: 7", "seed: -1");
    text = bent(text, "low: 1, high: 6", "low: 1.5, high: 6");
    text = bent(text, "ranks: 2", "ranks: 0");
    text = bent(text, "metric", "metrik");
    std::vector<int> lines;
    for (const FileError& error : read_study(text).errors) lines.push_back(error.line);
    EXPECT_EQ(lines, (std::vector<int>{2, 2, 5, 9, 14}));
}

TEST(study_file, the_first_error_is_the_error_of_the_short_form) {
    EXPECT_TRUE(study_from_text(sample).ok());
    const auto result = study_from_text(bent(sample, "eta: 3", "eta: 1"));
    ASSERT_FALSE(result.ok());
    EXPECT_TRUE(result.error().text().starts_with("line 10: fidelity.eta is 1 (it must be at least 2)"))
        << result.error().text();
}

TEST(study_file, a_flood_of_errors_is_cut) {
    std::string text = smallest;
    for (int i = 0; i < 500; ++i) text += "key" + std::to_string(i) + ": 1\n";
    const Reading reading = read_study(text);
    EXPECT_EQ(reading.errors.size(), 51u);
    EXPECT_NE(reading.errors.back().text.find("450 further"), std::string::npos);
}

}  // namespace
}  // namespace quench::orchestrator::study
