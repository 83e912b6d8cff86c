// Run by session_test.cpp under mpirun; exits 0 if every operation gives what the ranks should agree on.
#include "base/random.hpp"
#include "trainer/mpi/reduction.hpp"
#include "trainer/mpi/session.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

void expect(bool ok, const char* what) {
    if (ok) return;
    std::fprintf(stderr, "failed: %s\n", what);
    std::_Exit(3);
}

using namespace quench::trainer;

// A sum in buckets, its ranks at different paces, against the sum in one go.
void check_reduction(const mpi::Session& ranks) {
    for (const std::size_t length : {0U, 1U, 3U, 1000U, 70'001U}) {
        for (const std::size_t bucket :
             {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{100'000}}) {
            if (length / bucket > 1000) continue;
            mpi::Reduction reduction(ranks, length, bucket);
            quench::base::Rng pace(1, "test.pace", static_cast<std::uint64_t>(ranks.rank()));
            for (std::uint64_t round = 0; round < 3; ++round) {
                quench::base::Rng rng(round, "test.numbers", static_cast<std::uint64_t>(ranks.rank()));
                std::vector<float> numbers(length);
                for (float& x : numbers) x = static_cast<float>(rng.normal());
                std::vector<float> expected = numbers;
                ranks.sum(std::span<float>(expected));
                reduction.begin(numbers);
                for (std::size_t offset = length; offset > 0;) {
                    offset -= std::min<std::size_t>(offset, 1 + pace.below(length / 3 + 1));
                    if (pace.below(4) > 0) reduction.final_from(offset);
                }
                reduction.wait();
                expect(numbers == expected, "a sum in buckets");
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    mpi::Session ranks;
    ranks.set_patience(std::chrono::seconds(argc > 2 ? 1 : 60));
    // The last rank hangs: the others are to end it.
    if (argc > 2 && ranks.rank() == ranks.size() - 1)
        for (;;) ::pause();
    const int size = std::atoi(argv[1]);
    expect(ranks.size() == size, "size");
    for (const std::size_t length : {0U, 1U, 2U, 7U, 1000U}) {
        std::vector<float> numbers(length);
        for (std::size_t i = 0; i < length; ++i)
            numbers[i] = static_cast<float>(i) * static_cast<float>(ranks.rank() + 1);
        ranks.sum(std::span<float>(numbers));
        for (std::size_t i = 0; i < length; ++i)
            expect(numbers[i] == static_cast<float>(i) * static_cast<float>(size * (size + 1)) / 2, "sum");
    }
    // Added in rank order in double: 1e16 + 1 - 1e16 is 0 that way, 1 in another.
    double cancel = ranks.rank() == 0 ? 1e16 : ranks.rank() == 1 ? 1.0 : ranks.rank() == 2 ? -1e16 : 0.0;
    ranks.sum(std::span<double>(&cancel, 1));
    if (size >= 3) expect(cancel == 0.0, "order of addition");
    expect(!ranks.any(false), "any of none");
    expect(ranks.any(ranks.rank() == size - 1), "any of one");
    std::string text = ranks.is_root() ? std::string(100'000, 'q') : "other";
    ranks.broadcast(text);
    expect(text == std::string(100'000, 'q'), "broadcast");
    // Sizes of 0 as well, and of more than what is sent without being asked for.
    const auto part = [&](int rank) { return std::string(static_cast<std::size_t>(rank) * 70'000, 'g'); };
    const std::vector<std::string> gathered = ranks.gather(part(ranks.rank()));
    expect(gathered.size() == (ranks.is_root() ? static_cast<std::size_t>(size) : 0U), "gather");
    for (std::size_t i = 0; i < gathered.size(); ++i)
        expect(gathered[i] == part(static_cast<int>(i)), "gather, in rank order");
    std::string from_last = ranks.rank() == size - 1 ? "last" : "";
    ranks.broadcast(from_last, size - 1);
    expect(from_last == "last", "broadcast from the last");
    std::vector<float> floats(5, static_cast<float>(ranks.rank()));
    ranks.broadcast(floats);
    expect(floats == std::vector<float>(5, 0.0F), "broadcast of numbers");
    expect(ranks.first(ranks.rank() >= size - 2) == std::max(0, size - 2), "first");
    expect(ranks.first(false) == size, "first of none");
    check_reduction(ranks);
    std::string nothing = ranks.is_root() ? "" : "other";
    ranks.broadcast(nothing);
    expect(nothing.empty(), "broadcast of nothing");
    return 0;
}
