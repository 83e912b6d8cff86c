#include "predictor/anneal/io/external_command.hpp"

#include "tests/predictor/qubo/examples.hpp"

#include <chrono>

namespace quench::predictor::anneal {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const Problem problem = gaussian(4, 1);

/// A command as a shell script; $1 is the problem, $2 the result, $3 the request.
base::Result<SampleSet> run_script(const std::string& script, std::chrono::milliseconds timeout = 30s) {
    const ExternalCommandAnnealer annealer({.command = {"sh", "-c", script, "annealer"}, .timeout = timeout});
    return annealer.sample(problem, {.num_reads = 3, .seed = 42});
}

std::string complaint(const std::string& script, std::chrono::milliseconds timeout = 30s) {
    const auto set = run_script(script, timeout);
    return set ? "no error" : set.error().text();
}

TEST(ExternalCommand, samples_are_read_and_their_energies_computed_again) {
    const auto set = run_script("printf '# mine\\n-1e9 2 0110\\n\\n0 1 0000\\r\\n' > \"$2\"");
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_EQ(set->samples().size(), 2u);
    for (const Sample& sample : set->samples()) {
        EXPECT_EQ(sample.energy, energy(problem, sample.bits));
        EXPECT_EQ(sample.num_occurrences, sample.bits[1] == 1 ? 2u : 1u);
    }
}

TEST(ExternalCommand, the_command_gets_problem_and_request) {
    const auto set = run_script(
        "grep -q '^# vartype=BINARY' \"$1\" && grep -q '\"num_reads\": 3' \"$3\" && grep -q '\"seed\": 42' "
        "\"$3\" &&"
        " echo 0 1 1111 > \"$2\"");
    EXPECT_TRUE(set) << set.error().text();
}

TEST(ExternalCommand, what_goes_wrong_is_an_error_with_a_reason) {
    EXPECT_THAT(complaint("echo no chip today >&2; exit 3"),
                testing::AllOf(HasSubstr("exit status 3"), HasSubstr("no chip today")));
    EXPECT_THAT(complaint("kill -9 $$"), HasSubstr("signal 9"));
    EXPECT_THAT(complaint("true"), HasSubstr("wrote no result"));
    EXPECT_THAT(complaint(": > \"$2\""), HasSubstr("no sample"));
    EXPECT_THAT(complaint("mkdir \"$2\""), HasSubstr("wrote no result"));
    EXPECT_THAT(complaint("echo 0 1 01 > \"$2\""), HasSubstr("line 1 has 2 digits"));
    EXPECT_THAT(complaint("printf '0 1 0101\\n0 1 0121\\n' > \"$2\""), HasSubstr("line 2 has digits other"));
    EXPECT_THAT(complaint("echo 0 -1 0101 > \"$2\""), HasSubstr("num_occurrences"));
    EXPECT_THAT(complaint("echo 0 99999999999 0101 > \"$2\""), HasSubstr("num_occurrences"));
    EXPECT_THAT(complaint("echo hello > \"$2\""), HasSubstr("line 1 is not"));
    const ExternalCommandAnnealer missing({.command = {"no-such-annealer-here"}});
    EXPECT_THAT(missing.sample(problem, {}).error().text(), HasSubstr("cannot be started"));
    EXPECT_FALSE(ExternalCommandAnnealer({.command = {}}).sample(problem, {}));
    const ExternalCommandAnnealer small(
        {.command = {"sh", "-c", "echo 0 1 0101 > \"$2\"", "x"}, .most_result_bytes = 3});
    EXPECT_THAT(small.sample(problem, {}).error().text(), HasSubstr("too large"));
}

TEST(ExternalCommand, one_that_hangs_is_ended_with_its_children) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(complaint("sleep 600 & sleep 600", 200ms), HasSubstr("took too long"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
}

TEST(ExternalCommand, an_interrupted_one_is_ended) {
    std::stop_source stop;
    stop.request_stop();
    const ExternalCommandAnnealer annealer({.command = {"sleep", "600"}, .timeout = 600s});
    const auto set = annealer.sample(problem, {.interrupt_function = stop.get_token()});
    ASSERT_FALSE(set);
    EXPECT_THAT(set.error().text(), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace quench::predictor::anneal
