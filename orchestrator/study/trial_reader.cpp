#include "orchestrator/study/trial_reader.hpp"

#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/scalar.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

const std::vector<Key>& trial_keys() {
    static const std::vector<Key> keys = {
        {"command", {}}, {"ranks", {}}, {"mpi", {}},  {"retries", {"max_retries"}},
        {"timeout", {}}, {"stall", {}}, {"grace", {}}};
    return keys;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The placeholders of a word of the command: what stands between braces and is a name. Other braces, those
/// of a JSON argument say, are text.
std::vector<std::string> placeholders(const std::string& word) {
    std::vector<std::string> found;
    for (std::size_t open = word.find('{'); open != word.npos; open = word.find('{', open + 1)) {
        const std::size_t close = word.find_first_of("{}", open + 1);
        if (close == word.npos) break;
        if (word[close] == '{') continue;
        const std::string name = word.substr(open + 1, close - open - 1);
        const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
        });
        if ((plain && is_letter(name[0])) || name.starts_with("param.")) found.push_back(name);
    }
    return found;
}

std::vector<std::string> names_of(const search::space::Space& space) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters()) names.push_back(parameter.name);
    return names;
}

void check_parameter(Report& report, int line, const std::string& name, const search::space::Space& space) {
    const std::string problem = fmt::format("trial.command uses {}", quoted("{param." + name + "}"));
    const auto& parameters = space.parameters();
    if (parameters.empty()) return;
    const auto found = std::ranges::find(parameters, name, &search::space::Parameter::name);
    if (found == parameters.end()) {
        report.add(line, {problem, "the space has no such parameter", suggestion(name, names_of(space))});
    } else if (!found->when.empty()) {
        report.add(line, {problem, "trials without it, by its 'when', could never start",
                          "let the program read it from the run file, {run}"});
    }
}

void check_placeholders(Report& report, int line, const std::string& word,
                        const search::space::Space& space) {
    static const std::vector<std::string> fixed = {"run", "checkpoint_dir", "to", "study_dir"};
    for (const std::string& name : placeholders(word)) {
        if (std::find(fixed.begin(), fixed.end(), name) != fixed.end()) continue;
        const std::string prefix = "param.";
        if (name.starts_with(prefix)) {
            check_parameter(report, line, name.substr(prefix.size()), space);
            continue;
        }
        const std::vector<std::string> parameters = names_of(space);
        std::vector<std::string> known = fixed;
        for (const std::string& parameter : parameters) known.push_back(prefix + parameter);
        const bool is_a_parameter = std::ranges::find(parameters, name) != parameters.end();
        const auto near = is_a_parameter ? std::optional(prefix + name) : nearest(name, known);
        report.add(line, {fmt::format("trial.command uses {}", quoted("{" + name + "}")),
                          "placeholders are {param.NAME}, {run}, {checkpoint_dir}, {to} and {study_dir}",
                          near ? fmt::format("did you mean '{{{}}}'?", *near)
                               : "use one of these, or put braces that are text into a script"});
    }
}

std::vector<std::string> read_command(Report& report, const Field& field, const search::space::Space& space) {
    constexpr std::size_t most_words = 1000;
    const Node& node = *field.value;
    if (node.kind != Node::Kind::list || node.items.empty() || node.items.size() > most_words) {
        std::string form = "[program, --option, value]";
        if (node.kind == Node::Kind::scalar) {
            form = node.text.substr(0, 200);
            std::replace(form.begin(), form.end(), '\n', ' ');
            for (std::size_t at = 0; (at = form.find(' ', at)) != form.npos; at += 2)
                form.replace(at, 1, ", ");
            form = "[" + form + "]";
        }
        report.add(
            field.line,
            {fmt::format("{} is {}", field.path,
                         node.kind == Node::Kind::list ? fmt::format("a list of {} words", node.items.size())
                                                       : described(node)),
             fmt::format("a list of 1 to {} words is needed, as no shell splits it", most_words),
             "write command: " + form});
        return {};
    }
    std::vector<std::string> words;
    for (const Node* item : node.items) {
        const bool empty_program = words.empty() && item->text.empty();
        if (item->kind != Node::Kind::scalar || empty_program || item->text.find('\0') != std::string::npos) {
            report.add(item->line,
                       {fmt::format("a word of {} is {}", field.path, described(*item)),
                        "the command is a list of strings and numbers", "write it in quotes, or remove it"});
            return {};
        }
        check_placeholders(report, item->line, item->text, space);
        words.push_back(item->text);  // as it is written: 1e-3 stays 1e-3
    }
    return words;
}

std::optional<base::Duration> read_positive(Report& report, const Field& field) {
    const auto duration = read_duration(report, field);
    if (!duration || duration->count() > 0) return duration;
    report.add(field.line, {field.path + " is 0", "every attempt would end at once",
                            "give it time, or remove it for no limit"});
    return std::nullopt;
}

core::Mpi mpi_of(const std::string& word) {
    if (word == "none") return core::Mpi::none;
    if (word == "mpirun") return core::Mpi::mpirun;
    if (word == "srun") return core::Mpi::srun;
    return core::Mpi::automatic;
}

}  // namespace

TrialSection read_trial(Report& report, const Field& at, const search::space::Space& space) {
    // Beyond these a number is a slip of the keyboard.
    constexpr Range<std::int64_t> ranks_range = {1, 100'000};
    constexpr Range<std::int64_t> retries_range = {0, 1000};
    static const std::vector<std::string> launchers = {"auto", "none", "mpirun", "srun"};

    TrialSection read;
    core::TrialProgram& program = read.program;
    const Section section(report, at, trial_keys());
    read.command_line = read.ranks_line = at.line;
    if (at.value->kind != Node::Kind::map) return read;
    const Field* command =
        section.require("command", "a trial is a program", "add command: [program, --option, value]");
    if (command != nullptr) {
        read.command_line = command->line;
        program.command = read_command(report, *command, space);
    }
    if (const Field* field = section.find("ranks")) {
        read.ranks_line = field->line;
        if (const auto ranks = read_integer(report, *field, ranks_range))
            program.ranks = static_cast<int>(*ranks);
    }
    if (const Field* field = section.find("mpi"))
        if (const auto word = read_choice(report, *field, launchers)) program.mpi = mpi_of(*word);
    if (const Field* field = section.find("retries"))
        if (const auto retries = read_integer(report, *field, retries_range))
            program.retries = static_cast<int>(*retries);
    if (const Field* field = section.find("timeout")) program.timeout = read_positive(report, *field);
    if (const Field* field = section.find("stall")) program.stall = read_positive(report, *field);
    if (const Field* field = section.find("grace"))
        if (const auto grace = read_duration(report, *field)) program.grace = *grace;
    return read;
}

}  // namespace quench::orchestrator::study
