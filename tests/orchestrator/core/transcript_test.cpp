// Every transcript in transcripts/ must play as it is written; --rewrite writes what is played.
#include "tests/orchestrator/core/transcript.hpp"

#include "tests/orchestrator/core/test_options.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Transcripts, play_as_they_are_written) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(QUENCH_TRANSCRIPTS)) {
        if (entry.path().extension() != ".txt") continue;
        ++files;
        SCOPED_TRACE(entry.path().filename().string());
        const std::string written = content_of(entry.path());
        const std::string now = played(written);
        if (test_options().rewrite) {
            std::ofstream(entry.path()) << now;
        } else {
            EXPECT_EQ(now, written) << "if this is what should happen: " << test_options().program
                                    << " --gtest_filter=Transcripts.* --rewrite";
        }
    }
    EXPECT_GE(files, 8);
}

}  // namespace
}  // namespace quench::orchestrator::core
