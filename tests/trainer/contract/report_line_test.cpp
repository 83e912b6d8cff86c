#include "trainer/contract/report_line.hpp"

#include "base/random.hpp"
#include "trainer/contract/json_scanner.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::contract {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string malformed(std::string_view line) {
    const ReportLine read = parse_report_line(line);
    return std::holds_alternative<Malformed>(read) ? std::get<Malformed>(read).why : "not malformed";
}

Report report(std::string_view line) {
    const ReportLine read = parse_report_line(line);
    if (const auto* found = std::get_if<Report>(&read)) return *found;
    ADD_FAILURE() << "no report: " << line << " (" << malformed(line) << ")";
    return {};
}

TEST(report_line, metrics_at_a_step_are_a_report) {
    const Report expected{.step = 3, .metrics = {{"val_loss", 0.42}, {"accuracy", 1.0}}};
    EXPECT_EQ(report(R"(quench: {"step": 3, "val_loss": 0.42, "accuracy": 1})"), expected);
    EXPECT_EQ(report(R"(quench:{"val_loss":4.2e-1,"accuracy":1,"step":3.0})"), expected);
    EXPECT_EQ(report("quench: { \"step\" : 3 , \"val_loss\" : 0.42 , \"accuracy\" : 1 } \r"), expected);
    EXPECT_EQ(report("quench: {\"step\": 0}"), Report{});
}

TEST(report_line, other_lines_are_log) {
    for (const char* line :
         {"", "epoch 3 of 9", " quench: {\"step\": 1}", "quenched", "Quench: {}", "{\"step\": 1}"})
        EXPECT_EQ(parse_report_line(line), ReportLine(NotAReport{})) << line;
}

TEST(report_line, text_that_a_progress_bar_left_before_it_is_dropped) {
    EXPECT_EQ(report("\r 50%|####      |\r100%|##########|\rquench: {\"step\": 1}").step, 1);
}

TEST(report_line, the_number_tokens_of_python_are_read) {
    const auto metrics =
        report(
            R"(quench: {"step": 1, "a": NaN, "b": Infinity, "c": -Infinity, "d": null, "e": 1e999, "f": -1e999, "g": 1e-999})")
            .metrics;
    EXPECT_TRUE(std::isnan(metrics.at("a")));
    EXPECT_EQ(metrics.at("b"), infinity);
    EXPECT_EQ(metrics.at("c"), -infinity);
    EXPECT_TRUE(std::isnan(metrics.at("d")));
    EXPECT_EQ(metrics.at("e"), infinity);
    EXPECT_EQ(metrics.at("f"), -infinity);
    EXPECT_EQ(metrics.at("g"), 0.0);
    const std::string zeros(400, '0');
    EXPECT_EQ(report("quench: {\"step\": 1, \"a\": 1" + zeros + "}").metrics.at("a"), infinity);
    EXPECT_EQ(report("quench: {\"step\": 1, \"a\": 1" + zeros + "e-400}").metrics.at("a"), 1.0);
    EXPECT_EQ(report("quench: {\"step\": 1, \"a\": 0." + zeros + "1}").metrics.at("a"), 0.0);
}

TEST(report_line, values_that_are_no_numbers_are_ignored) {
    const Report expected{.step = 2, .metrics = {{"x", 1.0}}};
    EXPECT_EQ(report(R"(quench: {"phase": "warm-up }", "ok": true, "bad": false, "list": [1, {"a": "]"}],
                        "map": {"step": 9}, "step": 2, "x": 1})"),
              expected);
}

TEST(report_line, the_last_value_of_a_repeated_key_counts) {
    EXPECT_EQ(report(R"(quench: {"step": 1, "x": 1, "step": 2, "x": 7})"), (Report{2, {{"x", 7.0}}}));
    EXPECT_EQ(report(R"(quench: {"step": 1, "x": 1, "x": "none"})"), (Report{1, {}}));
}

