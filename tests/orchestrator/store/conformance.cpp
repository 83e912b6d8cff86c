#include "tests/orchestrator/store/conformance.hpp"

#include "tests/orchestrator/store/facts.hpp"

namespace quench::orchestrator::store {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(store_conformance);

namespace {

using core::StampedFact;
using Texts = std::vector<std::string>;

StampedFact at(std::int64_t us, core::Fact fact) {
    return {base::TimePoint{us}, std::move(fact)};
}

Texts loaded(const Store& store, const std::string& study) {
    const auto facts = store.load(study);
    if (!facts) return {"error: " + facts.error().text()};
    return texts_of(*facts);
}

}  // namespace

TEST_P(store_conformance, an_empty_store_has_no_studies) {
    EXPECT_EQ(*store().studies(), Texts{});
    EXPECT_FALSE(store().load("a"));
}

TEST_P(store_conformance, facts_are_loaded_in_the_order_in_which_they_were_appended) {
    const auto facts = story("a", 20, 1);
    for (std::size_t i = 0; i < facts.size(); i += 7) {
        const auto batch = std::span(facts).subspan(i, std::min<std::size_t>(7, facts.size() - i));
        const auto appended = store().append("a", batch);
        ASSERT_TRUE(appended) << appended.error().text();
    }
    EXPECT_EQ(loaded(store(), "a"), texts_of(facts));
    tester_->reopen();
    EXPECT_EQ(loaded(store(), "a"), texts_of(facts));
}

TEST_P(store_conformance, any_fact_is_kept_exactly) {
    std::vector<StampedFact> facts{at(1, created("a"))};
    for (std::uint64_t seed = 0; facts.size() < 500; ++seed) {
        base::Rng rng(seed, "store");
        auto fact = random_fact(rng);
        if (!std::holds_alternative<core::StudyCreated>(fact))
            facts.push_back(at(-5 + static_cast<std::int64_t>(seed), std::move(fact)));
    }
    const auto appended = store().append("a", facts);
    ASSERT_TRUE(appended) << appended.error().text();
    EXPECT_EQ(loaded(store(), "a"), texts_of(facts));
}

TEST_P(store_conformance, studies_are_listed_in_the_order_of_their_creation) {
    for (const auto* name : {"b", "a", "c"})
        ASSERT_TRUE(store().append(name, std::vector{at(1, created(name))}));
    tester_->reopen();
    EXPECT_EQ(*store().studies(), (Texts{"b", "a", "c"}));
}

TEST_P(store_conformance, studies_do_not_mix) {
    const auto a = story("a", 9, 1);
    const auto b = story("b", 9, 2);
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        ASSERT_TRUE(store().append("a", std::span(a).subspan(i, 1)));
        ASSERT_TRUE(store().append("b", std::span(b).subspan(i, 1)));
    }
    const auto expected = texts_of(b);
    EXPECT_EQ(loaded(store(), "b"),
              Texts(expected.begin(), expected.begin() + std::ptrdiff_t(std::min(a.size(), b.size()))));
}

TEST_P(store_conformance, a_study_begins_with_its_creation) {
    EXPECT_FALSE(store().append("a", std::vector{at(1, core::StudyResumed{})}));
    EXPECT_FALSE(store().append("a", std::vector{at(1, created("b"))}));
    EXPECT_FALSE(store().append("a", std::vector{at(1, created("a")), at(2, created("a"))}));
    EXPECT_EQ(*store().studies(), Texts{});
}

TEST_P(store_conformance, a_study_is_created_once) {
    ASSERT_TRUE(store().append("a", std::vector{at(1, created("a"))}));
    const auto again = store().append("a", std::vector{at(2, created("a"))});
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().text().find("exists already"), std::string::npos);
    EXPECT_EQ(loaded(store(), "a").size(), 1u);
}

TEST_P(store_conformance, of_a_batch_that_fails_nothing_is_there) {
    ASSERT_TRUE(store().append("a", std::vector{at(1, created("a"))}));
    EXPECT_FALSE(store().append("a", std::vector{at(2, core::StudyPaused{"x"}), at(3, created("a"))}));
    EXPECT_EQ(loaded(store(), "a").size(), 1u);
    EXPECT_TRUE(store().append("a", std::vector{at(4, core::StudyResumed{})}));
    EXPECT_EQ(loaded(store(), "a").size(), 2u);
}

TEST_P(store_conformance, names_of_studies_are_any_text) {
    const std::string name = "it's; DROP TABLE fact; -- é\t日本";
    core::StudyCreated creation = created("plain");
    creation.study.name = name;
    ASSERT_TRUE(store().append(name, std::vector{at(1, creation)}));
    EXPECT_EQ(*store().studies(), Texts{name});
}

}  // namespace quench::orchestrator::store
