#include "orchestrator/cli/input_file.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
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

simulate::Table table_of_file(const std::string& path) {
    auto table = simulate::read_table(text_of_file(path, "table", simulate::TableLimits{}.bytes));
    if (!table) throw Refusal(ExitCode::usage, printable(path) + ": " + printable(table.error().text()));
    return std::move(table).value();
}

}  // namespace quench::orchestrator::cli
