// A database of every version is kept and opened. QUENCH_REWRITE=1 writes that of the current version anew;
// once a version is released its file is never rewritten.
#include "orchestrator/io/sqlite/connection.hpp"
#include "orchestrator/io/sqlite/schema.hpp"
#include "tests/orchestrator/io/sqlite/sqlite_folder.hpp"
#include "tests/orchestrator/store/facts.hpp"

#include <cstdlib>

namespace quench::orchestrator::io::sqlite {
namespace {

std::string asset(std::uint32_t version) {
    return QUENCH_ASSETS "/v" + std::to_string(version) + ".db";
}

TEST(sqlite_asset, a_database_of_every_version_is_opened_and_brought_up_to_date) {
    const auto facts = store::story("kept", 8, 1);
    if (std::getenv("QUENCH_REWRITE")) {
        std::filesystem::remove(asset(schema_version));
        ASSERT_TRUE(
            opened(SqliteStore::open_to_write(asset(schema_version), writer()))->append("kept", facts));
    }
    for (std::uint32_t version = 1; version <= schema_version; ++version) {
        const Folder folder;
        std::filesystem::copy_file(asset(version), folder.file());
        EXPECT_EQ(opened(SqliteStore::open_to_read(folder.file()))->load("kept")->size(), facts.size());
        const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
        ASSERT_TRUE(store) << "version " << version;
        EXPECT_EQ(store::texts_of(*store->load("kept")), store::texts_of(facts));
        EXPECT_EQ(*store->projection_differences("kept"), std::vector<std::string>{});
        EXPECT_EQ(Connection(folder.file(), Mode::read).integer("PRAGMA user_version"), schema_version);
    }
}

}  // namespace
}  // namespace quench::orchestrator::io::sqlite
