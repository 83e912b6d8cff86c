#include "orchestrator/cli/study_source.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/study/launch_check.hpp"
#include "orchestrator/study/report.hpp"
#include "orchestrator/study/yaml.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <system_error>

namespace quench::orchestrator::cli {

std::string text_of_file(const std::string& path, const std::string& kind, std::size_t limit) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    const auto refuse = [&](const std::string& problem, const std::string& why, const std::string& way_out) {
        return Refusal(ExitCode::usage, study::to_text({study::quoted(path) + " " + problem, why, way_out}));
    };
    if (!std::filesystem::exists(status))
        throw refuse("is not there", "the " + kind + " is looked for from the current folder",
                     "correct the path");
    if (std::filesystem::is_directory(status))
        throw refuse("is a folder", "a " + kind + " is one file", "name the file in it");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw refuse("cannot be opened", std::strerror(errno), "check its permissions");
    std::string text;
    std::string piece(1 << 16, '\0');
    // One byte more than the limit, so that the reader sees it is too long.
    while (file && text.size() <= limit) {
        file.read(piece.data(),
                  static_cast<std::streamsize>(std::min(piece.size(), limit + 1 - text.size())));
        text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) throw refuse("cannot be read", std::strerror(errno), "check the file system");
    return text;
}

StudySource read_source(const std::string& path, std::optional<int> slots) {
    StudySource source;
    source.text = text_of_file(path, "study file", study::YamlLimits{}.bytes);
    source.reading = study::read_study(source.text);
    if (slots && source.reading.file) {
        source.reading.errors = study::check_launch(*source.reading.file, launch_site(path, slots));
        if (!source.reading.errors.empty()) source.reading.file.reset();
    }
    return source;
}

void print_file_errors(const World& world, const std::string& path,
                       const std::vector<study::FileError>& errors) {
    for (const auto& error : errors) {
        world.err << path << ":" << std::max(1, error.line) << ": " << printable(error.text) << "\n";
    }
}

}  // namespace quench::orchestrator::cli
