#include "worker/protocol/scan.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::worker::protocol {
namespace {

TEST(Scan, agrees_with_the_parser_on_what_is_whole) {
    // Values of every shape, whole and cut at every byte.
    nlohmann::json value = {{"small", 1},
                            {"negative", -70000},
                            {"big", 1ULL << 60},
                            {"text", std::string(300, 'x')},
                            {"list", {1, 2.5, nullptr, true}},
                            {"bytes", nlohmann::json::binary({1, 2, 3}, 4)}};
    const auto frame = nlohmann::json::to_msgpack(value);
    for (std::size_t n = 0; n <= frame.size(); ++n)
        EXPECT_EQ(scan(std::span(frame).first(n), {}).ok(), n == frame.size()) << n;
}

TEST(Scan, utf8_is_judged_by_the_standard) {
    for (const char* good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8d\xba"})
        EXPECT_TRUE(is_utf8(good));
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xff"}) {
        EXPECT_FALSE(is_utf8(bad));
        EXPECT_TRUE(is_utf8(repaired_utf8(bad)));
    }
}

TEST(Scan, repair_always_gives_utf8) {
    for (std::uint64_t i = 0; i < 2000; ++i) {
        base::Rng rng(1, "utf8", i);
        std::string text(rng.below(20), 'x');
        for (char& c : text) c = static_cast<char>(rng.bits());
        EXPECT_TRUE(is_utf8(repaired_utf8(text)));
    }
}

}  // namespace
}  // namespace quench::worker::protocol
