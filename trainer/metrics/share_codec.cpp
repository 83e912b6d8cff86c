#include "trainer/metrics/share.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace quench::trainer::metrics {
namespace {

template <class T>
void put(std::string& out, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(std::string& out, const std::vector<float>& values) {
    put(out, static_cast<std::uint64_t>(values.size()));
    for (const float x : values) put(out, x);
}

// Takes values off the front; after the first failure all that follow fail too.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    void take(T& out) {
        static_assert(std::is_trivially_copyable_v<T>);
        ok_ = ok_ && rest_.size() >= sizeof out;
        if (!ok_) return;
        std::memcpy(&out, rest_.data(), sizeof out);
        rest_.remove_prefix(sizeof out);
    }
    void take(std::vector<float>& out) {
        out.resize(take_count(sizeof(float)));
        for (float& x : out) take(x);
    }
    // A number of things of at least so many bytes each; 0 if there cannot be so many.
    std::uint64_t take_count(std::size_t least) {
        std::uint64_t count = 0;
        take(count);
        if (count > rest_.size() / least) ok_ = false;
        return ok_ ? count : 0;
    }
    [[nodiscard]] bool ended_well() const { return ok_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace

std::string to_bytes(const Share& share) {
    std::string out;
    for (const RowCounts& counts : share.counts()) put(out, counts);
    put(out, static_cast<std::uint64_t>(share.events().size()));
    for (const EventRecord& record : share.events()) {
        put(out, record.number);
        put(out, record.multiplicity);
        put(out, record.sums);
        put(out, record.jets);
        for (const ReconstructedEvent& made : record.reconstructions) {
            put(out, made.particles);
            put(out, made.jets);
            put(out, made.matched);
        }
    }
    return out;
}

base::Result<Share> share_from_bytes(std::string_view bytes, const Share::Options& options) {
    Share out(options);
    Reader reader(bytes);
    for (RowCounts& counts : out.counts_) reader.take(counts);
    out.events_.resize(reader.take_count(sizeof(std::uint64_t)));
    bool whole = true;
    for (EventRecord& record : out.events_) {
        reader.take(record.number);
        reader.take(record.multiplicity);
        reader.take(record.sums);
        reader.take(record.jets);
        record.reconstructions.resize(options.reconstructions);
        for (ReconstructedEvent& made : record.reconstructions) {
            reader.take(made.particles);
            reader.take(made.jets);
            reader.take(made.matched);
            whole = whole && made.matched.size() == record.jets.size();
        }
    }
    const bool rising = std::ranges::adjacent_find(out.events_, std::ranges::greater_equal{},
                                                   &EventRecord::number) == out.events_.end();
    if (!reader.ended_well() || !whole || !rising)
        return base::Error("a share of metrics is damaged (its lengths do not add up)");
    return out;
}

}  // namespace quench::trainer::metrics
