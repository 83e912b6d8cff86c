#include "orchestrator/cli/output.hpp"

#include "orchestrator/cli/live_screen.hpp"
#include "orchestrator/cli/text.hpp"

#include <limits>
#include <sstream>

#include <gtest/gtest.h>

namespace quench::orchestrator::cli {
namespace {

const std::vector<Column> columns = {{"name", "NAME"}, {"value", "VALUE", Align::right}};
const double nan_value = std::numeric_limits<double>::quiet_NaN();

Json rows() {
    return Json::array({{{"name", "größe"}, {"value", 0.1234567891}},
                        {{"name", "a,\"b\"\nc"}, {"value", nullptr}},
                        {{"name", "数"}, {"value", 12}}});
}

template <class Print>
std::string printed(Print print) {
    std::ostringstream out;
    print(out);
    return out.str();
}

TEST(output, a_table_aligns_by_what_the_terminal_shows) {
    EXPECT_EQ(printed([](auto& out) { print_table(out, columns, rows()); }),
              "NAME        VALUE\n"
              "größe    0.123457\n"
              "a,\"b\" c         -\n"
              "数             12\n");
}

TEST(output, csv_follows_rfc_4180) {
    EXPECT_EQ(printed([](auto& out) { print_csv(out, columns, rows()); }),
              "name,value\r\ngröße,0.1234567891\r\n\"a,\"\"b\"\"\nc\",\r\n数,12\r\n");
}

TEST(output, json_has_null_for_what_is_no_number_and_survives_bad_text) {
    const Json value = {{"x", nan_value}, {"text", "\xff"}};
    EXPECT_EQ(printed([&](auto& out) { print_json(out, value); }),
              "{\n  \"x\": null,\n  \"text\": \"\xEF\xBF\xBD\"\n}\n");
}

TEST(output, nested_objects_become_dotted_keys) {
    const Json value = {{"a", {{"b", 1}}}, {"list", Json::array({"x", nan_value})}};
    EXPECT_EQ(printed([&](auto& out) { print_flat_csv(out, value); }),
              "key,value\r\na.b,1\r\nlist.0,x\r\nlist.1,nan\r\n");
}

TEST(text, widths_are_those_of_characters) {
    EXPECT_EQ(display_width("größe"), 5u);
    EXPECT_EQ(display_width("数据"), 4u);
    EXPECT_EQ(display_width("e\xCC\x81"), 1u);
    EXPECT_EQ(display_width("\xff\xff"), 2u);
    EXPECT_EQ(fitted("größe", 5), "größe");
    EXPECT_EQ(fitted("größer", 5), "größ…");
    EXPECT_EQ(fitted("数据数", 4), "数…");
    EXPECT_EQ(fitted("abc", 0), "");
}

TEST(text, nothing_from_outside_drives_the_terminal) {
    EXPECT_EQ(printable("a\x1b[2J\nb\tc\x7f"), "a?[2J b c?");
    EXPECT_EQ(printable("\xC2\x9B"
                        "2J"),
              "?2J");
}

TEST(live_screen, draws_in_place_no_taller_than_the_terminal_and_restores_it) {
    std::ostringstream out;
    TerminalSize size{20, 4};
    {
        LiveScreen screen(out, [&] { return size; });
        screen.draw("1\n2\n3\n4\n5\n");
        EXPECT_EQ(out.str(), "\x1b[?25l1\x1b[K\n2\x1b[K\n3\x1b[K\n\x1b[J");
        out.str("");
        screen.draw("only\n");
        EXPECT_EQ(out.str(), "\r\x1b[3Aonly\x1b[K\n\x1b[J");
        out.str("");
        screen.clear();
        EXPECT_EQ(out.str(), "\r\x1b[1A\x1b[J");
        out.str("");
    }
    EXPECT_EQ(out.str(), LiveScreen::restore);
}

TEST(live_screen, a_narrower_window_has_wrapped_what_was_drawn) {
    std::ostringstream out;
    TerminalSize size{20, 24};
    LiveScreen screen(out, [&] { return size; });
    screen.draw("\x1b[1m0123456789012345\x1b[0m\nab\n");
    size.columns = 10;
    out.str("");
    screen.draw("x\n");
    EXPECT_TRUE(out.str().starts_with("\r\x1b[3A")) << out.str();
}

}  // namespace
}  // namespace quench::orchestrator::cli
