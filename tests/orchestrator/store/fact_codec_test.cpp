#include "orchestrator/store/fact_codec.hpp"

#include "tests/orchestrator/store/facts.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace quench::orchestrator::store {
namespace {

TEST(fact_codec, every_kind_comes_back_as_it_went) {
    for (const auto& fact : one_of_each()) {
        const auto [kind, body] = encode(fact);
        const auto back = decode(kind, body);
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(back->index(), fact.index());
        EXPECT_EQ(encode(*back).body, body);
    }
}

TEST(fact_codec, random_facts_come_back_as_they_went) {
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        base::Rng rng(seed, "fact_codec");
        const auto fact = random_fact(rng);
        const auto [kind, body] = encode(fact);
        const auto back = decode(kind, body);
        ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().text();
        EXPECT_EQ(encode(*back).body, body) << "seed " << seed;
        const bool may_hold_nan =
            std::holds_alternative<core::Reported>(fact) || std::holds_alternative<core::VerdictGiven>(fact);
        EXPECT_TRUE(may_hold_nan || *back == fact) << "seed " << seed << ": " << body;
    }
}

TEST(fact_codec, keeps_floats_exactly_and_apart_from_integers) {
    const core::TrialProposed fact{
        core::TrialId(1), {{"a", 1.0}, {"b", std::int64_t{1}}, {"c", 0.1 + 0.2}, {"d", 5e-324}}, 0, 1, 0};
    const auto back = decode("trial_proposed", encode(fact).body);
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<core::TrialProposed>(*back), fact);
}

TEST(fact_codec, writes_what_is_not_finite_as_text) {
    const core::Reported fact{
        core::TrialId(0), core::AttemptId(1), 1, {{"a", std::nan("")}, {"b", -HUGE_VAL}, {"c", HUGE_VAL}}};
    const auto body = encode(fact).body;
    EXPECT_NE(body.find(R"({"a":"nan","b":"-inf","c":"inf"})"), std::string::npos) << body;
    const auto back = decode("reported", body);
    ASSERT_TRUE(back);
    EXPECT_TRUE(std::isnan(std::get<core::Reported>(*back).metrics.at("a")));
}

TEST(fact_codec, a_field_of_a_newer_version_is_ignored) {
    EXPECT_TRUE(decode("study_paused", R"({"reason":"x","later":[1,2]})"));
}

TEST(fact_codec, bytes_that_are_not_utf8_do_not_spoil_the_journal) {
    const auto body = encode(core::StudyPaused{"bad \xff byte"}).body;
    EXPECT_TRUE(decode("study_paused", body));
}

std::string problem(std::string_view kind, std::string_view body) {
    const auto fact = decode(kind, body);
    return fact ? "none" : fact.error().text();
}

TEST(fact_codec, an_error_names_the_field) {
    EXPECT_EQ(problem("nonsense", "{}"), "fact 'nonsense': no such kind of fact is known to this version");
    EXPECT_EQ(problem("study_paused", "{"), "fact 'study_paused': the body is not a JSON object");
    EXPECT_EQ(problem("study_paused", "{}"), "fact 'study_paused': field 'reason' is missing");
    EXPECT_EQ(problem("study_paused", R"({"reason":7})"),
              "fact 'study_paused': field 'reason' is not a text: 7");
    EXPECT_EQ(problem("trial_ended", R"({"trial":-1,"how":"stopped","reason":""})"),
              "fact 'trial_ended': field 'trial' is not a whole number from 0: -1");
    EXPECT_EQ(problem("trial_ended", R"({"trial":1,"how":"eaten","reason":""})"),
              "fact 'trial_ended': field 'how' is not one of its words: \"eaten\"");
    EXPECT_EQ(problem("trial_ended", R"({"trial":1,"how":"stopped","reason":"","value":"much"})"),
              "fact 'trial_ended': field 'value' is not a number: \"much\"");
    EXPECT_NE(problem("study_created", R"({"text":"", "study_dir":"","workdir":"","trials_dir":""})")
                  .find("field 'text'"),
              std::string::npos);
}

TEST(fact_codec, a_proposal_of_before_there_were_parents_has_none) {
    const auto fact = decode("trial_proposed", R"({"bracket":0,"params":{},"to":9,"told":0,"trial":0})");
    ASSERT_TRUE(fact) << fact.error().text();
    EXPECT_FALSE(std::get<core::TrialProposed>(*fact).parent);
    EXPECT_EQ(problem("trial_proposed", R"({"bracket":0,"params":{},"to":9,"told":0,"trial":0,"parent":3})"),
              "fact 'trial_proposed': field 'parent' is not a trial and a step: 3");
}

TEST(fact_codec, deep_nesting_is_an_error_like_any_other) {
    const std::string deep = R"({"reason":)" + std::string(500'000, '[') + std::string(500'000, ']') + "}";
    EXPECT_NE(problem("study_paused", deep), "none");
}

TEST(fact_codec, damaged_bodies_are_errors_and_never_more) {
    const auto facts = one_of_each();
    for (std::uint64_t seed = 0; seed < 40'000; ++seed) {
        base::Rng rng(seed, "damage");
        auto [kind, body] = encode(facts[rng.below(facts.size())]);
        for (auto n = 1 + rng.below(4); n > 0 && !body.empty(); --n) {
            const auto at = rng.below(body.size());
            switch (rng.below(4)) {
                case 0:
                    body[at] = static_cast<char>(rng.bits());
                    break;
                case 1:
                    body.erase(at, 1 + rng.below(8));
                    break;
                case 2:
                    body.insert(at, 1, "{}[]\":,019-.eEnt\\"[rng.below(17)]);
                    break;
                default:
                    body.insert(at, body.substr(rng.below(body.size()), 12));
                    break;
            }
        }
        const auto fact = decode(kind, body);
        EXPECT_TRUE(fact || !fact.error().text().empty());
    }
}

/// `QUENCH_REWRITE=1` writes the file anew. A line that changes is a format that old journals do not have.
TEST(fact_codec, bodies_are_what_they_were) {
    const std::string path = QUENCH_GOLDEN "/facts.txt";
    std::ostringstream now;
    for (const auto& fact : one_of_each()) now << encode(fact).kind << ' ' << encode(fact).body << '\n';
    if (std::getenv("QUENCH_REWRITE")) std::ofstream(path) << now.str();
    std::ostringstream golden;
    golden << std::ifstream(path).rdbuf();
    EXPECT_EQ(now.str(), golden.str());
}

TEST(fact_codec, every_kind_of_the_golden_file_is_still_read) {
    std::ifstream file(QUENCH_GOLDEN "/facts.txt");
    int lines = 0;
    for (std::string kind, body; file >> kind && std::getline(file >> std::ws, body); ++lines) {
        const auto fact = decode(kind, body);
        EXPECT_TRUE(fact) << fact.error().text();
    }
    EXPECT_EQ(lines, 16);
}

}  // namespace
}  // namespace quench::orchestrator::store
