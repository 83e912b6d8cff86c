#include "trainer/event/collisions.hpp"

#include "trainer/event/hadrons.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

TEST(add_jet, keeps_the_energy_and_direction_of_its_parton) {
    double energy = 0, px = 0, py = 0;
    constexpr int jets = 400;
    base::Rng rng(3, "test.jet");
    for (int i = 0; i < jets; ++i) {
        std::vector<Particle> out;
        add_jet(from_pt_eta_phi(50, 0.5, 0.3, 0), Flavour::light, 0, rng, out);
        for (const Particle& p : out) {
            energy += p.energy() / jets;
            px += p.pt * std::cos(p.phi - 0.3) / jets;
            py += p.pt * std::sin(p.phi - 0.3) / jets;
        }
    }
    // The last hadron of a chain has more or less than was left.
    EXPECT_NEAR(energy, 50 * std::cosh(0.5), 2.0);
    EXPECT_NEAR(px, 46, 4.0);  // the jet has a width, so its parts do not add up to 50
    EXPECT_NEAR(py, 0, 2.0);
}

TEST(add_minimum_bias, shares_energy_among_hadrons_as_collisions_do) {
    double charged = 0, photons = 0, neutral = 0, all = 0;
    base::Rng rng(3, "test.soft");
    for (int i = 0; i < 2000; ++i) {
        std::vector<Particle> out;
        add_minimum_bias(1, 0, rng, out);
        for (const Particle& p : out) {
            const double e = p.energy();
            all += e;
            charged += p.category == Category::charged_hadron ? e : 0;
            photons += p.category == Category::photon ? e : 0;
            neutral += p.category == Category::neutral_hadron ? e : 0;
        }
    }
    EXPECT_NEAR(charged / all, 0.60, 0.04);
    EXPECT_NEAR(photons / all, 0.25, 0.04);
    EXPECT_NEAR(neutral / all, 0.15, 0.04);
}

TEST(add_hard_scatter, top_pairs_have_leptons_as_often_as_w_bosons_do) {
    int leptons = 0;
    constexpr int events = 2000;
    for (std::uint64_t i = 0; i < events; ++i) {
        base::Rng rng(3, "test.ttbar", i);
        std::vector<Particle> out;
        add_hard_scatter(Process::ttbar, 0, rng, out);
        leptons += std::ranges::any_of(out, [](const Particle& p) {
            return (p.category == Category::electron || p.category == Category::muon) && p.pt > 20;
        });
    }
    // Without cuts 1 - (1 - 2 * 0.108)^2 = 39 % have one from a W, more from taus and bottom; 20 GeV takes
    // some.
    EXPECT_GT(leptons, events * 30 / 100);
    EXPECT_LT(leptons, events * 50 / 100);
}

}  // namespace
}  // namespace quench::trainer::event
