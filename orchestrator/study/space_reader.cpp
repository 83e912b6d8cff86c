#include "orchestrator/study/space_reader.hpp"

#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/scalar.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

using namespace search::space;

// More than any study searches; they bound what aliases in a hostile file can multiply.
constexpr std::size_t most_parameters = 500;
constexpr std::size_t most_choices = 1000;
constexpr std::size_t most_constraints = 100;

const std::vector<Key>& parameter_keys() {
    static const std::vector<Key> keys = {
        {"type", {"parameterType", "distribution"}},
        {"low", {"min", "lower"}},
        {"high", {"max", "upper"}},
        {"log", {}},
        {"step", {}},
        {"choices", {"values", "categories"}},
        {"ordered", {}},
        {"value", {}},
        {"when", {}},
        {"q",
         {},
         to_text({"unknown key 'q'", "rounding to multiples of q can leave the range",
                  "use 'step', which counts from low"})},
        {"default",
         {},
         to_text({"unknown key 'default'", "samplers propose every value themselves", "remove it"})},
    };
    return keys;
}

/// A type by the name that a user brings, and what else that name says.
struct Type {
    enum class Kind { real, integer, categorical, fixed } kind;
    bool log = false;
    bool ordinal = false;
};

std::optional<Type> type_of(const std::string& word) {
    using enum Type::Kind;
    static const std::map<std::string, Type> types = {{"float", {real}},
                                                      {"int", {integer}},
                                                      {"categorical", {categorical}},
                                                      {"fixed", {fixed}},
                                                      {"constant", {fixed}},
                                                      {"ordinal", {categorical, false, true}},
                                                      {"double", {real}},
                                                      {"integer", {integer}},
                                                      {"choice", {categorical}},
                                                      {"uniform", {real}},
                                                      {"int_uniform", {integer}},
                                                      {"loguniform", {real, true}},
                                                      {"log_uniform_values", {real, true}}};
    const auto found = types.find(word);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

/// Names of other programs that look familiar here but mean something else.
std::optional<Complaint> false_friend(const std::string& word) {
    static const std::map<std::string, Complaint> friends = {
        {"randint",
         {"type is 'randint'", "its upper bound is excluded in other programs, included here",
          "use type: int with high one lower"}},
        {"lograndint",
         {"type is 'lograndint'", "its upper bound is excluded in other programs, included here",
          "use type: int, log: true with high one lower"}},
        {"log_uniform",
         {"type is 'log_uniform'", "its bounds are exponents in other programs, values here",
          "use type: float, log: true with the values themselves"}},
        {"quniform",
         {"type is 'quniform'", "it rounds to multiples of q and can leave the range",
          "use type: float with step"}},
        {"normal", {"type is 'normal'", "a range needs two ends", "use type: float with low and high"}}};
    const auto found = friends.find(word);
    return found == friends.end() ? std::nullopt : std::optional(found->second);
}

class SpaceReader {
  public:
    explicit SpaceReader(Report& report) : report_(report) {}
    std::optional<Space> read(const Field& field, const Field* constraints);

  private:
    /// A parameter and where its parts stand.
    struct Read {
        Parameter parameter;
        std::map<std::string, int> lines;
        const Node* when = nullptr;
        bool sound = false;
    };

    Read read_parameter(const std::string& name, const Field& field);
    std::optional<Type> read_type(const Section& section);
    bool read_bounds(const Section& section, const Type& type, Domain& domain);
    bool read_choices(const Section& section, const Type& type, Domain& domain);
    bool read_fixed(const Section& section, Domain& domain);
    void read_conditions(Read& read);
    Condition read_condition(const Entry& entry, const Read& owner);
    bool refuse(const Section& section, const std::vector<std::string>& fields, const std::string& type);
    bool check_name(const std::string& name, int line);
    void report_problem(const Read& read, const Problem& problem);
    void check_alone(Read& read);
    void check_conditions(std::vector<Parameter> parameters);
    std::vector<std::string> read_constraints(const Field& field, const std::vector<Parameter>& parameters);

    Report& report_;
    std::vector<Read> reads_;
};

bool SpaceReader::check_name(const std::string& name, int line) {
    constexpr std::size_t longest = 128;
    const auto bad = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '{' || c == '}' || c == 0x7F;
    };
    if (!name.empty() && name.size() <= longest && std::none_of(name.begin(), name.end(), bad)) return true;
    report_.add(line, {fmt::format("a parameter is called {}", quoted(name)),
                       fmt::format("names have 1 to {} characters, without blanks and braces, so that "
                                   "{{param.NAME}} can hold them",
                                   longest),
                       "use letters, digits, '_', '-' and '.'"});
    return false;
}

