#include "worker/io/access.hpp"

#include "tests/worker/io/temporary_folder.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace quench::worker::io {
namespace {

using testing::HasSubstr;

Access good() {
    const auto server = new_key_pair().value();
    const auto client = new_key_pair().value();
    return {"tcp://127.0.0.1:5570", server.public_key, client.public_key, client.secret_key};
}

TEST(Access, what_is_written_is_read_back_and_is_private) {
    const TemporaryFolder folder;
    const auto path = folder / "access";
    const auto access = good();
    ::umask(0);
    ASSERT_TRUE(write_access(path, access));
    ASSERT_TRUE(write_access(path, access)) << "a second time replaces it";
    struct stat about {};
    ::stat(path.c_str(), &about);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    EXPECT_EQ(read_access(path).value(), access);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1)
        << "nothing beside it";
}

TEST(Access, a_file_that_others_may_read_is_refused) {
    const TemporaryFolder folder;
    const auto path = folder / "access";
    ASSERT_TRUE(write_access(path, good()));
    ::chmod(path.c_str(), 0640);
    const auto out = read_access(path);
    ASSERT_FALSE(out);
    EXPECT_THAT(out.error().text(), HasSubstr("chmod 600 " + path.string()));
}

TEST(Access, a_file_of_another_user_is_refused) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    const TemporaryFolder folder;
    const auto path = folder / "access";
    ASSERT_TRUE(write_access(path, good()));
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    const auto out = read_access(path);
    ASSERT_FALSE(out);
    EXPECT_THAT(out.error().text(), HasSubstr("belongs to user 65534"));
}

TEST(Access, what_is_no_access_file_is_refused_with_the_reason) {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& content, const char* why) {
        const auto path = folder / "access";
        std::ofstream(path) << content;
        ::chmod(path.c_str(), 0600);
        const auto out = read_access(path);
        ASSERT_FALSE(out);
        EXPECT_THAT(out.error().text(), HasSubstr(why));
    };
    refused("", "is no JSON object");
    refused("[1]", "is no JSON object");
    refused("{}", "has no text 'endpoint'");
    refused(R"({"endpoint": "tcp://x:1", "server_public": "short"})", "'server_public' is no CURVE key");
    refused(std::string(100'000, ' '), "longer than 64 KiB");
    EXPECT_THAT(read_access(folder / "absent").error().text(), HasSubstr("No such file"));
    EXPECT_THAT(read_access(folder.path()).error().text(), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace quench::worker::io
