#include "search/space/configuration.hpp"

#include "base/random.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::search::space {
namespace {

using nlohmann::json;

TEST(configuration, values_read_as_a_user_writes_them) {
    EXPECT_EQ(to_text(Value(0.001)), "0.001");
    EXPECT_EQ(to_text(Value(1.0)), "1.0");
    EXPECT_EQ(to_text(Value(1e-30)), "1e-30");
    EXPECT_EQ(to_text(Value(std::int64_t{16})), "16");
    EXPECT_EQ(to_text(Value(true)), "true");
    EXPECT_EQ(to_text(Value("gnn")), "gnn");
}

TEST(configuration, json_text_keeps_types_and_every_bit) {
    base::Rng rng(1, "json bits");
    Configuration c{{"one", 1.0},
                    {"minus zero", -0.0},
                    {"int", INT64_MIN},
                    {"most", INT64_MAX},
                    {"flag", false},
                    {"text", "1.0"},
                    {"tiny", std::numeric_limits<double>::denorm_min()}};
    for (int i = 0; i < 2000; ++i) {
        const double value = std::bit_cast<double>(rng.bits());
        if (std::isfinite(value)) c["f" + std::to_string(i)] = value;
    }
    const auto back = configuration_from_json(json::parse(to_json(c).dump()));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, c);
    EXPECT_TRUE(std::signbit(std::get<double>(back->at("minus zero"))));
    const auto packed = configuration_from_json(json::from_msgpack(json::to_msgpack(to_json(c))));
    ASSERT_TRUE(packed.ok());
    EXPECT_EQ(*packed, c);
}

TEST(configuration, what_is_no_value_is_refused_with_a_reason) {
    const auto text = [](const json& j) { return configuration_from_json(j).error().text(); };
    EXPECT_THAT(text(json::array()), testing::HasSubstr("has the type array"));
    EXPECT_THAT(text({{"a", nullptr}}), testing::HasSubstr("a has the type null"));
    EXPECT_THAT(text({{"a", {1, 2}}}), testing::HasSubstr("a has the type array"));
    EXPECT_THAT(text({{"a", std::nan("")}}), testing::HasSubstr("must be finite"));
    EXPECT_THAT(text({{"a", UINT64_MAX}}), testing::HasSubstr("64 bits"));
}

json random_json(base::Rng& rng, int depth) {
    switch (rng.below(depth > 0 ? 9 : 7)) {
        case 0:
            return nullptr;
        case 1:
            return rng.below(2) == 0;
        case 2:
            return static_cast<std::int64_t>(rng.bits());
        case 3:
            return rng.bits();
        case 4:
            return std::bit_cast<double>(rng.bits());
        case 5:
            return std::string(rng.below(4), static_cast<char>(rng.below(256)));
        case 6:
            return json::binary({1, 2});
        case 7: {
            json array = json::array();
            for (auto n = rng.below(3); n > 0; --n) array.push_back(random_json(rng, depth - 1));
            return array;
        }
        default: {
            json object = json::object();
            for (auto n = rng.below(4); n > 0; --n)
                object[std::string(1, static_cast<char>(rng.below(256)))] = random_json(rng, depth - 1);
            return object;
        }
    }
}

TEST(configuration, no_json_makes_it_throw) {
    for (std::uint64_t i = 0; i < 20000; ++i) {
        base::Rng rng(7, "any json", i);
        const json j = random_json(rng, 3);
        EXPECT_NO_THROW({ [[maybe_unused]] const auto result = configuration_from_json(j); });
    }
    EXPECT_NO_THROW(
        { [[maybe_unused]] const auto r = configuration_from_json(json(json::value_t::discarded)); });
}

}  // namespace
}  // namespace quench::search::space