std::optional<Type> SpaceReader::read_type(const Section& section) {
    const Field* field = section.require("type", "a range alone does not say what lies in it",
                                         "add type: float, int, categorical or fixed");
    if (field == nullptr) return std::nullopt;
    const auto word = read_word(report_, *field);
    if (!word) return std::nullopt;
    if (const auto type = type_of(*word)) return type;
    if (auto trap = false_friend(*word)) {
        report_.add(field->line, *trap);
        return std::nullopt;
    }
    static const std::vector<std::string> words = {"float", "int", "categorical", "fixed"};
    report_.add(field->line, {fmt::format("{} is {}", field->path, quoted(*word)),
                              "a type is float, int, categorical or fixed", suggestion(*word, words)});
    return std::nullopt;
}

bool SpaceReader::refuse(const Section& section, const std::vector<std::string>& fields,
                         const std::string& type) {
    bool clean = true;
    for (const std::string& name : fields) {
        const Field* field = section.find(name);
        if (field == nullptr) continue;
        report_.add(field->line,
                    {fmt::format("{} is given", field->path),
                     fmt::format("{} parameter has no '{}'", type, name), "remove it or change the type"});
        clean = false;
    }
    return clean;
}

bool SpaceReader::read_bounds(const Section& section, const Type& type, Domain& domain) {
    const bool integer = type.kind == Type::Kind::integer;
    const bool clean = refuse(section, {"choices", "ordered", "value"}, integer ? "an int" : "a float");
    const Field* low = section.require("low", "a range has two ends", "add low");
    const Field* high = section.require("high", "a range has two ends", "add high");
    const Field* step = section.find("step");
    const Field* log = section.find("log");
    const auto flag = log == nullptr ? std::optional(type.log) : read_flag(report_, *log);
    if (flag && type.log && !*flag) {
        report_.add(log->line,
                    {fmt::format("{} is false", log->path), "the type says that the scale is logarithmic",
                     "use type: float without log"});
        return false;
    }
    const Scale scale = flag.value_or(false) ? Scale::log : Scale::linear;
    if (integer) {
        constexpr Range<std::int64_t> any = {INT64_MIN, INT64_MAX};
        const auto a = low ? read_integer(report_, *low, any) : std::nullopt;
        const auto b = high ? read_integer(report_, *high, any) : std::nullopt;
        const auto s = step ? read_integer(report_, *step, any) : std::optional<std::int64_t>(1);
        if (a && b && s) domain = IntDomain{*a, *b, scale, *s};
        return clean && a && b && s && flag;
    }
    const auto a = low ? read_number(report_, *low) : std::nullopt;
    const auto b = high ? read_number(report_, *high) : std::nullopt;
    const auto s = step ? read_number(report_, *step) : std::nullopt;
    if (a && b) domain = FloatDomain{*a, *b, scale, s};
    return clean && a && b && (s || !step) && flag;
}

bool SpaceReader::read_fixed(const Section& section, Domain& domain) {
    const bool clean = refuse(section, {"low", "high", "log", "step", "choices", "ordered"}, "a fixed");
    const Field* field = section.require("value", "a fixed parameter has one", "add value: 3, say");
    if (field == nullptr) return false;
    auto value = typed(*field->value);
    if (!value) {
        report_.add(field->line, field->path + ": " + value.error().text());
        return false;
    }
    domain = CategoricalDomain{{*std::move(value)}};
    return clean;
}

bool SpaceReader::read_choices(const Section& section, const Type& type, Domain& domain) {
    const bool clean = refuse(section, {"low", "high", "log", "step", "value"}, "a categorical");
    const Field* ordered = section.find("ordered");
    const auto flag = ordered == nullptr ? std::optional(type.ordinal) : read_flag(report_, *ordered);
    if (flag && type.ordinal && !*flag)
        report_.add(ordered->line, {fmt::format("{} is false", ordered->path),
                                    "the type says that there is an order", "use type: categorical"});
    if (!flag || (type.ordinal && !*flag)) return false;
    const Field* field =
        section.require("choices", "a categorical parameter is a list of values", "add choices: [a, b]");
    if (field == nullptr) return false;
    if (field->value->kind != Node::Kind::list) {
        report_.add(field->line, {fmt::format("{} is {}", field->path, described(*field->value)),
                                  "a list is needed", "write choices: [a, b]"});
        return false;
    }
    if (field->value->items.size() > most_choices) {
        report_.add(field->line, {fmt::format("{} has {} values", field->path, field->value->items.size()),
                                  fmt::format("at most {} are supported", most_choices),
                                  "use an int parameter as an index into a table of your own"});
        return false;
    }
    CategoricalDomain choices;
    if (*flag)
        choices.order = Order::ordinal;
    else if (ordered != nullptr)
        choices.order = Order::nominal;
    for (const Node* item : field->value->items) {
        auto value = typed(*item);
        if (value)
            choices.choices.push_back(*std::move(value));
        else
            report_.add(item->line, field->path + ": " + value.error().text());
    }
    const bool whole = choices.choices.size() == field->value->items.size();
    domain = std::move(choices);
    return clean && whole;
}

