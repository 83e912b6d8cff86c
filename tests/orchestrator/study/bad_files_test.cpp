// Every way in which a study file is wrong: where it is said to be wrong, why, and what to do.
#include "orchestrator/study/study_file.hpp"
#include "tests/orchestrator/study/sample.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

struct BadFile {
    std::string from;  ///< replaced in the sample; "" for a whole text of its own
    std::string to;
    int line;
    std::string why;
    std::string way_out;
};

std::string text_of(const BadFile& bad) {
    return bad.from.empty() ? bad.to : bent(sample, bad.from, bad.to);
}

const std::vector<BadFile>& bad_files() {
    static const std::vector<BadFile> files = {
        // The file as a whole
        {"", "", 0, "the file is empty", "is it the right file?"},
        {"", "# nothing\n", 0, "the file is empty", "is it the right file?"},
        {"", "- a\n- b\n", 0, "the file is a list (a map is needed)", "write 'key: value'"},
        {"", "just words", 0, "the string 'just words' (a map is needed)", "write 'key: value'"},
        {"", "study: a\n\xff\xfe\n", 2, "byte 0xff is not text", "save the file as UTF-8"},
        {"", std::string("study: a\n\0b", 11), 2, "byte 0x00 is not text", "is it the right file?"},
        {"",
         "\x7f"
         "ELF\x02\x01\x01",
         1, "byte 0x02 is not text", "is it the right file?"},
        {"", std::string((1u << 20) + 1, '#'), 0, "a study file has at most 1048576",
         "is it the right file?"},
        {"", std::string(100'000, '['), 1, "more than 32 levels of nesting", "is a bracket not closed?"},
        {"", "a: [b\nc: d\n", 2, "this is not YAML", "look at indentation, brackets"},
        {"", "a: b\n\tc: d\n", 2, "this is not YAML", "look at indentation"},
        {"", "a: *nowhere\n", 1, "this is not YAML", "look at indentation"},
        {"", smallest + "---\n" + smallest, 7, "a second YAML document", "a file of its own"},
        {"", bent(smallest, "study: s\n", ""), 0, "'study' is missing", "add study: my-study"},
        {"", bent(smallest, "objective: {metric: loss}\n", ""), 0, "'objective' is missing",
         "add objective:"},
        {"", bent(smallest, "space: {x: {type: float, low: 0, high: 1}}\n", ""), 0, "'space' is missing",
         "add space:"},
        {"", bent(smallest, "trial: {command: [./train]}\n", ""), 0, "'trial' is missing", "add trial:"},
        // Keys
        {"fidelity:", "fidelty:", 10, "unknown key 'fidelty'", "did you mean 'fidelity'?"},
        {"hours: 12", "hour: 12", 11, "unknown key 'stop.hour'", "did you mean 'hours'?"},
        {"trials: 200", "zzzzzz: 200", 11, "stop has trials, resource", "remove it or use one of these"},
        {"stop:", "search: {}\nstop:", 11, "'search' is given twice (first on line 9)", "remove one"},
        {"max: 27", "max: 27, max_t: 81", 10, "both 'max' and 'max_t' are given", "remove one"},
        {"search:", "<<: {}\nsearch:", 9, "merge keys (<<) are not supported", "write the keys out"},
        {"search:", "[a, b]: 1\nsearch:", 9, "a key is a list (keys are words)", "is a colon, a quote"},
        {"eta: 3", "eta: 3, predictor: {model: svm}", 10, "this version has last, svr",
         "did you mean 'svr'?"},
        {"eta: 3", "eta: 3, predictor: {model: svr, kost: 3}", 10, "unknown key 'fidelity.predictor.kost'",
         "did you mean 'cost'?"},
        {"eta: 3", "eta: 3, predictor: {cost: 3}", 10, "'fidelity.predictor.model' is missing",
         "add model: svr"},
        {"eta: 3", "eta: 3, predictor: {model: svr, cost: much}", 10, "cannot be 'much'", "correct it"},
        {"eta: 3", "eta: 3, predictor: {model: svr, cost: {a: b}}", 10, "neither a value nor a list",
         "write one"},
        {"eta: 3", "eta: 3, predictor: svr", 10, "asks no predictor", "remove it"},
        {"eta: 3", "eta: 3, mode: papr", 10, "this version has default, paper", "did you mean 'paper'?"},
        {"eta: 3", "eta: 3, mode: paper", 10, "of one mode", "remove it"},
        {"eta: 3", "eta: 3, risk: 0.1", 10, "risks nothing by choice", "remove it"},
        {"eta: 3", "eta: 3, d: 20", 10, "only fast-hyperband and swift-hyperband in mode paper", "remove it"},
        // Name and objective
        {"mlpf-hpo", "../up", 1, "study is '../up'", "choose another name"},
        {"mlpf-hpo", ".hidden", 1, "no '.' in front", "choose another name"},
        {"mlpf-hpo", "2024", 1, "study is the integer '2024' (a string is needed)", "put it in quotes"},
        {"mlpf-hpo", "\"\"", 1, "1 to 128 characters", "choose another name"},
        {"mlpf-hpo", std::string(129, 'a'), 1, "1 to 128 characters", "choose another name"},
        {"mlpf-hpo", "", 1, "there is no value", "write a value"},
        {"mlpf-hpo", "\"a\\x1b[2J\"", 1, "holds a control character", "remove the escape"},
        {"{metric: val_loss, direction: minimize}", "[loss, time]", 2,
         "objective[1] is the string 'loss' (a map is needed)", "write 'key: value'"},
        {"{metric: val_loss, direction: minimize}", "[{metric: loss}, {metric: loss}]", 2,
         "the metric 'loss' is an objective twice", "remove or correct one"},
        {"{metric: val_loss, direction: minimize}", "[]", 2, "1 to 4 objectives are supported",
         "write [{metric"},
        {"",
         bent(smallest, "{metric: loss}", "[{metric: loss}, {metric: seconds}]") + "search: {sampler: gp}\n",
         6, "the sampler gp learns from one objective (the study has 2)",
         "take one of random, grid, qmc, tpe, nsga2"},
        {"",
         bent(smallest, "{metric: loss}", "[{metric: loss}, {metric: seconds}]") +
             "fidelity: {scheduler: asha, max: 9}\n",
         6, "it ranks trials by one number, and the study has 2 objectives", "use scheduler: none"},
        {"",
         bent(bent(smallest, "{metric: loss}", "[{metric: loss}, {metric: seconds}]"), "trials: 3",
              "trials: 3, value: 0.1"),
         4, "of several objectives none says when", "use one objective"},
        {"{metric: val_loss, direction: minimize}", "val_loss", 2,
         "objective is the string 'val_loss' (a map is needed)", "metric, direction"},
        {"metric: val_loss, ", "", 2, "'objective.metric' is missing", "add metric"},
        {"direction: minimize", "direction: minimze", 2, "a direction is minimize or maximize",
         "did you mean 'minimize'?"},
        {"direction: minimize", "direction: no", 2,
         "'no' is ambiguous (a boolean in YAML 1.1, a string in YAML 1.2)", "write true or false"},
        // Space
        {"type: int", "type: itn", 5, "a type is float, int, categorical or fixed", "did you mean"},
        {"type: int", "type: randint", 5, "upper bound is excluded in other programs", "high one lower"},
        {"type: int", "type: quniform", 5, "rounds to multiples of q", "type: float with step"},
        {"type: int, ", "", 5, "'space.layers.type' is missing", "add type"},
        {"low: 1, high: 6", "low: 1", 5, "'space.layers.high' is missing", "add high"},
        {"low: 1, high: 6", "low: 1.5, high: 6", 5,
         "space.layers.low is the float '1.5' (an integer is needed)", "write a whole number"},
        {"low: 1, high: 6", "low: 1, high: 1e3", 5, "the float '1e3' (an integer is needed)", "write 1000"},
        {"low: 1, high: 6", "low: 1, high: \"6\"", 5, "the string '6' (an integer is needed)",
         "without quotes"},
        {"low: 1, high: 6", "low: 7, high: 6", 5, "high 6 is below low 7", "exchange them"},
        {"low: 1, high: 6", "low: 1, high: 99999999999999999999", 5, "integers have 64 bits",
         "use a smaller number"},
        {"low: 1, high: 6", "low: 1, high: 010", 5, "'010' is ambiguous (an octal", "plain decimal number"},
        {"low: 1, high: 6", "low: 1, high: 1_000", 5, "a number in YAML 1.1, a string in YAML 1.2",
         "plain decimal number"},
        {"low: 1, high: 6", "low: 1, high: 6, choices: [1]", 5, "an int parameter has no 'choices'",
         "change the type"},
        {"low: 1.0e-5", "low: 0", 4, "low is 0.0 on a log scale", "give a low above 0"},
        {"low: 1.0e-5", "low: .nan", 4, "'.nan' is not finite", "write a finite number"},
        {"low: 1.0e-5", "low: -.inf", 4, "'-.inf' is not finite", "write a finite number"},
        {"high: 1e-2", "high: 1e999", 4, "beyond the range of a double", "use a number"},
        {"high: 1e-2", "high: [1]", 4, "a list stands where one value belongs", "remove the brackets"},
        {"high: 1e-2", "high: !wide 1", 4, "the tag '!wide' is unknown", "remove it"},
        {"log: true", "log: yes", 4, "'yes' is ambiguous", "write true or false"},
        {"log: true", "log: 1", 4, "space.lr.log is the integer '1' (a boolean is needed)",
         "write true or false"},
        {"step: 0.1", "step: 0", 6, "step is 0.0", "give a number above 0"},
        {"choices: [gnn, transformer]", "choices: gnn", 7, "a list is needed", "write choices: [a, b]"},
        {"choices: [gnn, transformer]", "choices: []", 7, "there are no choices", "list at least one"},
        {"choices: [gnn, transformer]", "choices: [gnn, gnn]", 7, "the choice gnn is there twice",
         "list it once"},
        {"choices: [gnn, transformer]", "choices: [gnn, on]", 7, "'on' is ambiguous",
         "\"on\" for the string"},
        {"choices: [gnn, transformer]", "choices: [gnn, ~]", 7, "there is no value", "write a value"},
        {"choices: [gnn, transformer]", "choices: [gnn], low: 0", 7, "a categorical parameter has no 'low'",
         "remove it"},
        {"type: int, low: 1, high: 6", "type: fixed", 5, "'space.layers.value' is missing", "add value: 3"},
        {"type: int, low: 1, high: 6", "type: fixed, value: 3, low: 1", 5, "a fixed parameter has no 'low'",
         "change the type"},
        {"type: int, low: 1, high: 6", "type: fixed, value: [3]", 5, "a list stands where one value belongs",
         "remove the brackets"},
        {"type: int, low: 1, high: 6", "type: int, low: 1, high: 6, ordered: true", 5,
         "an int parameter has no 'ordered'", "change the type"},
        {"choices: [gnn, transformer]", "choices: [gnn, transformer], ordered: 1", 7,
         "space.model.ordered is the integer '1'", "write true or false"},
        {"{type: int, low: 1, high: 6}", "3", 5, "a parameter is described by a map", "write {type: float"},
        {"{type: int, low: 1, high: 6}", "{type: int, low: 1, high: 6, default: 3}", 5,
         "unknown key 'default'", "remove it"},
        {"layers:", "lr:", 5, "the parameter 'lr' is given twice (first on line 4)", "rename or remove"},
        {"layers:", "'my layers':", 5, "without blanks and braces", "use letters, digits"},
        {"when: {model: gnn}", "when: {modl: gnn}", 8, "the space has no such parameter",
         "did you mean 'model'?"},
        {"when: {model: gnn}", "when: {model: cnn}", 8, "cnn is not a choice", "take one of these"},
        {"when: {model: gnn}", "when: {lr: 0.001}", 8, "a float without step", "give lr a step, or choices"},
        {"when: {model: gnn}", "when: {bin_size: 16}", 8, "depends on itself", "name another parameter"},
        {"when: {model: gnn}", "when: model", 8, "a condition names parameters and their values",
         "write when: {model: gnn}"},
        {"", bent(smallest, "{x: {type: float, low: 0, high: 1}}", "{}"), 3, "space is empty",
         "write them as"},
        // Constraints
        {"search:", "constraints: layers < 3\nsearch:", 9, "constraints is the string 'layers < 3' (a list",
         "write constraints: ["},
        {"search:", "constraints:\n  - layers < 3\n  - layer > 1\nsearch:", 11,
         "constraint 'layer > 1', character 1: layer is no parameter", "did you mean 'layers'?"},
        {"search:", "constraints:\n  - model == gmn\nsearch:", 10,
         "character 10: gmn is no choice of model (its choices are gnn, transformer)", "take one of these"},
        {"search:", "constraints: [layers <]\nsearch:", 9, "character 9: the constraint ends too soon",
         "complete it"},
        {"search:", "constraints: [3]\nsearch:", 9, "an entry of constraints is the integer '3'",
         "put it in quotes"},
        {"search:", "constraints: [layers > 6]\nsearch:", 9,
         "no configuration fulfils \"layers > 6\" (it is false for all values", "widen their ranges"},
        {"search:", "constraints: [layers > 3 or dropout > 0.3, layers < 3, dropout < 0.2]\nsearch:", 9,
         "no configuration fulfils all constraints (each set of values breaks one of", "loosen one of them"},
        // Search and fidelity
        {"sampler: random", "sampler: randon", 9, "this version has random, grid", "did you mean 'random'?"},
        {"sampler: random", "sampler: bayes", 9, "search.sampler is 'bayes'", "use one of random, grid"},
        {"seed: 7", "seed: -7", 9, "an integer from 0 to 18446744073709551615 is needed", "such as 7"},
        {"seed: 7", "seed: 7, grid_points: 0", 9, "it must be at least 1", "use 1 or more"},
        {"seed: 7", "seed: 7, cost: epochs", 9, "search.cost is 'epochs'", "use one of seconds"},
        {"seed: 7", "seed: 7, cost: seconds", 9, "the sampler random takes no cost",
         "take gp, or remove cost"},
        {"seed: 7", "seed: 7, enqueue: {lr: 1e-3}", 9, "search.enqueue is a map (a list",
         "write enqueue: [{"},
        {"seed: 7", "seed: 7, enqueue: [lr]", 9, "search.enqueue[1] is the string 'lr' (a map", "write {"},
        {"seed: 7", "seed: 7, enqueue: [{lr: 1e-3}]", 9, "search.enqueue[1]: layers is missing", "add it"},
        {"seed: 7", "seed: 7, enqueue: [{lr: 1, layers: 2, dropout: 0, model: transformer}]", 9,
         "search.enqueue[1]: lr: 1.0 is out of range", "take a value in it"},
        {"seed: 7", "seed: 7, enqueue: [{lr: 1e-3, lr: 1e-3, layers: 2, dropout: 0, model: transformer}]", 9,
         "search.enqueue[1]: 'lr' is given twice", "remove one"},
        {"seed: 7", "seed: 7, enqueue: [&a {lr: 1e-3, layers: 2, dropout: 0, model: transformer}, *a]", 9,
         "search.enqueue[2] is there before", "remove one of them"},
        {"seed: 7", "seed: 7, warm_start: []", 9, "search.warm_start is a list", "write warm_start: STUDY"},
        {"seed: 7", "seed: 7, warm_start: {db: a.db}", 9, "'search.warm_start.study' is missing",
         "add study"},
        {"scheduler: hyperband", "scheduler: swift-hyprband", 10,
         "this version has none, asha, asha-stopping, pasha, successive-halving, hyperband, swift-hyperband, "
         "swift-asha, fast-hyperband",
         "did you mean 'swift-hyperband'?"},
        {"eta: 3", "eta: 3, population: 8", 10, "population is 8 (only pbt has a population", "remove it"},
        {"scheduler: hyperband", "scheduler: pbt, interval: 28", 10, "interval is 28", "give 1 to 27"},
        {"scheduler: hyperband", "scheduler: pbt, population: many", 10,
         "fidelity.population is the string 'many'", "write a whole number"},
        {"eta: 3", "eta: 1", 10, "fidelity.eta is 1 (it must be at least 2)", "use 2 or more"},
        {"eta: 3", "eta: 3.0", 10, "fidelity.eta is the float '3.0'", "write 3"},
        {"min: 1, max: 27", "min: 0, max: 27", 10, "fidelity.min is 0", "use 1 or more"},
        {"min: 1, max: 27", "min: 28, max: 27", 10, "it lies above fidelity.max", "swap or correct"},
        {"min: 1, max: 27", "min: 27, max: 27", 10, "no rung to stop trials at", "use scheduler: none"},
        {"min: 1, max: 27, ", "", 10, "'fidelity.max' is missing", "add max"},
        // Stop
        {"trials: 200", "trials: 0", 11, "stop.trials is 0", "use 1 or more"},
        {"trials: 200", "trials: 2.5", 11, "stop.trials is the float '2.5'", "write a whole number"},
        {"resource: 5000", "resource: many", 11, "stop.resource is the string 'many'",
         "write a whole number"},
        {"hours: 12", "hours: 0", 11, "it must lie above 0", "write hours such as"},
        {"hours: 12", "hours: 12:30", 11, "a number to base 60 in YAML 1.1", "plain decimal number"},
        {"failure_rate: 0.3", "failure_rate: 30", 11, "a share of the ended trials", "write a share"},
        {"failure_rate: 0.3", "failure_rate: 0", 11, "a share of the ended trials", "write a share"},
        {"value: 0.1", "value: .inf", 11, "is not finite", "write a finite number"},
        {"value: 0.1", "timeout: 600", 11, "it counts seconds in other programs", "use hours"},
        {"", bent(smallest, "stop: {trials: 3}\n", ""), 0, "the study would never end",
         "add stop: {trials: 100}"},
        {"", bent(smallest, "trials: 3", "failure_rate: 0.5"), 4, "failure_rate ends only a study that fails",
         "add stop: {trials: 100}"},
        {"", bent(smallest, "stop: {trials: 3}", "fidelity: {scheduler: asha, max: 9}"), 0,
         "the scheduler asha go on for ever", "add stop"},
        // Trial
        {"[mlpf-train, --data, clic.h5, --lr, \"{param.lr}\", --to, \"{to}\"]", "mlpf-train --data clic.h5",
         13, "as no shell splits it", "write command: [mlpf-train, --data, clic.h5]"},
        {"[mlpf-train, --data, clic.h5, --lr, \"{param.lr}\", --to, \"{to}\"]", "[]", 13, "a list of 0 words",
         "write command: ["},
        {"mlpf-train,", "\"\",", 13, "the command is a list of strings and numbers", "write it in quotes"},
        {"clic.h5", "[clic.h5]", 13, "a word of trial.command is a list", "write it in quotes"},
        {"clic.h5", "~", 13, "a word of trial.command is nothing", "write it in quotes"},
        {"{param.lr}", "{param.learning}", 13, "the space has no such parameter", "use one of lr, layers"},
        {"{param.lr}", "{param.layer}", 13, "the space has no such parameter", "did you mean 'layers'?"},
        {"{param.lr}", "{param.bin_size}", 13, "trials without it, by its 'when', could never start",
         "read it from the run file"},
        {"{param.lr}", "{lr}", 13, "placeholders are {param.NAME}, {run}", "did you mean '{param.lr}'?"},
        {"{to}", "{too}", 13, "placeholders are {param.NAME}", "did you mean '{to}'?"},
        {"ranks: 2", "ranks: 0", 14, "trial.ranks is 0", "use 1 or more"},
        {"mpi: mpirun", "mpi: mpiexec", 15, "this version has auto, none, mpirun, srun",
         "use one of auto, none, mpirun, srun"},
        {"retries: 1", "retries: -1", 16, "trial.retries is -1", "use 0 or more"},
        {"timeout: 2h", "timeout: 2 parsecs", 17, "a number with ms, s, m, h or d is needed",
         "write a duration"},
        {"timeout: 2h", "timeout: -5", 17, "trial.timeout is the integer '-5'", "write a duration"},
        {"stall: 10m", "stall: 0s", 18, "every attempt would end at once", "remove it for no limit"},
        {"grace: 45s", "grace: [45s]", 19, "trial.grace is a list", "write one such as 90s"},
    };
    return files;
}

TEST(bad_study_file, names_line_reason_and_way_out) {
    ASSERT_GE(bad_files().size(), 45u);
    for (const BadFile& bad : bad_files()) {
        SCOPED_TRACE(bad.from + " -> " + bad.to.substr(0, 100));
        const Reading reading = read_study(text_of(bad));
        EXPECT_FALSE(reading.file);
        ASSERT_FALSE(reading.errors.empty());
        bool found = false;
        std::string all;
        for (const FileError& error : reading.errors) {
            all += std::to_string(error.line) + ": " + error.text + "\n";
            found = found || (error.line == bad.line && error.text.find(bad.why) != std::string::npos &&
                              error.text.find(bad.way_out) != std::string::npos);
        }
        EXPECT_TRUE(found) << "expected " << bad.line << ": " << bad.why << " / " << bad.way_out << "\n"
                           << all;
    }
}

TEST(bad_study_file, one_mistake_is_one_error) {
    for (const BadFile& bad : bad_files()) {
        if (bad.from.empty()) continue;
        const Reading reading = read_study(text_of(bad));
        // A misspelt key that is required is also missing; nothing else is said twice.
        EXPECT_EQ(reading.errors.size(), 1u) << bad.from << " -> " << bad.to;
    }
}

TEST(bad_study_file, every_message_has_a_reason_in_parentheses) {
    for (const BadFile& bad : bad_files())
        for (const FileError& error : read_study(text_of(bad)).errors) {
            EXPECT_NE(error.text.find(" ("), std::string::npos) << error.text;
            EXPECT_NE(error.text.find(") "), std::string::npos) << error.text;
        }
}

}  // namespace
}  // namespace quench::orchestrator::study
