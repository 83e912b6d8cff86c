#include "worker/io/log_file.hpp"

#include "base/random.hpp"
#include "tests/worker/io/temporary_folder.hpp"

#include <fstream>
#include <iterator>

namespace quench::worker::io {
namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LogFile, what_fits_is_kept_whole) {
    for (std::uint64_t i = 0; i < 200; ++i) {
        const TemporaryFolder folder;
        base::Rng rng(1, "log", i);
        auto log = LogFile::open(folder / "log", {100, 50});
        ASSERT_TRUE(log);
        std::string all;
        const auto total = rng.below(400);
        while (all.size() < total) {
            std::string part(1 + rng.below(60), static_cast<char>('a' + rng.below(26)));
            log->write(part);
            all += part;
        }
        const auto left_out = log->finish();
        const auto text = content_of(folder / "log");
        if (all.size() <= 150) {
            EXPECT_EQ(left_out, 0U);
            EXPECT_EQ(text, all);
        } else {
            EXPECT_EQ(left_out, all.size() - 150);
            EXPECT_EQ(text, all.substr(0, 100) + "\n[quench: " + std::to_string(left_out) +
                                " bytes are left out here]\n" + all.substr(all.size() - 50));
        }
    }
}

TEST(LogFile, a_full_disk_costs_the_log_only) {
    auto log = LogFile::open("/dev/full", {100, 50});
    ASSERT_TRUE(log);
    log->write(std::string(80, 'x'));
    EXPECT_EQ(log->finish(), 30U);
}

}  // namespace
}  // namespace quench::worker::io
