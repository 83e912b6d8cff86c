// A fresh folder for databases, and a store in it.
#pragma once

#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace quench::orchestrator::io::sqlite {

class Folder {
  public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "quench-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file(const std::string& name = "quench.db") const {
        return (path_ / name).string();
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            names.insert(entry.path().filename().string());
        return names;
    }

  private:
    std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline WriterOptions writer(base::TimePoint now = {1'000'000'000}) {
    WriterOptions options;
    options.host = "n1";
    options.pid = ::getpid();
    options.access_file = "/run/quench/access";
    options.now = now;
    return options;
}

/// The store, or a failed test.
inline std::unique_ptr<SqliteStore> opened(SqliteStore::Opened result) {
    if (const auto* failure = std::get_if<OpenFailure>(&result)) {
        ADD_FAILURE() << failure->text;
        return nullptr;
    }
    return std::get<0>(std::move(result));
}

inline OpenFailure refused(const SqliteStore::Opened& result) {
    if (const auto* failure = std::get_if<OpenFailure>(&result)) return *failure;
    ADD_FAILURE() << "it was opened";
    return {};
}

}  // namespace quench::orchestrator::io::sqlite