SpaceReader::Read SpaceReader::read_parameter(const std::string& name, const Field& field) {
    Read read;
    read.parameter.name = name;
    read.lines[""] = field.line;
    if (field.value->kind != Node::Kind::map) {
        report_.add(field.line,
                    {fmt::format("{} is {}", field.path, described(*field.value)),
                     "a parameter is described by a map",
                     "write {type: float, low: 0, high: 1} or {type: categorical, choices: [a, b]}"});
        return read;
    }
    const std::size_t errors_before = report_.count();
    const Section section(report_, field, parameter_keys());
    for (const Key& key : parameter_keys())
        if (const Field* part = section.find(key.name)) read.lines[key.name] = part->line;
    if (const Field* when = section.find("when")) read.when = when->value;
    const auto type = read_type(section);
    if (!type) return read;
    const bool readable = type->kind == Type::Kind::fixed ? read_fixed(section, read.parameter.domain)
                          : type->kind == Type::Kind::categorical
                              ? read_choices(section, *type, read.parameter.domain)
                              : read_bounds(section, *type, read.parameter.domain);
    read.sound = readable && report_.count() == errors_before;
    return read;
}

Condition SpaceReader::read_condition(const Entry& entry, const Read& owner) {
    Condition condition{entry.key->text, {}};
    const auto parent = std::find_if(reads_.begin(), reads_.end(), [&](const Read& other) {
        return other.parameter.name == condition.parameter;
    });
    const bool wants_a_float =
        parent != reads_.end() && std::holds_alternative<FloatDomain>(parent->parameter.domain);
    const bool list = entry.value->kind == Node::Kind::list;
    const std::vector<const Node*> one = {entry.value};
    const auto& items = list ? entry.value->items : one;
    for (const Node* item : items) {
        if (condition.any_of.size() >= most_choices) break;
        auto value = typed(*item);
        if (!value) {
            report_.add(entry.key->line, fmt::format("space.{}.when.{}: {}", owner.parameter.name,
                                                     condition.parameter, value.error().text()));
            continue;
        }
        const auto* integer = std::get_if<std::int64_t>(&*value);
        if (wants_a_float && integer != nullptr)
            condition.any_of.emplace_back(static_cast<double>(*integer));
        else
            condition.any_of.push_back(*std::move(value));
    }
    return condition;
}

void SpaceReader::read_conditions(Read& read) {
    if (read.when == nullptr) return;
    const std::size_t errors_before = report_.count();
    const int line = read.lines["when"];
    if (read.when->kind != Node::Kind::map || read.when->entries.size() > most_parameters) {
        report_.add(line, {fmt::format("space.{}.when is {}", read.parameter.name, described(*read.when)),
                           "a condition names parameters and their values",
                           "write when: {model: gnn} or when: {model: [gnn, transformer]}"});
        read.sound = false;
        return;
    }
    std::set<std::string> seen;
    for (const Entry& entry : read.when->entries) {
        if (entry.key->kind != Node::Kind::scalar || !seen.insert(entry.key->text).second) {
            report_.add(entry.key->line,
                        {fmt::format("{} is given twice or is no word", quoted(entry.key->text)),
                         "a condition names each parameter once", "write its values as a list: [a, b]"});
            continue;
        }
        const bool known = std::any_of(reads_.begin(), reads_.end(), [&](const Read& other) {
            return other.parameter.name == entry.key->text;
        });
        if (!known) {
            std::vector<std::string> names;
            for (const Read& other : reads_)
                if (&other != &read) names.push_back(other.parameter.name);
            report_.add(entry.key->line,
                        {fmt::format("space.{}.when names {}", read.parameter.name, quoted(entry.key->text)),
                         "the space has no such parameter",
                         names.empty() ? "remove the condition" : suggestion(entry.key->text, names)});
            continue;
        }
        read.parameter.when.push_back(read_condition(entry, read));
    }
    if (report_.count() != errors_before) read.sound = false;
}

