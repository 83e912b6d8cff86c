#include "orchestrator/cli/program.hpp"

#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>
#include <variant>

#include <unistd.h>

namespace quench::orchestrator::cli {
namespace {

namespace fs = std::filesystem;

void expect_file(const std::string& path) {
    std::error_code failure;
    if (fs::exists(path, failure)) return;
    throw Refusal(ExitCode::not_found, "there is no database '" + path +
                                           "' (nothing has been run here) name one with --db or QUENCH_DB");
}

using io::sqlite::OpenFailure;
using io::sqlite::SqliteStore;

std::unique_ptr<SqliteStore> open_sqlite(const std::string& path) {
    expect_file(path);
    auto opened = SqliteStore::open_to_read(path);
    if (const auto* failure = std::get_if<OpenFailure>(&opened)) {
        const bool gone = failure->why == OpenFailure::Why::not_found;
        throw Refusal(gone ? ExitCode::not_found : ExitCode::storage, failure->text);
    }
    return std::get<std::unique_ptr<SqliteStore>>(std::move(opened));
}

std::unique_ptr<store::Store> open_to_read(const std::string& path) {
    return open_sqlite(path);
}

std::vector<std::string> check_database(const std::string& path) {
    const auto store = open_sqlite(path);
    const auto names = store->studies();
    if (!names) throw Refusal(ExitCode::storage, names.error().text());
    std::vector<std::string> findings;
    const auto damage = store->damage();
    if (!damage)
        findings.push_back(damage.error().text());
    else
        for (const std::string& finding : *damage) findings.push_back("the file is damaged: " + finding);
    for (const std::string& name : *names) {
        const auto differences = store->projection_differences(name);
        if (!differences)
            findings.push_back("study '" + name + "': " + differences.error().text());
        else
            for (const std::string& difference : *differences)
                findings.push_back("study '" + name + "': " + difference);
    }
    return findings;
}

base::TimePoint now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<base::Duration>(since).count()};
}

}  // namespace

World real_world() {
    return World{std::cout, std::cerr, open_to_read, check_database, now};
}

study::LaunchSite launch_site(const std::string& file, std::optional<int> slots) {
    std::error_code failure;
    const char* path = std::getenv("PATH");
    return {.slots = slots,
            .study_dir = fs::absolute(file, failure).lexically_normal().parent_path().string(),
            .workdir = fs::current_path(failure).string(),
            .program_dir = program_folder(),
            .path = path != nullptr ? path : "",
            .is_program =
                [](const std::string& name) {
                    std::error_code gone;
                    return fs::is_regular_file(name, gone) && ::access(name.c_str(), X_OK) == 0;
                },
            .is_file =
                [](const std::string& name) {
                    std::error_code gone;
                    return fs::is_regular_file(name, gone) && ::access(name.c_str(), R_OK) == 0;
                }};
}

std::string this_program() {
    std::error_code failure;
    const fs::path self = fs::read_symlink("/proc/self/exe", failure);
    return !failure && fs::exists(self, failure) ? self.string() : "/proc/self/exe";
}

std::string program_folder() {
    std::error_code failure;
    const fs::path self = fs::read_symlink("/proc/self/exe", failure);
    return failure ? std::string() : self.parent_path().string();
}

}  // namespace quench::orchestrator::cli
