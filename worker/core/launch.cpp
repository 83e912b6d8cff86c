#include "worker/core/launch.hpp"

#include "trainer/contract/run_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace quench::worker::core {
namespace {

using nlohmann::json;
using protocol::Launcher;
using protocol::Start;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(std::string_view text) {
    if (text.starts_with("param.")) return true;  // parameter names are free
    return !text.empty() && std::ranges::all_of(text, is_letter);
}

struct Values {
    const json& params;
    std::string run;
    std::string checkpoint_dir;
    std::string to;
};

base::Result<std::string> value_of(std::string_view name, const Values& values) {
    if (name == "run") return values.run;
    if (name == "checkpoint_dir") return values.checkpoint_dir;
    if (name == "to") return values.to;
    const std::string shown(name.substr(0, 60));
    if (!name.starts_with("param."))
        return base::Error("the command has {" + shown +
                           "} (known are {param.NAME}, {run}, {checkpoint_dir} and {to}); write {{" + shown +
                           "}} if the braces are meant");
    const auto found = values.params.find(std::string(name.substr(6)));
    if (found == values.params.end())
        return base::Error("the command has {" + shown + "}, but the trial has no such parameter");
    if (found->is_string()) return found->get<std::string>();
    return found->dump(-1, ' ', false, json::error_handler_t::replace);
}

base::Result<std::string> substituted(std::string_view word, const Values& values) {
    std::string out;
    while (!word.empty()) {
        const auto open = word.find('{');
        const auto close = open == word.npos ? word.npos : word.find('}', open);
        if (close == word.npos) return out.append(word);
        const bool doubled = word.substr(open).starts_with("{{") && word.substr(close).starts_with("}}");
        const auto inner = word.substr(open + 1 + (doubled ? 1 : 0));
        const auto name = inner.substr(0, inner.find('}'));
        const bool shell = open > 0 && word[open - 1] == '$';
        out.append(word.substr(0, open));
        if (shell || !is_name(name)) {
            out += '{';
            word.remove_prefix(open + 1);
            continue;
        }
        if (doubled) {
            out.append("{").append(name).append("}");
            word.remove_prefix(close + 2);
            continue;
        }
        const auto value = value_of(name, values);
        if (!value) return value.error();
        out += *value;
        word.remove_prefix(close + 1);
    }
    return out;
}

std::vector<std::string> launcher_words(const Start& start) {
    const auto n = std::to_string(start.ranks);
    switch (start.launcher) {
        case Launcher::none:
            return {};
        case Launcher::mpirun:
            return {"mpirun", "-n", n, "--oversubscribe", "--bind-to", "none"};
        case Launcher::srun:
            return {"srun", "-n", n};
    }
    return {};
}

trainer::contract::RunFile run_file(const Start& start, json params, const std::string& checkpoint_dir) {
    trainer::contract::RunFile run;
    run.study = start.key.study;
    run.trial = start.key.trial;
    run.attempt = start.key.attempt;
    run.params = std::move(params);
    run.resource.from = start.from;
    run.resource.to = start.to;
    run.resource.unit = start.unit;
    run.seed = start.seed;
    run.ranks = start.ranks;
    run.checkpoint_dir = checkpoint_dir;
    std::optional<base::Duration> left = start.time_left;
    if (start.timeout && (!left || *start.timeout < *left)) left = start.timeout;
    if (left) run.time_left_s = base::seconds(*left);
    return run;
}

}  // namespace

base::Result<Spawn> spawn_for(const Start& start, const std::filesystem::path& directory) {
    json params = json::parse(start.params, nullptr, false);
    if (!params.is_object()) return base::Error("the parameters are no JSON object");
    if (start.command.empty()) return base::Error("the study has no command");
    Spawn out;
    out.key = start.key;
    out.folder = (directory / start.folder).lexically_normal();
    out.workdir = (directory / start.workdir).lexically_normal();
    const auto attempt = std::to_string(start.key.attempt);
    out.run_file = out.folder / (attempt + ".json");
    out.log_file = out.folder / (attempt + ".log");
    out.checkpoint_dir = out.folder / "checkpoint";
    if (start.parent_folder)
        out.parent_checkpoint = (directory / *start.parent_folder).lexically_normal() / "checkpoint";
    out.launcher = start.launcher;
    out.grace = start.grace;
    out.words = launcher_words(start);
    const Values values{params, out.run_file, out.checkpoint_dir, std::to_string(start.to)};
    for (const auto& word : start.command) {
        auto done = substituted(word, values);
        if (!done) return done.error();
        if (done->find('\0') != std::string::npos)
            return base::Error("a word of the command has a zero byte");
        out.words.push_back(std::move(*done));
    }
    out.run_text = trainer::contract::to_text(run_file(start, std::move(params), out.checkpoint_dir));
    return out;
}

Environment trial_environment(Environment own, const Surroundings& around) {
    // Below an mpirun, OMPI_MCA_* are its settings for its own ranks; elsewhere the user has set them.
    const bool below_mpirun = own.contains("OMPI_COMM_WORLD_SIZE");
    std::erase_if(own, [&](const auto& entry) {
        const std::string& name = entry.first;
        if (name.starts_with("OMPI_MCA_")) return below_mpirun;
        constexpr std::array prefixes = {"OMPI_", "PMIX_", "ORTE_", "PMI_"};
        return std::ranges::any_of(prefixes, [&](const char* p) { return name.starts_with(p); });
    });
    const auto unless_set = [&](const char* name, std::string value) {
        own.try_emplace(name, std::move(value));
    };
    if (around.root) {
        own["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
        own["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
    }
    unless_set("OMPI_MCA_rmaps_base_oversubscribe", "1");
    unless_set("OMPI_MCA_hwloc_base_binding_policy", "none");
    const auto nodes = own.find("SLURM_JOB_NUM_NODES");
    if (nodes == own.end() || nodes->second == "1") {
        // Looking for fabrics that one host does not need costs 0.2 s a start.
        unless_set("OMPI_MCA_pml", "ob1");
        if (own["OMPI_MCA_pml"] == "ob1") unless_set("OMPI_MCA_btl", "self,vader");
    }
    // A rank killed by SIGKILL leaves its files behind; here they go with the folder.
    unless_set("OMPI_MCA_orte_tmpdir_base", around.temporary);
    unless_set("OMPI_MCA_btl_vader_backing_directory", around.temporary);
    unless_set("OMP_NUM_THREADS", "1");
    own["QUENCH_RUN"] = around.run_file;
    return own;
}

}  // namespace quench::worker::core
