#include "base/time.hpp"

#include <gtest/gtest.h>

namespace quench::base {
namespace {

using namespace std::chrono_literals;

TEST(time, is_written_in_utc_as_sqlite_reads_it) {
    EXPECT_EQ(to_utc_text({0}), "1970-01-01 00:00:00.000000");
    EXPECT_EQ(to_utc_text({1'795'214'525'979'322}), "2026-11-20 22:42:05.979322");
    EXPECT_EQ(to_utc_text({951'782'400'000'000}), "2000-02-29 00:00:00.000000");
}

TEST(time, durations_are_written_in_two_units) {
    EXPECT_EQ(to_text(850ms), "850 ms");
    EXPECT_EQ(to_text(59s), "59 s");
    EXPECT_EQ(to_text(200s), "3 min 20 s");
    EXPECT_EQ(to_text(2h + 5min), "2 h 05 min");
    EXPECT_EQ(to_text(99h), "4 d 03 h");
}

TEST(time, durations_are_read_with_and_without_units) {
    EXPECT_EQ(duration_from_text("30s").value(), 30s);
    EXPECT_EQ(duration_from_text("90").value(), 90s);
    EXPECT_EQ(duration_from_text("250ms").value(), 250ms);
    EXPECT_EQ(duration_from_text("1h30m").value(), 90min);
    EXPECT_EQ(duration_from_text("1.5h").value(), 90min);
    EXPECT_EQ(duration_from_text("2d").value(), 48h);
    EXPECT_EQ(duration_from_text("0").value(), 0s);
}

TEST(time, what_is_no_duration_is_refused_with_an_example) {
    for (const char* text :
         {"", "h", "-3s", "3 s", "3x", "1h30", "nan", "inf", "1e99d", "99999999999d", "s30"}) {
        const auto read = duration_from_text(text);
        ASSERT_FALSE(read.ok()) << text;
        EXPECT_NE(read.error().text().find("1h30m"), std::string::npos) << read.error().text();
    }
}

}  // namespace
}  // namespace quench::base
