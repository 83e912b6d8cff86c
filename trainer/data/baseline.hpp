// How good the rule-based candidates are, in the quantities that were published for Delphes at a pile-up of
// 200: whether the generator makes the task that the papers speak of.
#pragma once

#include "trainer/event/event.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace quench::trainer::data {

/// One quantity.
struct BaselineFigure {
    std::string quantity;
    std::optional<double> published;  ///< rule-based PF, read off the plots of jpata/particleflow v1.4
    std::optional<double> ours;       ///< nothing if no row counts for it
};

/// Sums over events. Deterministic in the order of events.
class Baseline {
  public:
    /// `event` has candidates.
    void add(const event::Event& event);

    /// All figures, in a fixed order:
    /// confusion (share of the rows of a true class that the candidates put in another), mean and standard
    /// deviation of (candidate - target) / target where both have the class, cut off at +-10, correlation and
    /// relative difference of multiplicities, efficiency and fake rate of neutral hadrons by energy.
    [[nodiscard]] std::vector<BaselineFigure> figures() const;

    [[nodiscard]] std::size_t events() const { return charged_.size(); }
    /// Per event.
    [[nodiscard]] double mean_elements() const;
    [[nodiscard]] double mean_of_class(event::Category category) const;

  private:
    struct Spread {
        double n = 0, sum = 0, squares = 0;
        void add(double x);
    };
    // Of an event, in targets and candidates.
    struct Pair {
        double target = 0, candidate = 0;
    };
    struct Share {
        double part = 0, whole = 0;
    };
    static constexpr std::size_t energies = 4;

    void add_row(const float* target, const float* candidate);
    static void add_multiplicity(const std::string& name, const std::vector<Pair>& pairs,
                                 std::array<double, 3> published, std::vector<BaselineFigure>& out);

    std::array<std::array<double, event::categories>, event::categories> confusion_{};  // true, candidate
    Spread charged_pt_, charged_eta_, neutral_energy_, neutral_eta_;
    std::array<Share, energies> efficiency_{}, fakes_{};
    std::vector<Pair> charged_, neutral_;
};

}  // namespace quench::trainer::data
