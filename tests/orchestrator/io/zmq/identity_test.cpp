#include "orchestrator/io/zmq/identity.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace quench::orchestrator::io {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class IdentityTest : public testing::Test {
  protected:
    IdentityTest() {
        std::string name = (fs::temp_directory_path() / "quench-identity-XXXXXX").string();
        folder_ = mkdtemp(name.data());
        file_ = folder_ / "quench.db.access.key";
    }
    ~IdentityTest() override { fs::remove_all(folder_); }

    fs::path folder_;
    fs::path file_;
};

TEST_F(IdentityTest, is_new_without_a_file_and_the_same_with_one) {
    auto first = load_or_create_identity(file_).value();
    EXPECT_EQ(first.bind, "");
    EXPECT_NE(first, load_or_create_identity(file_).value()) << "nothing was saved yet";
    first.bind = "tcp://0.0.0.0:5570";
    ASSERT_TRUE(save_identity(file_, first));
    EXPECT_EQ(load_or_create_identity(file_).value(), first);
}

TEST_F(IdentityTest, is_for_its_owner_alone) {
    ASSERT_TRUE(save_identity(file_, load_or_create_identity(file_).value()));
    struct stat info {};
    ASSERT_EQ(stat(file_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    ASSERT_EQ(chmod(file_.c_str(), 0640), 0);
    const auto read = load_or_create_identity(file_);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().text(), HasSubstr("chmod 600"));
}

TEST_F(IdentityTest, a_damaged_file_is_refused_and_not_replaced) {
    for (const std::string text : {"", "{}", "not json", R"({"server_public": 7})", R"(["a"])"}) {
        std::ofstream(file_) << text;
        ASSERT_EQ(chmod(file_.c_str(), 0600), 0);
        EXPECT_FALSE(load_or_create_identity(file_)) << text;
        EXPECT_EQ(fs::file_size(file_), text.size());
    }
}

TEST(endpoint_for_clients, names_the_host_where_every_address_is_listened_on) {
    EXPECT_EQ(endpoint_for_clients("tcp://0.0.0.0:5570", "head"), "tcp://head:5570");
    EXPECT_EQ(endpoint_for_clients("tcp://127.0.0.1:5570", "head"), "tcp://127.0.0.1:5570");
}

}  // namespace
}  // namespace quench::orchestrator::io
