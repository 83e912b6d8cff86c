#include "search/sampler/model/history.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

namespace quench::search::sampler {
namespace {

constexpr Resource whole = std::numeric_limits<Resource>::max();

bool is_broken(const Record& record) {
    return record.ending == Ending::failed || record.ending == Ending::diverged ||
           record.ending == Ending::infeasible;
}

/// How far a trial can be compared: a completed one at any level.
Resource comparable_to(const Record& record) {
    return record.ending == Ending::completed && !record.reports.empty() ? whole : record.reach();
}

/// The first report at or beyond the level, else the last. The record has a report.
std::size_t report_at(const Record& record, Resource level) {
    const auto found = std::find_if(record.reports.begin(), record.reports.end(),
                                    [&](const auto& report) { return report.first >= level; });
    return static_cast<std::size_t>(found - record.reports.begin()) - (found == record.reports.end() ? 1 : 0);
}

Values all_of(double value, const std::vector<double>& others) {
    Values all{value};
    all.insert(all.end(), others.begin(), others.end());
    return all;
}

/// By fronts, and in each the loneliest first, so that what is taken from it is spread.
void sort_by_fronts(Evidence& evidence) {
    const auto& points = evidence.objectives;
    const auto front = fronts_of(points);
    std::vector<std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < front.size(); ++i) {
        members.resize(std::max(members.size(), front[i] + 1));
        members[front[i]].push_back(i);
    }
    Evidence sorted;
    for (auto& group : members) {
        std::vector<Values> there;
        for (const std::size_t i : group) there.push_back(points[i]);
        const auto crowding = crowding_of(there);
        std::vector<std::size_t> order(group.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return crowding[a] > crowding[b]; });
        for (const std::size_t i : order) {
            sorted.values.push_back(evidence.values[group[i]]);
            sorted.objectives.push_back(points[group[i]]);
        }
    }
    evidence.values = std::move(sorted.values);
    evidence.objectives = std::move(sorted.objectives);
}

/// The largest resource that `fewest` trials came to; 0 without any report.
Resource level_of(const std::vector<Record>& records, std::size_t fewest) {
    std::vector<Resource> reached;
    Resource longest = 0;
    for (const Record& record : records) {
        if (record.reports.empty() || is_broken(record)) continue;
        reached.push_back(comparable_to(record));
        longest = std::max(longest, record.reach());
    }
    if (reached.empty()) return 0;
    std::sort(reached.begin(), reached.end(), std::greater<>());
    return std::min(longest, reached[std::clamp<std::size_t>(fewest, 1, reached.size()) - 1]);
}

}  // namespace

double Record::value_at(Resource resource) const {
    return reports[report_at(*this, resource)].second;
}

History::History(space::Encoding encoding, const Options& options)
    : encoding_(std::move(encoding)), options_(options) {
    options_.fewest = std::min(options_.fewest, most_records / 4);
}

/// Trials are proposed in the order of their numbers, and kept in it.
Record* History::find(TrialId trial) {
    const auto found =
        std::lower_bound(records_.begin(), records_.end(), trial,
                         [](const Record& record, TrialId id) { return record.trial < std::optional(id); });
    return found == records_.end() || found->trial != trial ? nullptr : &*found;
}

void History::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) {
        if (!records_.empty() && std::optional(proposed->trial) <= records_.back().trial) return;
        if (!encoding_.space().check(proposed->configuration).ok()) return;
        records_.push_back({proposed->trial, encoding_.encode(proposed->configuration), {}, {}, false, {}});
        if (records_.size() > most_records) forget();
    } else if (const auto* reported = std::get_if<Reported>(&event)) {
        Record* record = find(reported->trial);
        if (!record || (!record->reports.empty() && reported->step <= record->reach())) return;
        if (record->reports.empty() && !record->ending) ++known_;
        record->reports.emplace_back(reported->step, reported->value);
        record->step_seconds = reported->step_seconds;
        if (!reported->others.empty())
            record->objectives.push_back(all_of(reported->value, reported->others));
    } else if (const auto* judged = std::get_if<Judged>(&event)) {
        if (Record* record = find(judged->trial)) record->halted = judged->verdict != Verdict::proceed;
    } else if (const auto* ended = std::get_if<Ended>(&event)) {
        Record* record = find(ended->trial);
        if (!record) return;
        if (record->reports.empty() && !record->ending) ++known_;
        record->ending = ended->how;
    } else if (const auto* learned = std::get_if<Learned>(&event)) {
        learn(*learned);
    }
}

void History::learn(const Learned& learned) {
    if (!records_.empty() && records_.back().trial) return;  // too late
    if (!encoding_.space().check(learned.configuration).ok()) return;
    Record record{{}, encoding_.encode(learned.configuration), {}, learned.how, true, {}};
    for (const Learned::Point& point : learned.curve) {
        record.reports.emplace_back(point.step, point.value);
        if (!point.others.empty()) record.objectives.push_back(all_of(point.value, point.others));
    }
    ++known_;
    records_.push_back(std::move(record));
    if (records_.size() > most_records) forget();
}

void History::forget() {
    constexpr std::size_t kept = most_records / 2;
    const Evidence known = evidence();
    std::vector<bool> keep(records_.size(), false);
    std::size_t count = 0;
    const auto take = [&](std::size_t record) {
        if (keep[record] || count == kept) return;
        keep[record] = true;
        ++count;
    };
    // The best first, or a study with very many running trials would forget what it found.
    for (std::size_t i = 0; i < std::min(kept / 2, known.values.size()); ++i) take(known.values[i].record);
    for (std::size_t i = known.pending.size(); i-- > 0;) take(known.pending[i]);
    for (std::size_t i = records_.size(); i-- > 0;) take(i);
    std::size_t at = 0;
    std::erase_if(records_, [&](const Record&) { return !keep[at++]; });
}

Evidence History::evidence() const {
    const Resource level = level_of(records_, options_.fewest);
    Evidence evidence;
    std::map<Resource, std::vector<double>> rivals;  // values at a resource where somebody halted, sorted
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const Record& record = records_[i];
        if (is_broken(record))
            evidence.broken.push_back(i);
        else if (record.reports.empty()) {
            if (!record.ending) evidence.pending.push_back(i);
        } else if (comparable_to(record) >= level) {
            const std::size_t report = report_at(record, level);
            evidence.values.push_back({i, record.reports[report].second});
            if (!record.objectives.empty()) evidence.objectives.push_back(record.objectives[report]);
        } else if (record.halted || record.ending) {
            auto& values = rivals[record.reach()];
            if (values.empty()) {
                for (const Record& other : records_)
                    if (!other.reports.empty() && comparable_to(other) >= record.reach())
                        values.push_back(other.value_at(record.reach()));
                std::sort(values.begin(), values.end());
            }
            const auto best = static_cast<std::size_t>(options_.share * static_cast<double>(values.size()));
            if (best < values.size() && record.reports.back().second > values[best])
                evidence.dropped.push_back(i);
        } else
            evidence.pending.push_back(i);
    }
    if (!evidence.objectives.empty())
        sort_by_fronts(evidence);
    else
        std::stable_sort(evidence.values.begin(), evidence.values.end(),
                         [](const auto& a, const auto& b) { return a.value < b.value; });
    return evidence;
}

}  // namespace quench::search::sampler
