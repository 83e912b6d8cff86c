// Damaged problem files: every one is read or refused with a reason, never more.
#include "predictor/qubo/format.hpp"
#include "tests/predictor/qubo/examples.hpp"

namespace quench::predictor::qubo {
namespace {

std::string damage(std::string text, base::Rng& rng) {
    const std::string_view pieces[] = {"-",      "e",
                                       "1e999",  "nan",
                                       " ",      "\n",
                                       "\n\n",   "p qubo 0 3 1 1\n",
                                       "#",      "c ",
                                       "{",      "]",
                                       "\"id\"", "9999999999999999999",
                                       "8191",   "null",
                                       "\xff",   "0",
                                       "offset", "SPIN"};
    const std::uint64_t edits = 1 + rng.below(4);
    for (std::uint64_t edit = 0; edit < edits; ++edit) {
        const std::size_t at = rng.below(text.size() + 1);
        switch (rng.below(4)) {
            case 0:
                text.erase(at, rng.below(20));
                break;
            case 1:
                text.insert(at, pieces[rng.below(std::size(pieces))]);
                break;
            case 2:
                text.insert(at, text.substr(rng.below(text.size() + 1), rng.below(30)));
                break;
            default:
                if (at < text.size()) text[at] = static_cast<char>(rng.below(256));
        }
    }
    return text;
}

class Fuzz : public testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(Formats, Fuzz, testing::Values(Format::coo, Format::qbsolv, Format::json));

TEST_P(Fuzz, a_damaged_file_is_read_or_refused) {
    const std::string whole = write(gaussian(4, 1), GetParam());
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        base::Rng rng(seed, "damage");
        const std::string text = damage(whole, rng);
        // An index that became large but is allowed makes a problem of 8192^2 doubles: right, and too slow
        // here.
        if (text.find("8191") != std::string::npos) continue;
        const auto qubo = read(text, GetParam());
        SCOPED_TRACE(seed);
        if (!qubo) {
            ++refused;
            EXPECT_FALSE(qubo.error().text().empty());
        } else if (qubo->size() < 100) {
            const auto again = read(write(*qubo, GetParam()), GetParam());
            ASSERT_TRUE(again) << again.error().text();
            EXPECT_EQ(*again, *qubo);
        }
    }
    EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace quench::predictor::qubo
