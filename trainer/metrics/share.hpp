// What some of the events say: what ranks compute and rank 0 puts together.
//
// A share keeps counts of rows, which add up exactly in any order, and for each event the exact samples that
// it has. Sums of samples are formed only when all shares are one, in the order of the events' numbers: so no
// figure depends on how many ranks there were or which had which event, bit for bit. An event is some 4 kB.
#pragma once

#include "base/result.hpp"
#include "trainer/event/jets.hpp"
#include "trainer/metrics/bins.hpp"
#include "trainer/metrics/rows.hpp"
#include "trainer/metrics/statistics.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quench::trainer::metrics {

template <class T>
using ByClass = std::array<T, event::categories>;

/// Rows of all events, of one reconstruction.
struct RowCounts {
    ByClass<ByClass<std::uint64_t>> confusion{};  ///< [true class][reconstructed class]
    /// Of the particles of a class those that were found as that class, by what they truly have.
    ByClass<std::array<Tally, energy_bins>> found_by_energy{};
    ByClass<std::array<Tally, pt_bins>> found_by_pt{};
    /// Of the rows taken for a class those that truly are another, by what was reconstructed.
    ByClass<std::array<Tally, energy_bins>> fakes_by_energy{};
    ByClass<std::array<Tally, pt_bins>> fakes_by_pt{};
    std::uint64_t unusable = 0;  ///< rows that could not be a particle (usable_rows)

    RowCounts& operator+=(const RowCounts& other);
    friend bool operator==(const RowCounts&, const RowCounts&) = default;
};

/// Sums over the particles of one event, of one reconstruction.
struct ParticleSums {
    ByClass<double> multiplicity{};  ///< rows of the class
    EventSums sums{};
    /// Relative differences where truth and all reconstructions agree on the class, [class][Quantity].
    ByClass<std::array<Moments, quantities>> resolution{};
    /// The same of charged hadrons' pt and neutral hadrons' energies, by what is true.
    std::array<Moments, pt_bins> charged_pt{};
    std::array<Moments, energy_bins> neutral_energy{};

    friend bool operator==(const ParticleSums&, const ParticleSums&) = default;
};

/// What one reconstruction makes of one event. Jets by their pt [GeV].
struct ReconstructedEvent {
    ParticleSums particles;
    std::vector<float> jets{};
    std::vector<float> matched{};  ///< for each true jet its reconstructed one's; 0 if there is none

    friend bool operator==(const ReconstructedEvent&, const ReconstructedEvent&) = default;
};

struct EventRecord {
    std::uint64_t number = 0;
    ByClass<double> multiplicity{};  ///< true
    EventSums sums{};                ///< true
    std::vector<float> jets{};       ///< true
    std::vector<ReconstructedEvent> reconstructions{};

    friend bool operator==(const EventRecord&, const EventRecord&) = default;
};

class Share {
  public:
    struct Options {
        std::size_t reconstructions = 1;             ///< how many are compared with the truth, 1 to 8
        std::optional<event::JetDefinition> jets{};  ///< none are sought without
    };
    explicit Share(const Options& options);

    /// Event `number` with what each reconstruction makes of it: tables of event.rows x 7. Any values.
    void add(std::uint64_t number, const event::Event& event,
             std::span<const std::span<const float>> reconstructions);

    /// Puts the other's events to these. Fails, and changes nothing, if it has other numbers of
    /// reconstructions or an event that is here already.
    base::Result<> merge(Share other);

    /// In the order of their numbers.
    [[nodiscard]] const std::vector<EventRecord>& events() const { return events_; }
    /// Of each reconstruction.
    [[nodiscard]] const std::vector<RowCounts>& counts() const { return counts_; }
    [[nodiscard]] const Options& options() const { return options_; }

  private:
    friend base::Result<Share> share_from_bytes(std::string_view bytes, const Options& options);

    Options options_;
    std::vector<RowCounts> counts_;
    std::vector<EventRecord> events_;
};

/// For another rank of the same program; not a format to keep.
std::string to_bytes(const Share& share);
/// Fails for what to_bytes did not write.
base::Result<Share> share_from_bytes(std::string_view bytes, const Share::Options& options);

}  // namespace quench::trainer::metrics
