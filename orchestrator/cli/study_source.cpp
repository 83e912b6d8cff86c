#include "orchestrator/cli/study_source.hpp"

#include "orchestrator/cli/input_file.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/study/launch_check.hpp"
#include "orchestrator/study/report.hpp"
#include "orchestrator/study/yaml.hpp"

#include <algorithm>
#include <ostream>

namespace quench::orchestrator::cli {

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
