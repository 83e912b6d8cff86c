// Damaged tables: whatever the bytes, read_table answers with a sound table or with an error that can be
// printed.
#include "base/random.hpp"
#include "orchestrator/simulate/table.hpp"

#include <array>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

constexpr std::uint64_t seed = 20261121;

const std::string original =
    "hp.lr,hp.kind,loss@1,loss@2,loss@3,seconds@1,seconds@2,seconds@3\r\n"
    "0.001,gnn,3,2.5,nan,10,10.5,11\r\n\"0.01\",\"a \"\"b\"\", c\",5,,1e-3,1,2,3\r\n0.1,,inf,-2,+3,0,0,0\r\n";

std::string piece(base::Rng& rng) {
    static const std::array<std::string, 22> pieces = {
        ",",      "\n",       "\r\n",         "\"",      "\"\"", "@",  "@1", "@0",    "hp.",
        "loss@4", "seconds@", "1e999",        "nan",     "-inf", "\t", ";",  "1e308", "18446744073709551616",
        "hp.x",   ",,,,",     "\xEF\xBB\xBF", "@1000000"};
    return rng.below(4) == 0 ? std::string(1, static_cast<char>(rng.below(256)))
                             : pieces[rng.below(pieces.size())];
}

void expect_an_answer(const std::string& text) {
    const auto table = read_table(text);
    if (!table) {
        EXPECT_TRUE(table.error().text().starts_with("line ")) << table.error().text();
        EXPECT_LT(table.error().text().size(), 1000u);
        return;
    }
    EXPECT_GT(table->rows(), 0u);
    EXPECT_FALSE(table->parameters.empty());
    EXPECT_EQ(table->cells.size(), table->rows() * table->parameters.size());
    for (const Series& series : table->series) EXPECT_EQ(series.values.size(), table->rows() * series.steps);
}

TEST(table_fuzz, every_damaged_table_gets_an_answer) {
    std::size_t read = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        base::Rng rng(seed, "table fuzz", i);
        std::string text = original;
        for (std::uint64_t edits = rng.below(5); edits-- > 0;) {
            const std::size_t at = rng.below(text.size() + 1);
            const std::size_t length = std::min<std::size_t>(rng.below(9), text.size() - at);
            switch (rng.below(4)) {
                case 0:
                    text.insert(at, piece(rng));
                    break;
                case 1:
                    text.erase(at, length);
                    break;
                case 2:
                    text.replace(at, length, piece(rng));
                    break;
                default:
                    if (rng.below(4) == 0) text.resize(at);
            }
        }
        SCOPED_TRACE("input " + std::to_string(i));
        expect_an_answer(text);
        if (read_table(text)) ++read;
        if (testing::Test::HasFailure()) FAIL() << text;
    }
    EXPECT_GT(read, 4000u);  // the damage leaves enough of them whole to test both answers
    EXPECT_LT(read, 19'000u);
}

TEST(table_fuzz, noise_gets_an_answer) {
    for (std::uint64_t i = 0; i < 5000; ++i) {
        base::Rng rng(seed, "table noise", i);
        std::string text;
        for (std::uint64_t left = rng.below(60); left-- > 0;) text += piece(rng);
        expect_an_answer(text);
    }
}

TEST(table_fuzz, tables_made_to_cost_much_are_answered_soon) {
    expect_an_answer("hp.a,loss@1000000\n1,2\n");
    expect_an_answer(std::string(2'000'000, ','));
    expect_an_answer(std::string(2'000'000, '"'));
    expect_an_answer(std::string(2'000'000, '\n'));
    expect_an_answer("hp." + std::string(2'000'000, 'x') + "\n1\n");
    std::string wide = "loss@1";
    for (int i = 0; i < 100'000; ++i) wide += ",hp.p" + std::to_string(i);
    expect_an_answer(wide + "\n1" + std::string(100'000, ',') + "\n");
}

}  // namespace
}  // namespace quench::orchestrator::simulate
