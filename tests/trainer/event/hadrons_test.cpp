#include "trainer/event/hadrons.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

FourVector of(const Particle& p) {
    return from_pt_eta_phi(p.pt, p.eta, p.phi, p.mass);
}

TEST(decay, conserves_energy_and_momentum_and_gives_the_masses_asked_for) {
    base::Rng rng(3, "test.decay");
    for (int i = 0; i < 200; ++i) {
        const FourVector parent = from_pt_eta_phi(50 * rng.uniform(), 2 * rng.normal(), 1, 172.5);
        const auto products = decay(parent, 80.4, 4.8, rng);
        const FourVector sum = products[0] + products[1];
        EXPECT_NEAR(sum.e, parent.e, 1e-9 * parent.e);
        EXPECT_NEAR(sum.px, parent.px, 1e-9 * parent.e);
        EXPECT_NEAR(sum.pz, parent.pz, 1e-9 * parent.e);
        EXPECT_NEAR(products[0].mass(), 80.4, 1e-6 * parent.e);
        EXPECT_NEAR(products[1].mass(), 4.8, 1e-5 * parent.e);
    }
}

TEST(draw_pt, follows_its_spectrum) {
    // The distribution function by quadrature of the density in Species, against that of the draws
    // (Kolmogorov and Smirnov: 1.95 / sqrt(n) is passed by chance once in a thousand).
    for (const Species& species : {Species{.mass = 0.13957, .temperature = 0.12, .power = 7},
                                   Species{.mass = 0.938, .temperature = 0.1, .power = 8}}) {
        constexpr int n = 20'000;
        constexpr double step = 1e-3, end = 60;
        std::vector<double> cumulative = {0};
        for (double pt = 0.5 * step; pt < end; pt += step) {
            const double kinetic = std::hypot(pt, species.mass) - species.mass;
            cumulative.push_back(
                cumulative.back() +
                pt * std::pow(1 + kinetic / (species.power * species.temperature), -species.power));
        }
        base::Rng rng(4, "test.pt");
        std::vector<double> draws(n);
        for (double& draw : draws) draw = draw_pt(species, rng);
        std::ranges::sort(draws);
        double distance = 0;
        for (int i = 0; i < n; ++i) {
            const auto bin = std::min(static_cast<std::size_t>(draws[static_cast<std::size_t>(i)] / step),
                                      cumulative.size() - 1);
            distance = std::max(distance, std::abs(cumulative[bin] / cumulative.back() - (i + 0.5) / n));
        }
        EXPECT_LT(distance, 1.95 / std::sqrt(n) + 2e-3);
    }
}

TEST(add_hadron, a_neutral_pion_is_its_photons) {
    base::Rng rng(3, "test.pion");
    const Species pion{.kind = Species::Kind::neutral_pion, .mass = 0.13498};
    const FourVector p = from_pt_eta_phi(4, 0.7, 1, pion.mass);
    int electrons = 0;
    for (int i = 0; i < 4000; ++i) {
        std::vector<Particle> out;
        add_hadron(pion, p, 0.01, rng, out);
        FourVector sum;
        for (const Particle& particle : out) {
            sum = sum + of(particle);
            electrons += particle.category == Category::electron ? 1 : 0;
            EXPECT_EQ(particle.z, 0.01);
        }
        EXPECT_NEAR(sum.e, p.e, 1e-4);
        EXPECT_NEAR(sum.pz, p.pz, 1e-4);
    }
    EXPECT_NEAR(electrons, 2 * 0.012 * 4000, 2 * 4 * std::sqrt(48.0));  // 4 deviations of 48 pairs
}

}  // namespace
}  // namespace quench::trainer::event
