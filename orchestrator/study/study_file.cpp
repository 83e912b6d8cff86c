#include "orchestrator/study/study_file.hpp"

#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/search_reader.hpp"
#include "orchestrator/study/section.hpp"
#include "orchestrator/study/space_reader.hpp"
#include "orchestrator/study/trial_reader.hpp"
#include "orchestrator/study/yaml.hpp"
#include "predictor/catalogue.hpp"
#include "search/catalogue.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

using core::Direction;
using core::Study;

// Sums of resource over all trials stay far from the end of 64 bits.
constexpr std::int64_t most_resource = 1'000'000'000;
constexpr std::int64_t most_trials = 10'000'000;
constexpr std::int64_t most_total = 1'000'000'000'000'000;
constexpr double most_hours = 1e6;
constexpr std::size_t most_objectives = 4;

const std::vector<Key>& study_keys() {
    static const std::vector<Key> keys = {{"study", {"study_name", "name"}},
                                          {"objective", {"objectives"}},
                                          {"space", {"parameters", "search_space"}},
                                          {"constraints", {}},
                                          {"search", {}},
                                          {"fidelity", {}},
                                          {"stop", {}},
                                          {"trial", {}}};
    return keys;
}

const std::vector<Key>& objective_keys() {
    static const std::vector<Key> keys = {{"metric", {"objectiveMetricName"}},
                                          {"direction", {"goal", "mode"}}};
    return keys;
}

const std::vector<Key>& fidelity_keys() {
    static const std::vector<Key> keys = {
        {"scheduler", {}},
        {"unit", {}},
        {"min", {"grace_period", "min_budget", "min_resource", "min_t", "min_iter"}},
        {"max", {"max_t", "max_budget", "max_resource", "max_iter", "R"}},
        {"eta", {"reduction_factor"}},
        {"brackets", {}},
        {"trials", {}},
        {"predictor", {}},
        {"mode", {}},
        {"d", {}},
        {"k", {}},
        {"known_curve", {}},
        {"risk", {}},
        {"audit", {}},
        {"start_cost", {}},
        {"population", {"population_size"}},
        {"interval", {"perturbation_interval"}},
        {"quantile", {"quantile_fraction"}},
        {"perturb", {}},
        {"resample", {"resample_probability"}}};
    return keys;
}

const std::vector<Key>& stop_keys() {
    static const std::vector<Key> keys = {
        {"trials", {"n_trials", "num_samples", "maxTrialCount", "max_trials"}},
        {"resource", {}},
        {"hours", {}},
        {"value", {}},
        {"failure_rate", {}},
        {"timeout",
         {},
         to_text({"unknown key 'stop.timeout'", "it counts seconds in other programs", "use hours"})}};
    return keys;
}

