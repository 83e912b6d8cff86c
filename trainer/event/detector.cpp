#include "trainer/event/detector.hpp"

#include "trainer/event/card.hpp"
#include "trainer/event/eflow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace quench::trainer::event {
namespace {

using Features = std::array<float, feature_columns(Detector::delphes)>;
using Row = std::array<float, target_columns>;

constexpr float to_float(double x) {
    return static_cast<float>(x);
}

// Log-normal with the given mean, as Delphes smears: never negative.
double smear(base::Rng& rng, double mean, double sigma) {
    if (mean <= 0) return 0;
    const double b = std::sqrt(std::log1p(sigma * sigma / (mean * mean)));
    return std::exp(std::log(mean) - 0.5 * b * b + b * rng.normal());
}

Row row_of(Category category, int charge, double pt, double eta, double phi, double e) {
    return {static_cast<float>(category), static_cast<float>(charge), to_float(pt), to_float(eta),
            to_float(std::sin(phi)),      to_float(std::cos(phi)),    to_float(e)};
}

struct Track {
    const Particle* particle = nullptr;
    Direction outer;
    double pt = 0, eta = 0, phi = 0;
    double resolution = 0;  // relative
    double flow_scale = 1;  // what the particle flow makes of its momentum

    [[nodiscard]] double energy() const {
        const double momentum = pt * std::cosh(eta);
        return std::sqrt(momentum * momentum + particle->mass * particle->mass);
    }
};

// What one particle leaves in a cell.
struct Hit {
    Cell cell;
    std::uint32_t particle = 0;
    std::int32_t track = -1;  // its number, -1 for none
    double energy = 0;
};

// The state of one event on its way through the detector.
class Reading {
  public:
    Reading(const std::vector<Particle>& particles, base::Rng& rng) : particles_(particles), rng_(rng) {}

    Event take() {
        for (std::uint32_t i = 0; i < particles_.size(); ++i) see(i);
        read_out(Calorimeter::ecal, ecal_);
        read_out(Calorimeter::hcal, hcal_);
        Event event;
        const std::size_t rows = tracks_.size() + towers_.size();
        event.elements.reserve(rows * sizeof(Features) / sizeof(float));
        event.targets.reserve(rows * target_columns);
        event.candidates.reserve(rows * target_columns);
        for (const Track& track : tracks_)
            add(event, {features_of(track), truth_of(*track.particle), candidate_of(track)});
        for (const Tower& tower : towers_) add(event, tower);
        return event;
    }

  private:
    struct Tower {
        Features element;
        Row target, candidate;
    };

    static void add(Event& event, const Tower& row) {
        ++event.rows;
        event.elements.insert(event.elements.end(), row.element.begin(), row.element.end());
        event.targets.insert(event.targets.end(), row.target.begin(), row.target.end());
        event.candidates.insert(event.candidates.end(), row.candidate.begin(), row.candidate.end());
    }

    static Row truth_of(const Particle& p) {
        return row_of(p.category, p.charge, p.pt, p.eta, wrap(p.phi), p.energy());
    }

    // The sum of the particles without track; nothing if there are none.
    Row truth_of(std::span<const Hit> hits) const {
        double px = 0, py = 0, pz = 0, e = 0, largest = 0;
        const Particle* leader = nullptr;
        for (const Hit& hit : hits) {
            if (hit.track >= 0) continue;
            const Particle& p = particles_[hit.particle];
            px += p.pt * std::cos(p.phi);
            py += p.pt * std::sin(p.phi);
            pz += p.pt * std::sinh(p.eta);
            const double energy = p.energy();
            e += energy;
            if (energy > largest) {
                largest = energy;
                leader = &p;
            }
        }
        if (leader == nullptr) return {};
        constexpr double least_neutral_hadron = 9.0;  // GeV
        const double pt = std::max(std::hypot(px, py), 1e-6), eta = std::asinh(pz / pt);
        Category category = leader->category;
        int charge = leader->charge;
        if (category == Category::charged_hadron && std::abs(eta) > tracker_eta) {
            category = Category::neutral_hadron;
            charge = 0;
        }
        if (category == Category::neutral_hadron && e < least_neutral_hadron) return {};
        return row_of(category, charge, pt, eta, std::atan2(py, px), e);
    }

    static Features features_of(const Track& track) {
        const Particle& p = *track.particle;
        // Muons and electrons come from truth, since the rule-based reconstruction has them so.
        return {2.0F,
                to_float(track.pt),
                to_float(track.eta),
                to_float(std::sin(track.phi)),
                to_float(std::cos(track.phi)),
                to_float(track.pt * std::cosh(track.eta)),
                to_float(track.outer.eta),
                to_float(std::sin(track.outer.phi)),
                to_float(std::cos(track.outer.phi)),
                static_cast<float>(p.charge),
                p.category == Category::muon ? 1.0F : 0.0F,
                p.category == Category::electron ? 1.0F : 0.0F};
    }

