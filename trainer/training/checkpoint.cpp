#include "trainer/training/checkpoint.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <sstream>
#include <type_traits>

namespace quench::trainer::training {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is written as it lies in memory");

constexpr std::string_view magic = "QMLPFCK2";

base::Error unusable(const std::string& what) {
    return base::Error(what + "; put a copy of it back, or move it away to train from the start");
}

std::uint64_t fnv1a(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

template <class T>
void put(std::string& out, const T& value) {
    static_assert(std::is_arithmetic_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A vector of the standard library or of Eigen.
void put_floats(std::string& out, const auto& values) {
    const auto count = static_cast<std::uint64_t>(values.size());
    put(out, count);
    out.append(reinterpret_cast<const char*>(values.data()), count * sizeof(float));
}

// Takes values off the front; after the first failure all that follow fail too.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    void take(T& out) {
        static_assert(std::is_arithmetic_v<T>);
        if (!has(sizeof out)) return;
        std::memcpy(&out, rest_.data(), sizeof out);
        rest_.remove_prefix(sizeof out);
    }
    void take(std::string& out) {
        std::uint64_t size = 0;
        take(size);
        if (!has(size)) return;
        out = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }
    void take_floats(auto& out) {
        std::uint64_t count = 0;
        take(count);
        if (!has_items(count, sizeof(float)) || count == 0) return;
        out.resize(static_cast<decltype(out.size())>(count));
        std::memcpy(out.data(), rest_.data(), count * sizeof(float));
        rest_.remove_prefix(count * sizeof(float));
    }
    bool has_items(std::uint64_t count, std::size_t size) {
        if (count > rest_.size() / size) ok_ = false;
        return ok_;
    }
    [[nodiscard]] bool ended_well() const { return ok_ && rest_.empty(); }

  private:
    bool has(std::uint64_t size) { return has_items(size, 1); }

    std::string_view rest_;
    bool ok_ = true;
};

template <class Visitor, class Sums>
void each_sum(Sums& sums, Visitor visit) {
    visit(sums.classification);
    visit(sums.charge);
    visit(sums.regression);
    visit(sums.elements);
    visit(sums.particles);
    visit(sums.padded);
    visit(sums.correct);
}

}  // namespace

std::string to_bytes(const Checkpoint& c) {
    std::string body;
    put(body, static_cast<std::uint64_t>(c.configuration.size()));
    body += c.configuration;
    put(body, c.epoch);
    put(body, c.batch);
    each_sum(c.sums, [&](double x) { put(body, x); });
    put(body, static_cast<std::uint64_t>(c.history.size()));
    for (const EpochMetrics& m : c.history) {
        put(body, m.train_loss);
        put(body, m.val_loss);
        put(body, m.accuracy);
    }
    put(body, c.optimizer.steps);
    put_floats(body, c.values);
    put_floats(body, c.optimizer.first);
    put_floats(body, c.optimizer.second);
    put_floats(body, c.standardization.mean);
    put_floats(body, c.standardization.scale);

    std::string out(magic);
    put(out, static_cast<std::uint64_t>(body.size()));
    out += body;
    put(out, fnv1a(out));
    return out;
}

base::Result<Checkpoint> checkpoint_from_bytes(std::string_view bytes) {
    constexpr std::size_t head = magic.size() + sizeof(std::uint64_t);
    constexpr std::size_t tail = sizeof(std::uint64_t);
    if (!bytes.starts_with(magic.substr(0, magic.size() - 1)))
        return unusable("not a checkpoint of mlpf-train (its first bytes are others)");
    if (!bytes.starts_with(magic)) return unusable("a checkpoint of another version of mlpf-train");
    std::uint64_t size = 0;
    if (bytes.size() >= head) std::memcpy(&size, bytes.data() + magic.size(), sizeof size);
    if (bytes.size() < head + tail || bytes.size() - head - tail != size)
        return unusable("the checkpoint is truncated, or something was added to it");
    std::uint64_t hash = 0;
    std::memcpy(&hash, bytes.data() + bytes.size() - tail, sizeof hash);
    if (hash != fnv1a(bytes.substr(0, bytes.size() - tail)))
        return unusable("the checkpoint is damaged (its checksum does not match)");

    Checkpoint c;
    Reader reader(bytes.substr(head, size));
    reader.take(c.configuration);
    reader.take(c.epoch);
    reader.take(c.batch);
    each_sum(c.sums, [&](double& x) { reader.take(x); });
    std::uint64_t epochs = 0;
    reader.take(epochs);
    if (reader.has_items(epochs, 3 * sizeof(double))) c.history.resize(epochs);
    for (EpochMetrics& m : c.history) {
        reader.take(m.train_loss);
        reader.take(m.val_loss);
        reader.take(m.accuracy);
    }
    reader.take(c.optimizer.steps);
    reader.take_floats(c.values);
    reader.take_floats(c.optimizer.first);
    reader.take_floats(c.optimizer.second);
    reader.take_floats(c.standardization.mean);
    reader.take_floats(c.standardization.scale);
    if (!reader.ended_well() || c.history.size() != c.epoch)
        return unusable("the checkpoint is damaged (its lengths do not add up)");
    if (c.standardization.mean.size() != c.standardization.scale.size())
        return unusable("the checkpoint is damaged (its lengths do not add up)");
    const bool has_second = !c.optimizer.second.empty();
    if (c.optimizer.first.size() != c.values.size() ||
        (has_second && c.optimizer.second.size() != c.values.size()))
        return unusable("the checkpoint has another number of parameters");
    return c;
}

namespace {

// What two configurations (configuration_of) have not in common, "lr=0.01 there, lr=0.02 here; ...".
std::string difference(const std::string& there, const std::string& here) {
    const auto parts = [](const std::string& text) {
        const std::size_t data = std::min(text.find(" data: "), text.size());
        std::vector<std::string> out;
        std::istringstream words(text.substr(0, data));
        for (std::string word; words >> word;) out.push_back(word);
        out.push_back(data < text.size() ? text.substr(data + 1) : "");
        return out;
    };
    const auto name = [](const std::string& part) { return part.substr(0, part.find_first_of("=:")); };
    const std::vector<std::string> before = parts(there), now = parts(here);
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    for (const std::string& part : before) {
        const auto same = std::ranges::find(now, name(part), name);
        if (same == now.end())
            add(part + " there");
        else if (*same != part)
            add(part + " there, " + *same + " here");
    }
    for (const std::string& part : now)
        if (std::ranges::find(before, name(part), name) == before.end()) add(part + " here");
    return out;
}

}  // namespace

base::Result<Checkpoint> checkpoint_from_bytes(std::string_view bytes, const std::string& configuration,
                                               std::size_t parameters) {
    auto c = checkpoint_from_bytes(bytes);
    if (!c) return c;
    if (c->configuration != configuration)
        return base::Error("the checkpoint is of another training (" +
                           difference(c->configuration, configuration) +
                           ") go on with what it was made with, or name another folder");
    if (c->values.size() != parameters) return unusable("the checkpoint has another number of parameters");
    return c;
}

}  // namespace quench::trainer::training
