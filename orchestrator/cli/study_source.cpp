#include "orchestrator/cli/study_source.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/study/report.hpp"
#include "orchestrator/study/yaml.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace quench::orchestrator::cli {

std::string text_of_file(const std::string& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    const auto refuse = [&](const std::string& problem, const std::string& why, const std::string& way_out) {
        return Refusal(ExitCode::usage, study::to_text({study::quoted(path) + " " + problem, why, way_out}));
    };
    if (!std::filesystem::exists(status))
        throw refuse("is not there", "the study file is looked for from the current folder",
                     "correct the path");
    if (std::filesystem::is_directory(status))
        throw refuse("is a folder", "a study is one YAML file", "name the file in it");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw refuse("cannot be opened", std::strerror(errno), "check its permissions");
    const std::size_t limit =
        study::YamlLimits{}.bytes + 1;  // one more, so that the reader sees it is too long
    std::string text(limit, '\0');
    file.read(text.data(), static_cast<std::streamsize>(limit));
    if (file.bad()) throw refuse("cannot be read", std::strerror(errno), "check the file system");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace quench::orchestrator::cli
