#include "orchestrator/study/launch_check.hpp"

#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

std::string with_study_dir(std::string word, const std::string& study_dir) {
    constexpr std::string_view mark = "{study_dir}";
    for (std::size_t at = 0; (at = word.find(mark, at)) != word.npos; at += study_dir.size())
        word.replace(at, mark.size(), study_dir);
    return word;
}

std::string joined(const std::string& folder, const std::string& name) {
    if (folder.empty() || name.starts_with('/')) return name;
    return folder + (folder.ends_with('/') ? "" : "/") + name;
}

/// Left for the trial: its own values are needed to know the program.
bool depends_on_the_trial(const std::string& word) {
    for (const std::string_view mark : {"{param.", "{run}", "{checkpoint_dir}", "{to}"})
        if (word.find(mark) != word.npos) return true;
    return false;
}

/// A word such as {study_dir}/train.py, which an interpreter is to read. Only those: of other arguments
/// nobody knows whether the program reads them or makes them.
bool is_script_of_the_study(std::string_view word) {
    if (!word.starts_with("{study_dir}/")) return false;
    for (const std::string_view end : {".py", ".sh", ".bash", ".R", ".jl", ".pl", ".rb", ".js", ".lua"})
        if (word.ends_with(end)) return true;
    return false;
}

/// The first word of a predictor's command: the coordinator runs it, from where it was started.
void check_annealer(Report& report, const StudyFile& file, const LaunchSite& site) {
    const auto& predictor = file.study.fidelity.predictor;
    if (!site.is_program || !predictor || !predictor->options.contains("command")) return;
    LaunchSite here = site;
    here.workdir.clear();
    here.program_dir.clear();
    const std::string& command = predictor->options.at("command");
    const std::size_t begin = std::min(command.find_first_not_of(' '), command.size());
    const std::string word = command.substr(begin, command.find(' ', begin) - begin);
    if (find_program(word, here)) return;
    report.add(file.fidelity_line,
               {fmt::format("the annealer command {} is not there", quoted(word)),
                word.find('/') != word.npos ? "no executable file of that name, seen from the current folder"
                                            : "it is not in PATH",
                "correct the predictor's command, or leave it out: the annealer of quench then samples"});
}

}  // namespace

std::optional<std::string> find_program(const std::string& word, const LaunchSite& site) {
    const std::string name = with_study_dir(word, site.study_dir);
    if (name.empty() || depends_on_the_trial(name)) return std::nullopt;
    const auto try_one = [&](const std::string& path) {
        return site.is_program(path) ? std::optional(path) : std::nullopt;
    };
    if (name.find('/') != name.npos) return try_one(joined(site.workdir, name));
    if (!site.program_dir.empty())
        if (auto found = try_one(joined(site.program_dir, name))) return found;
    for (std::size_t begin = 0; begin <= site.path.size();) {
        const std::size_t end = std::min(site.path.find(':', begin), site.path.size());
        const std::string folder = site.path.substr(begin, end - begin);
        // An empty entry of PATH means the current folder.
        if (auto found = try_one(joined(folder.empty() ? site.workdir : joined(site.workdir, folder), name)))
            return found;
        begin = end + 1;
    }
    return std::nullopt;
}

std::vector<FileError> check_launch(const StudyFile& file, const LaunchSite& site) {
    Report report;
    const core::TrialProgram& trial = file.study.trial;
    if (site.slots && trial.ranks > *site.slots)
        report.add(file.ranks_line,
                   {fmt::format("trial.ranks is {}", trial.ranks),
                    fmt::format("there are {} slots, so no trial could ever start", *site.slots),
                    fmt::format("use at most {} ranks, or --slots {}", *site.slots, trial.ranks)});
    const std::string& word = trial.command.front();
    if (site.is_program && !depends_on_the_trial(word) && !find_program(word, site)) {
        const bool path = with_study_dir(word, site.study_dir).find('/') != word.npos;
        report.add(file.command_line,
                   {fmt::format("the program {} is not there", quoted(with_study_dir(word, site.study_dir))),
                    path ? fmt::format("no executable file of that name, seen from {}", quoted(site.workdir))
                         : "neither beside quench nor in PATH",
                    path ? "correct the path, or make it executable (chmod +x)"
                         : "correct the name, or write a path such as ./program"});
    }
    for (std::size_t i = 1; site.is_file && i < trial.command.size(); ++i) {
        const std::string& script = trial.command[i];
        if (!is_script_of_the_study(script) || depends_on_the_trial(script)) continue;
        if (const std::string path = with_study_dir(script, site.study_dir); !site.is_file(path))
            report.add(file.command_line,
                       {fmt::format("the script {} is not there", quoted(path)),
                        fmt::format("no file of that name can be read, and {{study_dir}} is {}",
                                    quoted(site.study_dir)),
                        "correct the name, or put the file there"});
    }
    check_annealer(report, file, site);
    return std::move(report).take();
}

}  // namespace quench::orchestrator::study
