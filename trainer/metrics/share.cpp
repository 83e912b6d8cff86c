#include "trainer/metrics/share.hpp"

#include "base/contract.hpp"
#include "trainer/metrics/jet_matching.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <limits>

namespace quench::trainer::metrics {
namespace {

constexpr auto charged = static_cast<std::size_t>(event::Category::charged_hadron);
constexpr auto neutral = static_cast<std::size_t>(event::Category::neutral_hadron);

// To `tallies`, each by the bin of its edges: one row, which is in question or not.
template <std::size_t n>
void count_in(const std::array<double, n>& edges, double x, bool part, std::array<Tally, n - 1>& tallies) {
    const std::size_t bin = bin_of(edges, x);
    if (bin == n - 1) return;
    ++tallies[bin].whole;
    tallies[bin].part += part ? 1 : 0;
}

void count_rows(const Rows& truth, const Rows& made, RowCounts& counts) {
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const std::size_t t = truth.category(i), m = made.category(i);
        ++counts.confusion[t][m];
        const auto value = [i](const Rows& rows, Quantity quantity) {
            return value_of(rows.row(i), quantity);
        };
        if (t != 0) {
            count_in(energy_edges, value(truth, Quantity::energy), t == m, counts.found_by_energy[t]);
            count_in(pt_edges, value(truth, Quantity::pt), t == m, counts.found_by_pt[t]);
        }
        if (m != 0) {
            count_in(energy_edges, value(made, Quantity::energy), t != m, counts.fakes_by_energy[m]);
            count_in(pt_edges, value(made, Quantity::pt), t != m, counts.fakes_by_pt[m]);
        }
    }
    counts.unusable += made.unusable;
}

ByClass<double> multiplicity_of(const Rows& rows) {
    ByClass<double> out{};
    for (std::size_t i = 0; i < rows.size(); ++i) ++out[rows.category(i)];
    return out;
}

// `agreed`: the class where truth and all reconstructions have one, else none.
ParticleSums particle_sums(const Rows& truth, const Rows& made, const std::vector<std::size_t>& agreed) {
    ParticleSums out{.multiplicity = multiplicity_of(made), .sums = sums_of(made)};
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (agreed[i] == 0) continue;
        for (std::size_t q = 0; q < quantities; ++q) {
            const auto quantity = static_cast<Quantity>(q);
            const double is = value_of(truth.row(i), quantity);
            const auto x = relative_difference(value_of(made.row(i), quantity), is);
            if (!x) continue;
            out.resolution[agreed[i]][q].add(*x);
            if (agreed[i] == charged && quantity == Quantity::pt)
                if (const std::size_t bin = bin_of(pt_edges, is); bin < pt_bins) out.charged_pt[bin].add(*x);
            if (agreed[i] == neutral && quantity == Quantity::energy)
                if (const std::size_t bin = bin_of(energy_edges, is); bin < energy_bins)
                    out.neutral_energy[bin].add(*x);
        }
    }
    return out;
}

std::vector<std::size_t> agreed_classes(const Rows& truth, const std::vector<Rows>& made) {
    std::vector<std::size_t> out(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const std::size_t is = truth.category(i);
        if (std::ranges::all_of(made, [&](const Rows& rows) { return rows.category(i) == is; })) out[i] = is;
    }
    return out;
}

std::vector<float> pts_of(const std::vector<event::Jet>& jets) {
    std::vector<float> out(jets.size());
    // Candidates of a network may add up to more than a float holds.
    constexpr float most = std::numeric_limits<float>::max();
    std::ranges::transform(jets, out.begin(), [=](const event::Jet& jet) { return std::min(jet.pt, most); });
    return out;
}

}  // namespace

RowCounts& RowCounts::operator+=(const RowCounts& other) {
    using Numbers = std::array<std::uint64_t, sizeof(RowCounts) / sizeof(std::uint64_t)>;
    auto mine = std::bit_cast<Numbers>(*this);
    const auto others = std::bit_cast<Numbers>(other);
    std::ranges::transform(mine, others, mine.begin(), std::plus<>{});
    return *this = std::bit_cast<RowCounts>(mine);
}

Share::Share(const Options& options) : options_(options), counts_(options.reconstructions) {
    constexpr std::size_t most = 8;
    QUENCH_CHECK(options.reconstructions >= 1 && options.reconstructions <= most, "1 to 8 reconstructions");
}

void Share::add(std::uint64_t number, const event::Event& event,
                std::span<const std::span<const float>> reconstructions) {
    QUENCH_CHECK(reconstructions.size() == options_.reconstructions, "another number of reconstructions");
    const Rows truth = usable_rows(event.targets);
    std::vector<Rows> made;
    for (const std::span<const float> rows : reconstructions) {
        QUENCH_CHECK(rows.size() == event.targets.size(), "a row for each element");
        made.push_back(usable_rows(rows));
    }
    EventRecord record{.number = number, .multiplicity = multiplicity_of(truth), .sums = sums_of(truth)};
    std::vector<event::Jet> true_jets;
    if (options_.jets) true_jets = event::find_jets(truth.values, *options_.jets);
    record.jets = pts_of(true_jets);
    const std::vector<std::size_t> agreed = agreed_classes(truth, made);
    for (std::size_t r = 0; r < made.size(); ++r) {
        count_rows(truth, made[r], counts_[r]);
        ReconstructedEvent out{.particles = particle_sums(truth, made[r], agreed)};
        if (options_.jets) {
            const std::vector<event::Jet> jets = event::find_jets(made[r].values, *options_.jets);
            out.jets = pts_of(jets);
            for (const auto& match : match_jets(true_jets, jets))
                out.matched.push_back(match ? out.jets[*match] : 0.0F);
        }
        record.reconstructions.push_back(std::move(out));
    }
    const auto place = std::ranges::lower_bound(events_, number, {}, &EventRecord::number);
    QUENCH_CHECK(place == events_.end() || place->number != number, "an event that was added before");
    events_.insert(place, std::move(record));
}

base::Result<> Share::merge(Share other) {
    if (other.options_.reconstructions != options_.reconstructions || other.options_.jets != options_.jets)
        return base::Error("these shares do not belong together (they are of other reconstructions or jets)");
    for (const EventRecord& record : other.events_)
        if (std::ranges::binary_search(events_, record.number, {}, &EventRecord::number))
            return base::Error("these shares do not belong together (both have the same event)");
    for (std::size_t r = 0; r < counts_.size(); ++r) counts_[r] += other.counts_[r];
    if (other.events_.empty()) return base::success();
    const auto first =
        std::ranges::lower_bound(events_, other.events_.front().number, {}, &EventRecord::number) -
        events_.begin();
    const auto middle = static_cast<std::ptrdiff_t>(events_.size());
    std::ranges::move(other.events_, std::back_inserter(events_));
    std::ranges::inplace_merge(events_.begin() + first, events_.begin() + middle, events_.end(), {},
                               &EventRecord::number);
    return base::success();
}

}  // namespace quench::trainer::metrics
