#include "predictor/anneal/sample_set.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <tuple>

namespace quench::predictor::anneal {
namespace {

bool before(const Sample& a, const Sample& b) {
    return std::tie(a.energy, a.bits) < std::tie(b.energy, b.bits);
}

std::vector<Sample> evaluated(const Problem& problem, std::vector<Bits> reads) {
    std::vector<Sample> samples;
    samples.reserve(reads.size());
    for (Bits& bits : reads) {
        const double found = energy(problem, bits);
        samples.push_back({std::move(bits), found, 1});
    }
    return samples;
}

}  // namespace

std::int64_t nanoseconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
        .count();
}

SampleSet::SampleSet(const Problem& problem, std::vector<Bits> reads, Info info)
    : SampleSet(evaluated(problem, std::move(reads)), std::move(info)) {}

SampleSet::SampleSet(std::vector<Sample> samples, Info info)
    : samples_(std::move(samples)), info_(std::move(info)) {
    std::sort(samples_.begin(), samples_.end(), before);
}

const Sample& SampleSet::first() const {
    QUENCH_CHECK(!samples_.empty(), "an empty sample set has no first sample");
    return samples_.front();
}

SampleSet SampleSet::aggregate() const {
    SampleSet aggregated;
    aggregated.info_ = info_;
    for (const Sample& sample : samples_) {
        auto& kept = aggregated.samples_;
        if (!kept.empty() && kept.back().bits == sample.bits)
            kept.back().num_occurrences += sample.num_occurrences;
        else
            kept.push_back(sample);
    }
    return aggregated;
}

SampleSet SampleSet::lowest(double tolerance) const {
    SampleSet lowest;
    lowest.info_ = info_;
    for (const Sample& sample : samples_) {
        if (sample.energy <= samples_.front().energy + tolerance) lowest.samples_.push_back(sample);
    }
    return lowest;
}

}  // namespace quench::predictor::anneal