TEST(report_line, infeasible_wins_and_carries_its_reason) {
    EXPECT_EQ(parse_report_line(R"(quench: {"infeasible": "bin_size \u00e9 \ud83d\ude00", "step": 1})"),
              ReportLine(Infeasible{"bin_size \u00e9 \U0001F600"}));
    EXPECT_EQ(malformed(R"(quench: {"infeasible": true})"), "'infeasible' must be a string");
    const auto cut = parse_report_line("quench: {\"infeasible\": \"x" + std::string(600, ' ') + [] {
        std::string text;
        for (int i = 0; i < 600; ++i) text += "é";
        return text;
    }() + "\"}");
    EXPECT_LE(std::get<Infeasible>(cut).why.size(), ReportLimits{}.why_bytes);
    EXPECT_TRUE(is_utf8(std::get<Infeasible>(cut).why));
}

TEST(report_line, an_offer_to_continue_is_kept_for_later) {
    EXPECT_EQ(parse_report_line(R"(quench: {"continuable": true})"), ReportLine(NotAReport{}));
}

TEST(report_line, what_is_wrong_with_a_malformed_line_is_said) {
    EXPECT_EQ(malformed("quench: hello"), "no JSON object follows 'quench:'");
    EXPECT_EQ(malformed("quench: {}"), "no 'step'");
    EXPECT_EQ(malformed(R"(quench: {"step": 1} {"step": 2})"), "text follows the JSON object");
    EXPECT_EQ(malformed(R"(quench: {"step": 1)"), "the JSON object does not end");
    EXPECT_EQ(malformed(R"(quench: {"step": 1,})"), "a key is not a JSON string");
    EXPECT_EQ(malformed(R"(quench: {step: 1})"), "a key is not a JSON string");
    EXPECT_EQ(malformed(R"(quench: {"step"})"), "a key has no value");
    EXPECT_EQ(malformed(R"(quench: {"step": 01})"), "a value is not JSON, or nested too deeply");
    EXPECT_EQ(malformed("quench: {\"step\": 1, \"\xff\": 1}"), "the line is not UTF-8");
    EXPECT_EQ(malformed(R"(quench: {"step": 1, "": 1})"), "a metric has no name");
    for (const char* step : {"-1", "1.5", "NaN", "null", "1e300", "Infinity"})
        EXPECT_EQ(malformed("quench: {\"step\": " + std::string(step) + "}"),
                  "'step' must be an integer, not negative and not beyond 2^53");
    for (const char* step : {"\"3\"", "true", "[3]"})
        EXPECT_EQ(malformed("quench: {\"step\": " + std::string(step) + "}"), "'step' must be an integer");
    for (const char* value : {"+1", ".5", "1.", "1e", "0x10", "nan", "inf", "-", "nul", "'a'", "\"\\x\"",
                              "\"\\ud800\"", "[1}", "[\"]"})
        EXPECT_THAT(
            malformed("quench: {\"step\": 1, \"x\": " + std::string(value) + "}"),
            testing::AnyOf("a value is not JSON, or nested too deeply", "the JSON object does not end"))
            << value;
}

TEST(report_line, the_limits_hold) {
    const std::string name(ReportLimits{}.name_bytes + 1, 'n');
    EXPECT_EQ(malformed("quench: {\"step\": 1, \"" + name + "\": 1}"), "the name of a metric is too long");
    std::string many = "quench: {\"step\": 1";
    for (std::size_t i = 0; i <= ReportLimits{}.metrics; ++i) many += ", \"m" + std::to_string(i) + "\": 1";
    EXPECT_EQ(malformed(many + "}"), "too many metrics");
    EXPECT_EQ(
        malformed("quench: {\"step\": 1, \"x\": " + std::string(5000, '[') + std::string(5000, ']') + "}"),
        "a value is not JSON, or nested too deeply");
    EXPECT_EQ(malformed("quench: " + std::string(ReportLimits{}.line_bytes, ' ') + "{\"step\": 1}"),
              "the line is too long");
    EXPECT_EQ(parse_report_line(std::string(10'000'000, '{')), ReportLine(NotAReport{}));
}

TEST(report_line, a_report_that_is_written_reads_back) {
    const Report original{7,
                          {{"loss", 0.1},
                           {"tiny", 5e-324},
                           {"huge", 1.7976931348623157e308},
                           {"up", infinity},
                           {"down", -infinity},
                           {"quote\"\\\n\t", -0.0}}};
    EXPECT_EQ(report(to_text(original)), original);
    EXPECT_TRUE(std::isnan(report(to_text(Report{1, {{"x", std::nan("")}}})).metrics.at("x")));
    EXPECT_EQ(parse_report_line(to_text(Infeasible{"a \"quoted\"\nreason"})),
              ReportLine(Infeasible{"a \"quoted\"\nreason"}));
}