void read_study_name(Report& report, const Field& field, Study& study) {
    const auto name = read_name(report, field);
    if (!name) return;
    const bool plain = std::all_of(name->begin(), name->end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
    if (plain && (*name)[0] != '.') {
        study.name = *name;
        return;
    }
    report.add(field.line, {fmt::format("{} is {}", field.path, quoted(*name)),
                            "it becomes a folder's name: letters, digits, '.', '_' and '-', no '.' in front",
                            "choose another name"});
}

std::optional<core::Objective> read_one_objective(Report& report, const Field& at) {
    const std::size_t errors_before = report.count();
    const Section section(report, at, objective_keys());
    if (at.value->kind != Node::Kind::map) return std::nullopt;
    core::Objective objective;
    const Field* metric =
        section.require("metric", "it is the name in the program's reports", "add metric: val_loss, say");
    if (metric != nullptr)
        if (const auto name = read_name(report, *metric)) objective.metric = *name;
    const Field* direction = section.find("direction");
    const auto word = direction ? read_word(report, *direction) : std::nullopt;
    static const std::vector<std::string> down = {"minimize", "minimise", "min", "MINIMIZE"};
    static const std::vector<std::string> up = {"maximize", "maximise", "max", "MAXIMIZE"};
    const auto is_one_of = [&](const std::vector<std::string>& words) {
        return std::find(words.begin(), words.end(), *word) != words.end();
    };
    static const std::vector<std::string> words = {"minimize", "maximize"};
    if (word && is_one_of(up))
        objective.direction = Direction::maximize;
    else if (word && !is_one_of(down))
        report.add(direction->line, {fmt::format("{} is {}", direction->path, quoted(*word)),
                                     "a direction is minimize or maximize", suggestion(*word, words)});
    if (report.count() != errors_before) return std::nullopt;
    return objective;
}

void read_objective(Report& report, const Field& at, Study& study) {
    if (at.value->kind != Node::Kind::list) {
        if (auto one = read_one_objective(report, at)) study.objective = *std::move(one);
        return;
    }
    const auto& items = at.value->items;
    if (items.empty() || items.size() > most_objectives) {
        report.add(
            at.line,
            {fmt::format("{} is a list of {}", at.path, items.size()),
             fmt::format("1 to {} objectives are supported", most_objectives),
             "write [{metric: val_loss, direction: minimize}, {metric: seconds, direction: minimize}]"});
        return;
    }
    std::vector<core::Objective> all;
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto one =
            read_one_objective(report, {fmt::format("{}[{}]", at.path, i + 1), items[i], items[i]->line});
        if (!one) return;
        const bool again = std::any_of(all.begin(), all.end(), [&](const core::Objective& other) {
            return other.metric == one->metric;
        });
        if (again) {
            report.add(items[i]->line,
                       {fmt::format("the metric {} is an objective twice", quoted(one->metric)),
                        "each objective is a metric of its own", "remove or correct one"});
            return;
        }
        all.push_back(*std::move(one));
    }
    study.objective = all.front();
    study.others.assign(all.begin() + 1, all.end());
    study.sampler.objectives = all.size();
}

/// What takes one number for better than another cannot serve several objectives.
void check_objectives(Report& report, const Study& study, const Field* fidelity, const Field* stop) {
    if (study.others.empty()) return;
    if (study.fidelity.name != "none")
        report.add(fidelity->line,
                   {fmt::format("the scheduler {} serves one objective", study.fidelity.name),
                    fmt::format("it ranks trials by one number, and the study has {} objectives",
                                study.others.size() + 1),
                    "use scheduler: none, or one objective"});
    if (study.stop.value)
        report.add(stop->line,
                   {"stop.value is given", "of several objectives none says when the study is good enough",
                    "remove it, or use one objective"});
}

/// An option of a predictor as its catalogue takes it: the text as it stands, a list as words.
std::optional<std::string> option_text(Report& report, const Field& field) {
    std::string text;
    const auto& items = field.value->items;
    const bool list = field.value->kind == Node::Kind::list;
    const bool plain = std::all_of(items.begin(), items.end(),
                                   [](const Node* item) { return item->kind == Node::Kind::scalar; });
    if (field.value->kind == Node::Kind::scalar) return field.value->text;
    if (list && plain) {
        for (const Node* item : items) text += (text.empty() ? "" : " ") + item->text;
        return text;
    }
    report.add(field.line, {fmt::format("{} is neither a value nor a list of words", field.path),
                            "predictors are told numbers and words", "write one"});
    return std::nullopt;
}

