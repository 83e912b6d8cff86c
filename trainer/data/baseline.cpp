#include "trainer/data/baseline.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::data {
namespace {

using event::categories;

constexpr const char* names[categories] = {"none", "ch.had", "n.had", "photon", "electron", "muon"};
constexpr std::size_t charged = 1, neutral = 2;

// Read off the plots, QCD; a hole where the papers show nothing.
constexpr double hole = -1;
constexpr double published_confusion[categories][categories] = {
    {.66, hole, .14, .21, hole, hole},  {.04, .95, .01, hole, hole, hole},
    {.04, hole, .88, .07, hole, hole},  {hole, hole, hole, .99, hole, hole},
    {hole, hole, hole, .25, .75, hole}, {hole, hole, hole, hole, hole, 1.00}};

// Efficiency by the true energy, fakes by the candidate's, each in a window around these [GeV].
struct Window {
    double low, high;
    const char* name;
    std::optional<double> efficiency, fake_rate;
};
constexpr Window windows[] = {{9, 11, "9-11 GeV", .30, .27},
                              {14, 16, "14-16 GeV", .63, std::nullopt},
                              {18, 22, "18-22 GeV", .83, .10},
                              {27, 33, "27-33 GeV", .93, .04}};

double relative(float candidate, float target) {
    constexpr double cut = 10;
    const double x = (static_cast<double>(candidate) - target) / target;
    return std::isfinite(x) ? std::clamp(x, -cut, cut) : 0;
}

std::size_t class_of(const float* row) {
    return std::min(static_cast<std::size_t>(std::max(row[0], 0.0F)), categories - 1);
}

std::optional<double> ratio(double part, double whole) {
    return whole > 0 ? std::optional(part / whole) : std::nullopt;
}

}  // namespace

void Baseline::Spread::add(double x) {
    n += 1;
    sum += x;
    squares += x * x;
}

void Baseline::add(const event::Event& event) {
    QUENCH_CHECK(event.candidates.size() == event.targets.size(), "a baseline needs candidates");
    charged_.emplace_back();
    neutral_.emplace_back();
    for (std::size_t row = 0; row < event.rows; ++row)
        add_row(&event.targets[row * event::target_columns], &event.candidates[row * event::target_columns]);
}

void Baseline::add_row(const float* target, const float* candidate) {
    const std::size_t truth = class_of(target), made = class_of(candidate);
    confusion_[truth][made] += 1;
    charged_.back().target += truth == charged ? 1 : 0;
    charged_.back().candidate += made == charged ? 1 : 0;
    neutral_.back().target += truth == neutral ? 1 : 0;
    neutral_.back().candidate += made == neutral ? 1 : 0;
    if (truth == charged && made == charged) {
        charged_pt_.add(relative(candidate[2], target[2]));
        charged_eta_.add(relative(candidate[3], target[3]));
    }
    if (truth == neutral && made == neutral) {
        neutral_energy_.add(relative(candidate[6], target[6]));
        neutral_eta_.add(relative(candidate[3], target[3]));
    }
    for (std::size_t i = 0; i < energies; ++i) {
        const auto within = [&](const float* row) {
            return row[6] >= windows[i].low && row[6] < windows[i].high;
        };
        if (truth == neutral && within(target)) {
            efficiency_[i].whole += 1;
            efficiency_[i].part += made == neutral ? 1 : 0;
        }
        if (made == neutral && within(candidate)) {
            fakes_[i].whole += 1;
            fakes_[i].part += truth != neutral ? 1 : 0;
        }
    }
}

double Baseline::mean_elements() const {
    double rows = 0;
    for (const auto& row : confusion_)
        for (const double n : row) rows += n;
    return ratio(rows, static_cast<double>(events())).value_or(0);
}

double Baseline::mean_of_class(event::Category category) const {
    double rows = 0;
    for (const double n : confusion_[static_cast<std::size_t>(category)]) rows += n;
    return ratio(rows, static_cast<double>(events())).value_or(0);
}

void Baseline::add_multiplicity(const std::string& name, const std::vector<Pair>& pairs,
                                std::array<double, 3> published, std::vector<BaselineFigure>& out) {
    Spread target, candidate, difference;
    double product = 0;
    for (const Pair& pair : pairs) {
        target.add(pair.target);
        candidate.add(pair.candidate);
        product += pair.target * pair.candidate;
        if (pair.target > 0) difference.add((pair.candidate - pair.target) / pair.target);
    }
    const double n = static_cast<double>(pairs.size());
    const auto variance = [](const Spread& s) {
        return s.n > 0 ? std::max(s.squares / s.n - s.sum * s.sum / (s.n * s.n), 0.0) : 0.0;
    };
    const double covariance = n > 0 ? product / n - target.sum * candidate.sum / (n * n) : 0;
    out.push_back({name + " multiplicity, correlation", published[0],
                   ratio(covariance, std::sqrt(variance(target) * variance(candidate)))});
    out.push_back({name + " multiplicity, mean relative difference", published[1],
                   ratio(difference.sum, difference.n)});
    out.push_back({name + " multiplicity, its deviation", published[2],
                   difference.n > 0 ? std::optional(std::sqrt(variance(difference))) : std::nullopt});
}

std::vector<BaselineFigure> Baseline::figures() const {
    std::vector<BaselineFigure> out;
    for (std::size_t truth = 0; truth < categories; ++truth) {
        double whole = 0;
        for (const double n : confusion_[truth]) whole += n;
        for (std::size_t made = 0; made < categories; ++made) {
            const double published = published_confusion[truth][made];
            if (published == hole) continue;
            out.push_back({std::string(names[truth]) + " -> " + names[made], published,
                           ratio(confusion_[truth][made], whole)});
        }
    }
    const auto resolution = [&](const char* name, const Spread& s, double mean, double deviation) {
        out.push_back({std::string(name) + " resolution, mean", mean, ratio(s.sum, s.n)});
        std::optional<double> ours;
        if (s.n > 0) ours = std::sqrt(std::max(s.squares / s.n - s.sum * s.sum / (s.n * s.n), 0.0));
        out.push_back({std::string(name) + " resolution, deviation", deviation, ours});
    };
    resolution("ch.had pt", charged_pt_, -.01, .21);
    resolution("ch.had eta", charged_eta_, 0, .24);
    resolution("n.had E", neutral_energy_, .03, .35);
    resolution("n.had eta", neutral_eta_, -.02, .05);
    add_multiplicity("ch.had", charged_, {.999, -.048, .004}, out);
    add_multiplicity("n.had", neutral_, {.968, -.048, .014}, out);
    for (std::size_t i = 0; i < energies; ++i)
        out.push_back({std::string("n.had efficiency, ") + windows[i].name, windows[i].efficiency,
                       ratio(efficiency_[i].part, efficiency_[i].whole)});
    for (std::size_t i = 0; i < energies; ++i)
        out.push_back({std::string("n.had fake rate, ") + windows[i].name, windows[i].fake_rate,
                       ratio(fakes_[i].part, fakes_[i].whole)});
    return out;
}

}  // namespace quench::trainer::data
