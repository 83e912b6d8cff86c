#include "worker/io/line_filter.hpp"

#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::worker::io {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

Lines fed(const std::string& text, std::size_t piece = 1000, std::size_t limit = 40) {
    LineFilter filter(limit);
    Lines out;
    for (std::size_t i = 0; i < text.size(); i += piece)
        filter.feed(std::string_view(text).substr(i, piece), out);
    filter.finish(out);
    return out;
}

TEST(LineFilter, only_report_lines_come_out) {
    EXPECT_THAT(fed("loss 1\nquench: a\n quench: b\nquench:c\nquenching: d\nquench\n\nx quench: e\n"),
                ElementsAre("quench: a", "quench:c"));
}

TEST(LineFilter, a_progress_bar_does_not_hide_a_report) {
    EXPECT_THAT(fed("10%\r20%\rquench: a\nquench: b\r\nquench: c\r90%\rquench: d\r\r\n"),
                ElementsAre("quench: a", "quench: b", "quench: d"));
}

TEST(LineFilter, a_last_line_without_newline_counts) {
    EXPECT_THAT(fed("quench: a\nquench: b"), ElementsAre("quench: a", "quench: b"));
    EXPECT_THAT(fed("quen"), ElementsAre());
}

TEST(LineFilter, a_line_beyond_the_limit_is_counted_and_not_kept) {
    LineFilter filter(20);
    Lines out;
    for (int i = 0; i < 1000; ++i) filter.feed(i == 0 ? "quench: " : "xxxxxxxxxx", out);
    filter.feed("\nquench: a\n", out);
    EXPECT_THAT(out, ElementsAre("quench: a"));
    EXPECT_EQ(filter.too_long(), 1U);
}

TEST(LineFilter, how_the_text_is_cut_makes_no_difference) {
    for (std::uint64_t i = 0; i < 2000; ++i) {
        base::Rng rng(3, "line filter", i);
        std::string text;
        const std::vector<std::string> parts = {"quench:", "q", "que", "\n", "\r", "\r\n", " {}", "log"};
        for (int n = 0; n < 30; ++n) text += parts[rng.below(parts.size())];
        const auto whole = fed(text);
        for (const std::size_t piece : {1U, 2U, 7U})
            EXPECT_EQ(fed(text, piece), whole) << testing::PrintToString(text);
    }
}

}  // namespace
}  // namespace quench::worker::io
