#include "predictor/qubo/model.hpp"

#include "tests/predictor/qubo/examples.hpp"

namespace quench::predictor::qubo {
namespace {

TEST(Qubo, an_energy_is_the_sum_of_its_terms) {
    Qubo qubo(3);
    qubo.add_offset(10);
    qubo.add_linear(0, 1);
    qubo.add_coupling(0, 2, 4);
    qubo.add_coupling(2, 0, 3);
    qubo.add_coupling(1, 1, -2);
    EXPECT_EQ(qubo.energy(Bits{0, 0, 0}), 10);
    EXPECT_EQ(qubo.energy(Bits{1, 0, 0}), 11);
    EXPECT_EQ(qubo.energy(Bits{0, 1, 0}), 8);
    EXPECT_EQ(qubo.energy(Bits{1, 1, 1}), 16);
    EXPECT_EQ(qubo.coupling(2, 0), 7);
    EXPECT_EQ(Qubo(0).energy(Bits{}), 0);
}

TEST(Qubo, a_flip_cost_is_the_difference_of_two_energies) {
    const Qubo qubo = gaussian(17, 1);
    base::Rng rng(2, "bits");
    for (int repeat = 0; repeat < 20; ++repeat) {
        Bits bits = random_bits(17, rng);
        const auto costs = qubo.flip_costs(bits);
        const double before = qubo.energy(bits);
        for (std::size_t i = 0; i < bits.size(); ++i) {
            bits[i] ^= 1;
            EXPECT_NEAR(qubo.energy(bits) - before, costs[i], 1e-12);
            bits[i] ^= 1;
        }
    }
}

TEST(Qubo, spins_and_bits_have_the_same_energy) {
    const Qubo ising = gaussian(9, 3);
    const Qubo qubo = from_ising(ising);
    base::Rng rng(4, "bits");
    for (int repeat = 0; repeat < 50; ++repeat) {
        const Bits bits = random_bits(9, rng);
        double energy = ising.offset();
        for (std::size_t i = 0; i < 9; ++i) {
            energy += ising.linear(i) * (2.0 * bits[i] - 1);
            for (std::size_t j = 0; j < i; ++j)
                energy += ising.coupling(i, j) * (2.0 * bits[i] - 1) * (2.0 * bits[j] - 1);
        }
        EXPECT_NEAR(qubo.energy(bits), energy, 1e-12);
    }
}

}  // namespace
}  // namespace quench::predictor::qubo
