#include "predictor/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::predictor {
namespace {

using testing::HasSubstr;

std::string complaint(const std::string& text) {
    const auto made = make_predictor_from(text);
    return made ? "no error" : made.error().text();
}

TEST(Catalogue, makes_every_predictor_by_its_name) {
    for (const std::string& name : predictor_names()) EXPECT_EQ((*make_predictor(name))->name(), name);
}

TEST(Catalogue, takes_every_option_that_it_names) {
    EXPECT_EQ(
        complaint("svr:kind=epsilon,cost=67.61,epsilon=0.02,gamma=0.1,scaling=quantile,values=13,parameters="
                  "false,differences=1,curve=true,nu=0.3"),
        "no error");
    EXPECT_EQ(
        complaint("qsvr:bits=6,base=2,exponent=2,penalty=0,epsilon=0.1,gamma=1,reads=8,sweeps=9,combination="
                  "boltzmann,lowest=3,zoom=2,subset=20,annealer=tempering,timeout=200ms"),
        "no error");
    EXPECT_FALSE(predictor_option_names("qsvr").empty());
    EXPECT_TRUE(predictor_option_names("last").empty());
}

TEST(Catalogue, what_makes_no_sense_is_an_error_with_a_way_out) {
    EXPECT_THAT(complaint("oracle"), HasSubstr("use one of last, svr, qsvr, parametric, gp"));
    EXPECT_THAT(complaint("svr:csot=1"), testing::AllOf(HasSubstr("csot"), HasSubstr("cost")));
    EXPECT_THAT(complaint("svr:cost=-1"), HasSubstr("a number from"));
    EXPECT_THAT(complaint("svr:cost=1x"), HasSubstr("a number from"));
    EXPECT_THAT(complaint("qsvr:bits=1.5"), HasSubstr("whole number"));
    EXPECT_THAT(complaint("qsvr:combination=vote"), HasSubstr("one of lowest, mean, boltzmann, score"));
    EXPECT_THAT(complaint("qsvr:timeout=3 parsecs"), HasSubstr("a time from"));
    EXPECT_THAT(complaint("qsvr:timeout=0"), HasSubstr("from 1 ms to 1 d"));
    EXPECT_THAT(complaint("svr:cost"), HasSubstr("has no value"));
    EXPECT_THAT(complaint("last:x=1"), HasSubstr("it has none"));
    EXPECT_THAT(complaint(""), HasSubstr("no predictor ''"));
}

}  // namespace
}  // namespace quench::predictor