/// A name, or {model: svr, cost: 67.61}: the model's options as `quench predict` takes them.
void read_predictor(Report& report, const Field& at, search::SchedulerOptions& options) {
    const auto names = predictor::predictor_names();
    if (at.value->kind != Node::Kind::map) {
        if (const auto name = read_choice(report, at, names)) options.predictor = {*name, {}};
        return;
    }
    std::string model;
    for (const Entry& entry : at.value->entries)
        if (entry.key->text == "model") model = entry.value->text;
    std::vector<Key> keys = {{"model", {}}};
    for (const std::string& option : predictor::predictor_option_names(model)) keys.push_back({option, {}});
    const std::size_t errors_before = report.count();
    if (model.empty()) {
        report.add(at.line, {fmt::format("'{}.model' is missing", at.path), "it says which predictor",
                             "add model: svr, say"});
        return;
    }
    const auto is_model = [&](const std::string& name) { return name == model; };
    // Which options there are depends on the model: with an unknown one only that is said.
    if (std::none_of(names.begin(), names.end(), is_model)) keys = {{"model", {}}};
    const Section section(report, at, keys);
    const Field* field = section.find("model");
    if (field == nullptr || !read_choice(report, *field, names)) return;
    search::PredictorChoice choice{model, {}};
    for (const Key& key : keys) {
        const Field* option = key.name == "model" ? nullptr : section.find(key.name);
        if (option == nullptr) continue;
        if (const auto text = option_text(report, *option)) choice.options[key.name] = *text;
    }
    if (report.count() != errors_before) return;
    if (const auto made = predictor::make_predictor(choice.model, choice.options); !made)
        report.add(at.line, made.error().text());
    options.predictor = std::move(choice);
}

void read_swift(Report& report, const Section& section, search::SchedulerOptions& options) {
    static const std::vector<std::string> modes = {"default", "paper"};
    if (const Field* field = section.find("mode"))
        if (const auto mode = read_choice(report, *field, modes))
            if (*mode != "default") options.mode = *mode;
    if (const Field* field = section.find("predictor")) read_predictor(report, *field, options);
    if (const Field* field = section.find("d"))
        if (const auto curves = read_integer(report, *field, {2, 1'000'000}))
            options.teaching = static_cast<std::uint64_t>(*curves);
    if (const Field* field = section.find("k")) options.vanguard = read_number(report, *field);
    if (const Field* field = section.find("risk")) options.risk = read_number(report, *field);
    if (const Field* field = section.find("audit")) options.audit = read_number(report, *field);
    if (const Field* field = section.find("start_cost")) options.start_cost = read_number(report, *field);
    if (const Field* field = section.find("known_curve")) options.known_curve = read_number(report, *field);
}

void read_population(Report& report, const Section& section, search::SchedulerOptions& options) {
    if (const Field* field = section.find("population"))
        if (const auto members = read_integer(report, *field, {1, 1'000'000}))
            options.population = static_cast<std::uint64_t>(*members);
    if (const Field* field = section.find("interval"))
        options.interval = read_integer(report, *field, {1, most_resource});
    if (const Field* field = section.find("quantile")) options.quantile = read_number(report, *field);
    if (const Field* field = section.find("perturb")) options.perturb = read_number(report, *field);
    if (const Field* field = section.find("resample")) options.resample = read_number(report, *field);
}

void read_fidelity(Report& report, const Field& at, Study& study) {
    search::SchedulerOptions& options = study.fidelity;
    const Section section(report, at, fidelity_keys());
    if (at.value->kind != Node::Kind::map) return;
    const std::size_t errors_before = report.count();
    if (const Field* field = section.find("scheduler"))
        if (const auto name = read_choice(report, *field, search::scheduler_names())) options.name = *name;
    if (const Field* field = section.find("unit"))
        if (const auto unit = read_name(report, *field)) options.unit = *unit;
    const Field* min = section.find("min");
    const Field* max = section.find("max");
    if (min != nullptr) options.min = read_integer(report, *min, {1, most_resource}).value_or(1);
    if (max != nullptr) options.max = read_integer(report, *max, {1, most_resource}).value_or(most_resource);
    if (const Field* field = section.find("eta"))
        options.eta = static_cast<int>(read_integer(report, *field, {2, 1000}).value_or(2));
    if (const Field* field = section.find("brackets"))
        options.brackets = static_cast<int>(read_integer(report, *field, {1, 100}).value_or(1));
    if (const Field* field = section.find("trials"))
        if (const auto trials = read_integer(report, *field, {1, 1'000'000}))
            options.trials = static_cast<std::uint64_t>(*trials);
    read_swift(report, section, options);
    read_population(report, section, options);
    if (report.count() != errors_before) return;
    if (max == nullptr && (min != nullptr || options.name != "none")) {
        report.add(at.line,
                   {"'fidelity.max' is missing",
                    fmt::format("a trial is complete after so many {}s", options.unit), "add max: 27, say"});
        return;
    }
    if (options.min > options.max) {
        report.add(min->line, {fmt::format("{} is {}", min->path, options.min),
                               fmt::format("it lies above {}, which is {}", max->path, options.max),
                               "swap or correct them"});
        return;
    }
    if (options.name != "none" && options.min == options.max) {
        report.add(max->line, {fmt::format("{} equals the minimum, {}", max->path, options.max),
                               fmt::format("{} has no rung to stop trials at", options.name),
                               "raise max, or use scheduler: none"});
        return;
    }
    if (auto scheduler = search::make_scheduler(options, study.space, study.sampler.seed); !scheduler)
        report.add(at.line, scheduler.error().text());
}