void SpaceReader::report_problem(const Read& read, const Problem& problem) {
    const auto line = read.lines.find(problem.field);
    report_.add(line == read.lines.end() ? read.lines.at("") : line->second,
                fmt::format("space.{}: {}", read.parameter.name, problem.text));
}

void SpaceReader::check_alone(Read& read) {
    if (!read.sound) return;
    Parameter alone = read.parameter;
    alone.when.clear();
    if (const auto problem = find_problem({alone})) {
        report_problem(read, *problem);
        read.sound = false;
    }
}

/// find_problem names the first problem; taking its conditions away brings the next to light.
void SpaceReader::check_conditions(std::vector<Parameter> parameters) {
    for (std::size_t round = 0; round < parameters.size(); ++round) {
        const auto problem = find_problem(parameters);
        if (!problem || problem->parameter >= parameters.size()) return;
        report_problem(reads_[problem->parameter], *problem);
        if (parameters[problem->parameter].when.empty()) return;
        parameters[problem->parameter].when.clear();
    }
}

std::vector<std::string> SpaceReader::read_constraints(const Field& field,
                                                       const std::vector<Parameter>& parameters) {
    std::vector<std::string> texts;
    if (field.value->kind != Node::Kind::list || field.value->items.size() > most_constraints) {
        report_.add(field.line, {field.value->kind == Node::Kind::list
                                     ? fmt::format("constraints has {} entries", field.value->items.size())
                                     : fmt::format("constraints is {}", described(*field.value)),
                                 fmt::format("a list of at most {} is needed", most_constraints),
                                 "write constraints: [\"batch * ranks <= 256\"]"});
        return texts;
    }
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters) names.push_back(parameter.name);
    for (const Node* item : field.value->items) {
        const auto text = read_word(report_, {"an entry of constraints", item, item->line});
        if (!text) continue;
        const auto parsed = Constraint::parse(*text, parameters);
        texts.push_back(*text);
        const auto* fault = std::get_if<ConstraintFault>(&parsed);
        if (fault == nullptr) continue;
        const auto near = fault->unknown.empty() ? std::nullopt : nearest(fault->unknown, names);
        report_.add(item->line,
                    {fmt::format("constraint {}, character {}: {}", quoted(*text), fault->at, fault->problem),
                     fault->why, near ? fmt::format("did you mean '{}'?", *near) : fault->way_out});
    }
    return texts;
}

std::optional<Space> SpaceReader::read(const Field& field, const Field* constraints) {
    const std::size_t errors_before = report_.count();
    const bool map = field.value->kind == Node::Kind::map;
    if (!map || field.value->entries.empty() || field.value->entries.size() > most_parameters) {
        report_.add(field.line, {map && !field.value->entries.empty()
                                     ? fmt::format("space has {} parameters", field.value->entries.size())
                                     : fmt::format("space is {}", map ? "empty" : described(*field.value)),
                                 fmt::format("a map of 1 to {} parameters is needed", most_parameters),
                                 "write them as 'name: {type: float, low: 0, high: 1}'"});
        return std::nullopt;
    }
    std::map<std::string, int> seen;
    for (const Entry& entry : field.value->entries) {
        const std::string name = entry.key->kind == Node::Kind::scalar ? entry.key->text : "";
        const auto [earlier, fresh] = seen.emplace(name, entry.key->line);
        if (!check_name(name, entry.key->line)) continue;
        if (!fresh) {
            report_.add(entry.key->line,
                        {fmt::format("the parameter {} is given twice", quoted(name)),
                         fmt::format("first on line {}", earlier->second), "rename or remove one of them"});
            continue;
        }
        reads_.push_back(read_parameter(name, {"space." + name, entry.value, entry.key->line}));
    }
    for (Read& read : reads_) read_conditions(read);
    for (Read& read : reads_) check_alone(read);
    const bool sound = std::all_of(reads_.begin(), reads_.end(), [](const Read& read) { return read.sound; });
    std::vector<Parameter> parameters;
    for (const Read& read : reads_) parameters.push_back(read.parameter);
    if (sound) check_conditions(parameters);
    if (report_.count() != errors_before) return std::nullopt;
    std::vector<std::string> texts;
    if (constraints != nullptr) texts = read_constraints(*constraints, parameters);
    if (report_.count() != errors_before) return std::nullopt;
    auto space = Space::make(std::move(parameters), texts);
    if (space) return *std::move(space);
    report_.add(constraints ? constraints->line : field.line, space.error().text());
    return std::nullopt;
}

}  // namespace

std::optional<Space> read_space(Report& report, const Field& field, const Field* constraints) {
    return SpaceReader(report).read(field, constraints);
}

}  // namespace quench::orchestrator::study