    static Row candidate_of(const Track& track) {
        const Particle& p = *track.particle;
        const bool muon = p.category == Category::muon;
        const double pt = track.pt * track.flow_scale;
        const double eta = muon ? p.eta : track.eta, phi = muon ? wrap(p.phi) : track.phi;
        return row_of(p.category, p.charge, pt, eta, phi, pt * std::cosh(eta));
    }

    void see(std::uint32_t number) {
        const Particle& p = particles_[number];
        const std::optional<Direction> outer = propagate(p);
        if (!outer) return;
        std::int32_t track = -1;
        if (p.charge != 0 && rng_.uniform() < track_efficiency(p, outer->eta)) {
            track = static_cast<std::int32_t>(tracks_.size());
            const double resolution = std::min(track_resolution(p, outer->eta), 1.0);
            tracks_.push_back({&p, *outer, smear(rng_, p.pt, p.pt * resolution),
                               p.eta + angle_resolution * rng_.normal(),
                               wrap(p.phi + angle_resolution * rng_.normal()), resolution, 1.0});
        }
        for (const auto calorimeter : {Calorimeter::ecal, Calorimeter::hcal}) {
            const double fraction = energy_fraction(calorimeter, p);
            if (fraction <= 0) continue;
            if (const std::optional<Cell> cell = cell_at(calorimeter, *outer))
                (calorimeter == Calorimeter::ecal ? ecal_ : hcal_)
                    .push_back({*cell, number, track, fraction * p.energy()});
        }
    }

    void read_out(Calorimeter calorimeter, std::vector<Hit>& hits) {
        std::ranges::sort(hits, [](const Hit& a, const Hit& b) {
            return a.cell.number != b.cell.number ? a.cell.number < b.cell.number : a.particle < b.particle;
        });
        for (auto first = hits.begin(); first != hits.end();) {
            const auto last = std::find_if(
                first, hits.end(), [&](const Hit& hit) { return hit.cell.number != first->cell.number; });
            read_out(calorimeter, std::span(first, last));
            first = last;
        }
    }

    // One cell.
    void read_out(Calorimeter calorimeter, std::span<const Hit> hits) {
        const Cell& cell = hits.front().cell;
        double deposit = 0;
        for (const Hit& hit : hits) deposit += hit.energy;
        double e = smear(rng_, deposit, energy_resolution(calorimeter, cell.eta(), deposit));
        const double sigma = energy_resolution(calorimeter, cell.eta(), e);
        const bool seen = e > least_energy(calorimeter) && e > least_significance * sigma;
        if (!seen) e = 0;

        expected_.clear();
        for (const Hit& hit : hits)
            if (hit.track >= 0) {
                const Track& track = tracks_[static_cast<std::size_t>(hit.track)];
                const double share = energy_fraction(calorimeter, *track.particle);
                expected_.push_back({share * track.flow_scale * track.energy(), track.resolution});
            }
        const Flow flow = energy_flow(calorimeter, e, sigma, expected_);
        for (const Hit& hit : hits)
            if (hit.track >= 0) tracks_[static_cast<std::size_t>(hit.track)].flow_scale *= flow.track_scale;
        if (!seen) return;

        const double eta = cell.eta_low + (cell.eta_high - cell.eta_low) * rng_.uniform();
        const double phi = cell.phi_low + (cell.phi_high - cell.phi_low) * rng_.uniform();
        const bool ecal = calorimeter == Calorimeter::ecal;
        const Category neutral = ecal ? Category::photon : Category::neutral_hadron;
        towers_.push_back({{1.0F, to_float(e / std::cosh(eta)), to_float(eta), to_float(std::sin(phi)),
                            to_float(std::cos(phi)), to_float(e), ecal ? to_float(e) : 0.0F,
                            ecal ? 0.0F : to_float(e), 0, 0, 0, 0},
                           truth_of(hits),
                           flow.neutral > 0
                               ? row_of(neutral, 0, flow.neutral / std::cosh(eta), eta, phi, flow.neutral)
                               : Row{}});
    }

    const std::vector<Particle>& particles_;
    base::Rng& rng_;
    std::vector<Track> tracks_;
    std::vector<Tower> towers_;
    std::vector<Hit> ecal_, hcal_;
    std::vector<ExpectedDeposit> expected_;
};

}  // namespace

Event detect(const std::vector<Particle>& particles, base::Rng& rng) {
    return Reading(particles, rng).take();
}

}  // namespace quench::trainer::event