void read_stop(Report& report, const Field& at, Study& study) {
    core::StopRules& stop = study.stop;
    const Section section(report, at, stop_keys());
    if (const Field* field = section.find("trials"))
        if (const auto trials = read_integer(report, *field, {1, most_trials}))
            stop.trials = static_cast<std::uint64_t>(*trials);
    if (const Field* field = section.find("resource"))
        stop.resource = read_integer(report, *field, {1, most_total});
    if (const Field* field = section.find("hours")) {
        const auto hours = read_number(report, *field);
        if (hours && *hours > 0 && *hours <= most_hours)
            stop.wall =
                base::Duration(std::max<std::int64_t>(1, static_cast<std::int64_t>(*hours * 3.6e9 + 0.5)));
        else if (hours)
            report.add(field->line, {fmt::format("{} is {}", field->path, *hours),
                                     fmt::format("it must lie above 0 and not above {}", most_hours),
                                     "write hours such as 12 or 0.5"});
    }
    if (const Field* field = section.find("value")) stop.value = read_number(report, *field);
    if (const Field* field = section.find("failure_rate")) {
        const auto rate = read_number(report, *field);
        if (rate && *rate > 0 && *rate <= 1)
            stop.failure_rate = rate;
        else if (rate)
            report.add(field->line, {fmt::format("{} is {}", field->path, *rate),
                                     "it is a share of the ended trials, above 0 and up to 1",
                                     "write a share such as 0.3"});
    }
}

/// A study ends by itself when its space is exhausted or its schedule is finite (Hyperband).
void check_that_it_ends(Report& report, int line, const Study& study) {
    const core::StopRules& stop = study.stop;
    if (stop.trials || stop.resource || stop.wall || stop.value || study.sampler.name == "grid") return;
    if (const auto configurations = study.space.cardinality();
        configurations && *configurations <= most_trials)
        return;  // no sampler proposes one twice
    const auto scheduler = search::make_scheduler(study.fidelity, study.space, study.sampler.seed);
    if (!scheduler || (*scheduler)->planned_resource()) return;
    report.add(line, {"the study would never end",
                      fmt::format("the sampler {} and the scheduler {} go on for ever and {}",
                                  study.sampler.name, study.fidelity.name,
                                  stop.failure_rate ? "failure_rate ends only a study that fails"
                                                    : "there is no stop rule"),
                      "add stop: {trials: 100}, or resource, hours or value"});
}

/// Equalities that no draw fulfils.
void check_equalities(Report& report, int line, const search::space::Space& space) {
    for (const search::space::Constraint& constraint : space.constraints())
        if (const auto pinned = constraint.pinned_float(space.parameters()))
            report.add(line,
                       {fmt::format("no draw fulfils the constraint {}", quoted(constraint.text())),
                        fmt::format("{} is a float without step, and a single value would have to be hit",
                                    space.parameters()[*pinned].name),
                        "give its floats a step, allow a band by <= and >=, or leave one of them out and "
                        "let the program work it out"});
}