// Whatever comes back must be within the limits and must survive a round trip.
void check_whatever_was_read(const std::string& line) {
    const ReportLimits limits;
    const ReportLine read = parse_report_line(line, limits);
    if (const auto* found = std::get_if<Report>(&read)) {
        ASSERT_GE(found->step, 0);
        ASSERT_LE(found->step, limits.step);
        ASSERT_LE(found->metrics.size(), limits.metrics);
        for (const auto& [name, value] : found->metrics) {
            ASSERT_FALSE(name.empty());
            ASSERT_LE(name.size(), limits.name_bytes);
            ASSERT_TRUE(is_utf8(name));
        }
        const ReportLine again = parse_report_line(to_text(*found), limits);
        ASSERT_TRUE(std::holds_alternative<Report>(again)) << to_text(*found);
        ASSERT_EQ(to_text(std::get<Report>(again)), to_text(*found));
    } else if (const auto* infeasible = std::get_if<Infeasible>(&read)) {
        ASSERT_LE(infeasible->why.size(), limits.why_bytes);
        ASSERT_TRUE(is_utf8(infeasible->why));
        ASSERT_EQ(parse_report_line(to_text(*infeasible), limits), read);
    } else if (const auto* bad = std::get_if<Malformed>(&read)) {
        ASSERT_FALSE(bad->why.empty());
    }
}

std::string mutated(std::string line, base::Rng& rng) {
    static const std::vector<std::string> pieces = {
        "\"",   "{",        "}",  "[",        "]",        ":",         ",",       "\\",
        "\\u",  "\\ud800",  "1e", "e-",       "-",        "NaN",       "null",    "true",
        "\xff", "\xc0\x80", "\r", "Infinity", "9999",     "step",      "quench:", std::string(1, '\0'),
        ".",    "\"step\"", "0",  "\t",       "\xf4\x90", "infeasible"};
    for (std::uint64_t n = 1 + rng.below(4); n > 0; --n) {
        const std::size_t at = rng.below(line.size() + 1);
        switch (rng.below(5)) {
            case 0:
                line.insert(at, pieces[rng.below(pieces.size())]);
                break;
            case 1:
                line.erase(at, 1 + rng.below(8));
                break;
            case 2:
                if (at < line.size()) line[at] = static_cast<char>(rng.below(256));
                break;
            case 3:
                line.insert(at, line.substr(rng.below(line.size() + 1), rng.below(32)));
                break;
            default:
                line.insert(at, rng.below(40), static_cast<char>(rng.below(128)));
                break;
        }
    }
    return line;
}

TEST(report_line_fuzz, no_mutation_of_a_report_throws_or_breaks_a_limit) {
    const std::vector<std::string> seeds = {
        R"(quench: {"step": 3, "val_loss": 0.42, "accuracy": 0.91, "lr": 1e-3})",
        R"(quench: {"step": 12, "a": NaN, "b": -Infinity, "c": null, "note": "warm-up", "flag": true})",
        R"(quench: {"infeasible": "bin \u00e9 \ud83d\ude00 size"})",
        R"(quench: {"step": 1, "nested": {"a": [1, 2, {"b": "c"}]}, "x": -1.25e+300})"};
    for (std::uint64_t i = 0; i < 40'000; ++i) {
        base::Rng rng(7, "fuzz.mutate", i);
        ASSERT_NO_FATAL_FAILURE(check_whatever_was_read(mutated(seeds[i % seeds.size()], rng)))
            << "input " << i;
    }
}

TEST(report_line_fuzz, no_random_bytes_throw_or_break_a_limit) {
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        base::Rng rng(7, "fuzz.bytes", i);
        std::string line = rng.below(4) == 0 ? "" : "quench: {";
        for (std::uint64_t n = rng.below(120); n > 0; --n)
            line += static_cast<char>(rng.below(3) == 0 ? rng.below(256) : 32 + rng.below(95));
        ASSERT_NO_FATAL_FAILURE(check_whatever_was_read(line)) << "input " << i;
    }
}

}  // namespace
}  // namespace quench::trainer::contract
