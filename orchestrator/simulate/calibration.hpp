// Chances that verdicts rested on, beside how often they came true.
#pragma once

#include <array>
#include <cstddef>

namespace quench::orchestrator::simulate {

/// Verdicts whose chances lie in [from, to), in the last bin to 1 itself.
struct ChanceBin {
    double from = 0;
    double to = 0;
    std::size_t verdicts = 0;
    std::size_t survived = 0;  ///< of them, how many went on, or would have
    double chances = 0;        ///< their sum
    std::size_t stopped = 0;   ///< those among them that stopped their trial
    std::size_t stopped_survived = 0;
    double stopped_chances = 0;

    [[nodiscard]] double mean_chance() const { return chances / static_cast<double>(verdicts); }
    [[nodiscard]] double share_survived() const {
        return static_cast<double>(survived) / static_cast<double>(verdicts);
    }
    friend bool operator==(const ChanceBin&, const ChanceBin&) = default;
};

/// Calibrated chances are about the shares that came true. Narrow bins at the low end: there trials are
/// stopped.
class Calibration {
  public:
    static constexpr std::array edges{0.0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0};
    using Bins = std::array<ChanceBin, edges.size() - 1>;

    Calibration() {
        for (std::size_t i = 0; i < bins_.size(); ++i) {
            bins_[i].from = edges[i];
            bins_[i].to = edges[i + 1];
        }
    }

    struct Outcome {
        double chance = 0;
        bool stopped = false;
        bool survived = false;
    };
    void add(const Outcome& outcome) {
        std::size_t i = 0;
        while (i + 1 < bins_.size() && outcome.chance >= edges[i + 1]) ++i;
        ChanceBin& bin = bins_[i];
        ++bin.verdicts;
        bin.chances += outcome.chance;
        if (outcome.survived) ++bin.survived;
        if (!outcome.stopped) return;
        ++bin.stopped;
        bin.stopped_chances += outcome.chance;
        if (outcome.survived) ++bin.stopped_survived;
    }
    void add(const Calibration& other) {
        for (std::size_t i = 0; i < bins_.size(); ++i) {
            const ChanceBin& more = other.bins_[i];
            bins_[i].verdicts += more.verdicts;
            bins_[i].survived += more.survived;
            bins_[i].chances += more.chances;
            bins_[i].stopped += more.stopped;
            bins_[i].stopped_survived += more.stopped_survived;
            bins_[i].stopped_chances += more.stopped_chances;
        }
    }
    [[nodiscard]] const Bins& bins() const { return bins_; }
    friend bool operator==(const Calibration&, const Calibration&) = default;

  private:
    Bins bins_{};
};

}  // namespace quench::orchestrator::simulate