class Reader {
  public:
    explicit Reader(Purpose purpose) : purpose_(purpose) {}
    Reading read(const std::string& text);

  private:
    void read_sections(const Document& document);

    Purpose purpose_;
    Report report_;
    StudyFile file_;
};

void Reader::read_sections(const Document& document) {
    Study& study = file_.study;
    const Section top(report_, {"", document.root, 0}, study_keys());
    if (document.root->kind != Node::Kind::map) return;
    if (const Field* field = top.require("study", "a study is called by its name", "add study: my-study"))
        read_study_name(report_, *field, study);
    const Field* objective = top.require("objective", "it says what is better",
                                         "add objective: {metric: val_loss, direction: minimize}");
    if (objective != nullptr) read_objective(report_, *objective, study);
    const Field* space = top.require("space", "it says what is searched",
                                     "add space: {lr: {type: float, low: 1e-5, high: 1e-2, log: true}}");
    const std::size_t errors_before_space = report_.count();
    if (space != nullptr)
        if (auto read = read_space(report_, *space, top.find("constraints"))) study.space = *std::move(read);
    const Field* constraints = top.find("constraints");
    if (constraints != nullptr && purpose_ != Purpose::journal)
        check_equalities(report_, constraints->line, study.space);
    const bool space_is_sound = space != nullptr && report_.count() == errors_before_space;

    const std::size_t errors_before_search = report_.count();
    const Field* search = top.find("search");
    if (search != nullptr) read_search(report_, *search, space_is_sound, study);
    if (space_is_sound && report_.count() == errors_before_search)
        if (auto sampler = search::make_sampler(study.sampler, study.space); !sampler)
            report_.add(search ? search->line : space->line, sampler.error().text());
    if (const Field* field = top.find("fidelity")) {
        read_fidelity(report_, *field, study);
        file_.fidelity_line = field->line;
    }
    const Field* stop = top.find("stop");
    if (stop != nullptr) read_stop(report_, *stop, study);
    if (report_.count() == errors_before_search) check_objectives(report_, study, top.find("fidelity"), stop);
    // Said only when sampler, scheduler and rules themselves were readable.
    if (report_.count() == errors_before_search) check_that_it_ends(report_, stop ? stop->line : 0, study);

    const Field* trial = purpose_ == Purpose::simulation
                             ? top.find("trial")
                             : top.require("trial", "it says which program is run",
                                           "add trial: {command: [program, --option, value]}");
    if (trial == nullptr) return;
    TrialSection read = read_trial(report_, *trial, study.space);
    study.trial = std::move(read.program);
    file_.command_line = read.command_line;
    file_.ranks_line = read.ranks_line;
}

Reading Reader::read(const std::string& text) {
    auto parsed = parse_yaml(text);
    if (auto* failure = std::get_if<FileError>(&parsed)) return {std::nullopt, {std::move(*failure)}};
    const Document& document = std::get<Document>(parsed);
    if (document.root == nullptr || document.root->kind == Node::Kind::nothing)
        report_.add(0, {"the file is empty", "a study needs study, objective, space and trial",
                        "is it the right file?"});
    else
        read_sections(document);
    if (report_.empty()) return {std::move(file_), {}};
    return {std::nullopt, std::move(report_).take()};
}

}  // namespace

Reading read_study(const std::string& text, Purpose purpose) {
    return Reader(purpose).read(text);
}

base::Result<core::Study> study_from_text(const std::string& text) {
    Reading reading = read_study(text, Purpose::journal);
    if (reading.file) return std::move(reading.file->study);
    const FileError& first = reading.errors.front();
    return base::Error(first.line > 0 ? fmt::format("line {}: {}", first.line, first.text) : first.text);
}

}  // namespace quench::orchestrator::study
