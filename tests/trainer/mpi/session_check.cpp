// Run by session_test.cpp under mpirun; exits 0 if every operation gives what the ranks should agree on.
#include "trainer/mpi/session.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

void expect(bool ok, const char* what) {
    if (ok) return;
    std::fprintf(stderr, "failed: %s\n", what);
    std::_Exit(3);
}

}  // namespace

int main(int, char** argv) {
    const quench::trainer::mpi::Session ranks;
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
    std::string nothing = ranks.is_root() ? "" : "other";
    ranks.broadcast(nothing);
    expect(nothing.empty(), "broadcast of nothing");
    return 0;
}
