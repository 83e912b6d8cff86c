#include "worker/io/checkpoint_copy.hpp"

#include "tests/worker/io/temporary_folder.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace quench::worker::io {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}
std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
bool never() {
    return false;
}

TEST(CheckpointCopy, everything_in_the_folder_is_copied) {
    const TemporaryFolder folder;
    write(folder / "1/checkpoint/.reports", "hidden");
    write(folder / "1/checkpoint/deep/er/model", std::string(1 << 20, 'x'));
    fs::permissions(folder / "1/checkpoint/deep/er/model", fs::perms::owner_all);
    fs::create_symlink("deep/er/model", folder / "1/checkpoint/latest");
    ASSERT_EQ(::mkfifo((folder / "1/checkpoint/pipe").c_str(), 0600), 0);
    fs::create_directories(folder / "2");
    const auto done = copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", never);
    ASSERT_TRUE(done.ok()) << done.error().text();
    EXPECT_EQ(read(folder / "2/checkpoint/.reports"), "hidden");
    EXPECT_EQ(read(folder / "2/checkpoint/latest").size(), 1U << 20);
    EXPECT_TRUE(fs::is_symlink(folder / "2/checkpoint/latest"));
    EXPECT_EQ(fs::status(folder / "2/checkpoint/deep/er/model").permissions(), fs::perms::owner_all);
    EXPECT_FALSE(fs::exists(folder / "2/checkpoint/pipe"));
    EXPECT_FALSE(fs::exists(folder / "2/checkpoint.copy"));
}

TEST(CheckpointCopy, a_trial_that_has_its_own_keeps_it) {
    const TemporaryFolder folder;
    write(folder / "1/checkpoint/model", "the parent's, trained further");
    write(folder / "2/checkpoint/model", "its own");
    EXPECT_TRUE(copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", never).ok());
    EXPECT_EQ(read(folder / "2/checkpoint/model"), "its own");
    EXPECT_TRUE(copy_checkpoint(folder / "nowhere", folder / "2/checkpoint", never).ok());
}

TEST(CheckpointCopy, what_a_killed_attempt_left_is_no_checkpoint_and_is_copied_anew) {
    const TemporaryFolder folder;
    write(folder / "1/checkpoint/model", "whole");
    write(folder / "2/checkpoint.copy/model", "wh");
    write(folder / "2/checkpoint.copy/other", "of an older parent");
    EXPECT_TRUE(copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", never).ok());
    EXPECT_EQ(read(folder / "2/checkpoint/model"), "whole");
    EXPECT_FALSE(fs::exists(folder / "2/checkpoint/other"));
}

TEST(CheckpointCopy, a_parent_that_is_not_seen_here_or_has_nothing_is_an_error_with_a_way_out) {
    const TemporaryFolder folder;
    fs::create_directories(folder / "2");
    const auto missing = copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", never);
    ASSERT_FALSE(missing.ok());
    EXPECT_THAT(missing.error().text(), HasSubstr((folder / "1/checkpoint").string() + " (No such file"));
    EXPECT_THAT(missing.error().text(), HasSubstr("let all workers see one folder of trials"));
    fs::create_directories(folder / "1/checkpoint");
    const auto empty = copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", never);
    ASSERT_FALSE(empty.ok());
    EXPECT_THAT(empty.error().text(), HasSubstr("(it holds nothing)"));
    EXPECT_FALSE(fs::exists(folder / "2/checkpoint"));
}

TEST(CheckpointCopy, one_that_is_interrupted_leaves_no_checkpoint) {
    const TemporaryFolder folder;
    write(folder / "1/checkpoint/a", "a");
    write(folder / "1/checkpoint/b", "b");
    fs::create_directories(folder / "2");
    const auto done = copy_checkpoint(folder / "1/checkpoint", folder / "2/checkpoint", [] { return true; });
    ASSERT_FALSE(done.ok());
    EXPECT_THAT(done.error().text(), HasSubstr("told to stop"));
    EXPECT_FALSE(fs::exists(folder / "2/checkpoint"));
}

}  // namespace
}  // namespace quench::worker::io
