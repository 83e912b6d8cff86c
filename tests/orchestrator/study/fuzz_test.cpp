// Damaged study files: whatever the text, read_study answers with a study or with errors that can be printed.
#include "base/random.hpp"
#include "orchestrator/study/study_file.hpp"
#include "tests/orchestrator/study/sample.hpp"

#include <array>

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

constexpr std::uint64_t seed = 20260714;
constexpr std::uint64_t inputs = 24'000;

std::string any_byte(base::Rng& rng) {
    return std::string(1, static_cast<char>(rng.below(256)));
}

/// A piece of YAML that is likely to mean something where it lands.
std::string token(base::Rng& rng) {
    static const std::array<std::string, 42> tokens = {"{",
                                                       "}",
                                                       "[",
                                                       "]",
                                                       ":",
                                                       ": ",
                                                       ",",
                                                       "- ",
                                                       "\n",
                                                       "\n  ",
                                                       "\t",
                                                       "#",
                                                       "&a ",
                                                       "*a",
                                                       "!x ",
                                                       "!!str ",
                                                       "'",
                                                       "\"",
                                                       "|\n",
                                                       ">-\n",
                                                       "---\n",
                                                       "...\n",
                                                       "? ",
                                                       "<<: ",
                                                       "~",
                                                       "yes",
                                                       ".nan",
                                                       ".inf",
                                                       "1e999",
                                                       "-1",
                                                       "0",
                                                       "99999999999999999999",
                                                       "1e-400",
                                                       "{param.x}",
                                                       "low: ",
                                                       "when: ",
                                                       "choices: ",
                                                       "type: ",
                                                       "\\x00",
                                                       "\xC3\xA4",
                                                       "\xEF\xBB\xBF",
                                                       "%YAML 1.1\n"};
    return tokens[rng.below(tokens.size())];
}

std::string mutated(const std::string& original, base::Rng& rng) {
    std::string text = original;
    const std::uint64_t edits = 1 + rng.below(6);
    for (std::uint64_t i = 0; i < edits; ++i) {
        const std::size_t at = rng.below(text.size() + 1);
        const std::size_t length = std::min<std::size_t>(rng.below(12), text.size() - at);
        switch (rng.below(6)) {
            case 0:
                text.insert(at, any_byte(rng));
                break;
            case 1:
                text.insert(at, token(rng));
                break;
            case 2:
                text.erase(at, length);
                break;
            case 3:
                text.replace(at, length, token(rng));
                break;
            case 4:
                text.insert(at, text.substr(rng.below(text.size() + 1), rng.below(40)));
                break;
            default:
                text.resize(at);
                break;
        }
        if (text.empty()) text = "a";
    }
    return text;
}

void expect_an_answer(const std::string& text) {
    const Reading reading = read_study(text);
    EXPECT_NE(reading.file.has_value(), !reading.errors.empty());
    if (reading.file) {
        EXPECT_FALSE(reading.file->study.trial.command.empty());
    }
    for (const FileError& error : reading.errors) {
        EXPECT_GE(error.line, 0);
        EXPECT_FALSE(error.text.empty());
        EXPECT_LT(error.text.size(), 2000u) << error.text;
    }
}

TEST(study_file_fuzz, every_damaged_file_gets_an_answer) {
    const std::array<std::string, 3> originals = {
        sample, smallest,
        bent(sample, "search:", "constraints: [layers * lr < 0.01, 'bin_size in [16, 32]']\nsearch:")};
    for (std::uint64_t i = 0; i < inputs; ++i) {
        base::Rng rng(seed, "study file fuzz", i);
        const std::string text = mutated(originals[i % 3], rng);
        SCOPED_TRACE("input " + std::to_string(i));
        expect_an_answer(text);
        if (HasFailure()) FAIL() << text;
    }
}

TEST(study_file_fuzz, noise_gets_an_answer) {
    for (std::uint64_t i = 0; i < 2000; ++i) {
        base::Rng rng(seed, "study file noise", i);
        std::string text;
        const std::uint64_t length = rng.below(200);
        for (std::uint64_t j = 0; j < length; ++j) text += rng.below(4) == 0 ? any_byte(rng) : token(rng);
        expect_an_answer(text);
    }
}

TEST(study_file_fuzz, files_made_to_cost_much_are_answered_soon) {
    const auto repeated = [](const std::string& piece, std::size_t times) {
        std::string text;
        for (std::size_t i = 0; i < times; ++i) text += piece;
        return text;
    };
    expect_an_answer(repeated("[", 500'000));
    expect_an_answer(repeated("{a: ", 200'000));
    expect_an_answer(repeated("- ", 500'000));
    expect_an_answer(repeated("? ", 500'000));
    expect_an_answer("space: {" + repeated("a: &a {when: *a}, ", 400) + "}");
    expect_an_answer("a: &a [*a, *a]\nspace: {x: {type: *a, when: *a, choices: *a}}\ntrial: {command: *a}");
    std::string bomb = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 40; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last + "]\n";
    }
    expect_an_answer(bomb + "space: *a39\n");
    std::string wide = "space:\n  p: {type: categorical, choices: &c [0";
    for (int i = 1; i < 1000; ++i) wide += ", " + std::to_string(i);
    wide += "]}\n";
    for (int i = 0; i < 499; ++i)
        wide += "  q" + std::to_string(i) + ": {type: categorical, choices: *c, when: {p: *c}}\n";
    expect_an_answer(wide);
    expect_an_answer("study: " + std::string(1'000'000, 'x'));
}

}  // namespace
}  // namespace quench::orchestrator::study
