// What a model-based sampler knows of the trials, and what of it counts as evidence.
#pragma once

#include "search/event.hpp"
#include "search/pareto.hpp"
#include "search/space/encoding.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace quench::search::sampler {

/// A trial as the events tell it.
struct Record {
    std::optional<TrialId> trial;  ///< none: learned from another study; these come first
    space::Point point;
    std::vector<std::pair<Resource, double>> reports;  ///< by rising step; of one step the first
    std::optional<Ending> ending;
    bool halted = false;  ///< paused or stopped by a verdict, and not gone on since
    std::vector<Values> objectives =
        {};  ///< all values, one entry a report; empty where there is one objective
    std::optional<double> step_seconds = std::nullopt;  ///< as the last report says

    [[nodiscard]] Resource reach() const { return reports.empty() ? 0 : reports.back().first; }
    /// Of the first report at or beyond a resource, else of the last. Needs a report.
    [[nodiscard]] double value_at(Resource resource) const;
};

/// The trials sorted by what they teach. Indices are those of History::records.
struct Evidence {
    struct Value {
        std::size_t record;
        double value;
    };
    /// Comparable values, of one level of resource; the best first. With several objectives by fronts
    /// (pareto.hpp), in a front the loneliest first, and `value` is that of the first objective.
    std::vector<Value> values;
    std::vector<Values> objectives;    ///< all of each of them, where there are several; else empty
    std::vector<std::size_t> dropped;  ///< halted below the level, and there worse than most
    std::vector<std::size_t> broken;   ///< failed, diverged or infeasible: bad values, not holes
    std::vector<std::size_t> pending;  ///< no value yet
};

/// Told the events of a study; a pure function of them.
///
/// Bounded: beyond `most_records` trials it forgets all but half as many, so that what a sampler costs does
/// not grow with the study. The best half of the evidence is kept, and of everything else the newest; what a
/// forgotten trial still reports is not heard.
class History {
  public:
    static constexpr std::size_t most_records = 4096;  ///< of them half can run at a time and be remembered

    struct Options {
        /// Values that a level of resource needs before models are made of it; at most a quarter of
        /// most_records is demanded.
        std::size_t fewest = 10;
        double share = 0.25;  ///< a trial halted outside the best share of a lower level counts as dropped
    };

    History(space::Encoding encoding, const Options& options);

    void tell(const Event& event);

    [[nodiscard]] const space::Encoding& encoding() const { return encoding_; }
    /// In the order of proposal. A trial whose configuration is not of the space is not kept.
    [[nodiscard]] const std::vector<Record>& records() const { return records_; }

    /// The trials, also forgotten ones, that taught something: those of which a value, or at least the end,
    /// is known.
    [[nodiscard]] std::size_t known() const { return known_; }

    /// The level is the largest resource at which at least `fewest` trials have a value, as in BOHB (Falkner
    /// et al., ICML 2018, section 3.2), and if there are never so many the smallest. A trial's value there is
    /// its first report at or beyond the level; a completed trial that ended below keeps its last one. A
    /// trial halted below is compared where it stands: outside the best `share` of those that came so far it
    /// counts as dropped, inside it says nothing. Costs n log n for n records.
    [[nodiscard]] Evidence evidence() const;

  private:
    Record* find(TrialId trial);
    void learn(const Learned& learned);
    void forget();

    space::Encoding encoding_;
    Options options_;
    std::vector<Record> records_;
    std::size_t known_ = 0;
};

}  // namespace quench::search::sampler
