// The format: a map {"kind": "report", "seq": 7, "key": {"study": ..., "trial": ..., "attempt": ...}, ...}.
//   * Durations are integers in microseconds, their names end in _us. Enumerations are their names.
//   * An optional field that has no value is left out; nil is read as left out.
//   * Unknown fields are ignored, so that a newer peer of the same protocol version may say more.
//   * Texts are UTF-8. `encode` repairs one that is not (a program's last words, say), because a message that
//     the other side must refuse would be sent again for ever.
#include "worker/protocol/codec.hpp"

#include "worker/protocol/scan.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

namespace quench::worker::protocol {
namespace {

using nlohmann::json;

template <class M, class T>
concept Like = std::same_as<std::remove_const_t<M>, T>;

// One list of fields a struct, for reading and for writing.

void fields(auto& io, Like<AttemptKey> auto& m) {
    io("study", m.study);
    io("trial", m.trial);
    io("attempt", m.attempt);
}
void fields(auto& io, Like<Hello> auto& m) {
    io("version", m.version);
    io("build", m.build);
    io("worker", m.worker);
    io("session", m.session);
    io("host", m.host);
    io("pid", m.pid);
    io.positive("slots", m.slots);
    io("held", m.held);
}
void fields(auto& io, Like<Heartbeat> auto& m) {
    io("held", m.held);
}
void fields(auto& io, Like<Report> auto& m) {
    io("seq", m.seq);
    io("key", m.key);
    io("step", m.step);
    io("metrics", m.metrics);
}
void fields(auto& io, Like<AttemptEnded> auto& m) {
    io("seq", m.seq);
    io("key", m.key);
    io("outcome", m.outcome);
    io("detail", m.detail);
    io("exit_status", m.exit_status);
    io.finite("seconds", m.seconds);
}
void fields(auto& io, Like<Goodbye> auto& m) {
    io("reason", m.reason);
}
void fields(auto& io, Like<Welcome> auto& m) {
    io("version", m.version);
    io("build", m.build);
    io("heartbeat_us", m.heartbeat);
    io("lease_us", m.lease);
}
void fields(auto&, Like<Introduce> auto&) {}

void fields(auto& io, Like<Refused> auto& m) {
    io("reason", m.reason);
}
void fields(auto& io, Like<Start> auto& m) {
    io("key", m.key);
    io("params", m.params);
    io("from", m.from);
    io("to", m.to);
    io("unit", m.unit);
    io("seed", m.seed);
    io.positive("ranks", m.ranks);
    io("launcher", m.launcher);
    io("command", m.command);
    io("workdir", m.workdir);
    io("folder", m.folder);
    io("parent_folder", m.parent_folder);
    io("timeout_us", m.timeout);
    io("stall_us", m.stall);
    io("grace_us", m.grace);
    io("time_left_us", m.time_left);
}
void fields(auto& io, Like<Stop> auto& m) {
    io("key", m.key);
    io("reason", m.reason);
}
void fields(auto& io, Like<Ack> auto& m) {
    io("seqs", m.seqs);
}
void fields(auto& io, Like<Dismiss> auto& m) {
    io("reason", m.reason);
}
void fields(auto& io, Like<Request> auto& m) {
    io("id", m.id);
    io("version", m.version);
    io("verb", m.verb);
    io("study", m.study);
}
void fields(auto& io, Like<Reply> auto& m) {
    io("id", m.id);
    io("ok", m.ok);
    io("text", m.text);
}

constexpr std::string_view kind(const Hello*) {
    return "hello";
}
constexpr std::string_view kind(const Heartbeat*) {
    return "heartbeat";
}
constexpr std::string_view kind(const Report*) {
    return "report";
}
constexpr std::string_view kind(const AttemptEnded*) {
    return "attempt_ended";
}
constexpr std::string_view kind(const Goodbye*) {
    return "goodbye";
}
constexpr std::string_view kind(const Request*) {
    return "request";
}
constexpr std::string_view kind(const Welcome*) {
    return "welcome";
}
constexpr std::string_view kind(const Introduce*) {
    return "introduce";
}
constexpr std::string_view kind(const Refused*) {
    return "refused";
}
constexpr std::string_view kind(const Start*) {
    return "start";
}
constexpr std::string_view kind(const Stop*) {
    return "stop";
}
constexpr std::string_view kind(const Ack*) {
    return "ack";
}
constexpr std::string_view kind(const Dismiss*) {
    return "dismiss";
}
constexpr std::string_view kind(const Reply*) {
    return "reply";
}

constexpr std::array<std::string_view, 8> outcomes = {"reached",   "stopped", "preempted", "lost",
                                                      "timed_out", "crashed", "diverged",  "infeasible"};
constexpr std::array<std::string_view, 3> launchers = {"none", "mpirun", "srun"};

constexpr const auto& names_of(const Outcome*) {
    return outcomes;
}
constexpr const auto& names_of(const Launcher*) {
    return launchers;
}

template <class E>
concept Enumeration = std::is_enum_v<E>;

// ---- writing

class Writer {
  public:
    void operator()(const char* name, const auto& value) { put(name, value); }
    void positive(const char* name, int value) { put(name, value); }
    void finite(const char* name, double value) { put(name, value); }

    json take() { return std::move(out_); }

  private:
    template <class T>
    void put(const char* name, const std::optional<T>& value) {
        if (value) put(name, *value);
    }
    template <class T>
    void put(const char* name, const T& value) {
        out_[name] = to_json(value);
    }

    static json to_json(const std::string& text) { return is_utf8(text) ? text : repaired_utf8(text); }
    static json to_json(base::Duration d) { return d.count(); }
    template <Enumeration E>
    static json to_json(E e) {
        return names_of(static_cast<const E*>(nullptr)).at(static_cast<std::size_t>(e));
    }
    template <class T>
    requires std::is_arithmetic_v<T>
    static json to_json(T value) { return value; }
    static json to_json(const AttemptKey& key) {
        Writer inner;
        fields(inner, key);
        return inner.take();
    }
    static json to_json(const std::map<std::string, double>& metrics) {
        json out = json::object();
        for (const auto& [name, value] : metrics) out[is_utf8(name) ? name : repaired_utf8(name)] = value;
        return out;
    }
    template <class T>
    static json to_json(const std::vector<T>& items) {
        json out = json::array();
        for (const T& item : items) out.push_back(to_json(item));
        return out;
    }

    json out_ = json::object();
};

template <class Message>
Frame encoded(const Message& message) {
    Writer writer;
    writer("kind", std::string(kind(&message)));
    fields(writer, message);
    return json::to_msgpack(writer.take());
}

// ---- reading

/// Reads field after field and remembers the first thing that is wrong; what follows it is not looked at.
class Reader {
  public:
    Reader(const json& in, std::string path) : in_(in), path_(std::move(path)) {}

    void operator()(const char* name, auto& value) { required(name, value); }
    template <class T>
    void operator()(const char* name, std::optional<T>& value) {
        const auto found = in_.find(name);
        if (found == in_.end() || found->is_null())
            value.reset();
        else
            read(*found, name, value.emplace());
    }
    void positive(const char* name, int& value) {
        required(name, value);
        if (!wrong_ && value < 1) fail(name, "must be at least 1");
    }
    void finite(const char* name, double& value) {
        required(name, value);
        if (!wrong_ && !(std::isfinite(value) && value >= 0)) fail(name, "must be finite and not negative");
    }

    [[nodiscard]] const std::optional<base::Error>& wrong() const { return wrong_; }

  private:
    void fail(const char* name, const std::string& what) {
        if (!wrong_) wrong_ = base::Error("field '" + path_ + name + "' " + what);
    }
    void required(const char* name, auto& value) {
        const auto found = in_.find(name);
        if (found == in_.end())
            fail(name, "is missing");
        else
            read(*found, name, value);
    }

    void read(const json& in, const char* name, std::string& value) {
        if (!in.is_string()) return fail(name, "must be a text");
        value = in.get_ref<const std::string&>();
    }
    void read(const json& in, const char* name, bool& value) {
        if (!in.is_boolean()) return fail(name, "must be true or false");
        value = in.get<bool>();
    }
    void read(const json& in, const char* name, double& value) {
        if (!in.is_number()) return fail(name, "must be a number");
        value = in.get<double>();
    }
    template <std::integral T>
    void read(const json& in, const char* name, T& value) {
        if (!in.is_number_integer()) return fail(name, "must be an integer");
        const bool fits = in.is_number_unsigned() ? std::in_range<T>(in.get<std::uint64_t>())
                                                  : std::in_range<T>(in.get<std::int64_t>());
        if (!fits) return fail(name, "is out of range");
        value = in.is_number_unsigned() ? static_cast<T>(in.get<std::uint64_t>())
                                        : static_cast<T>(in.get<std::int64_t>());
    }
    void read(const json& in, const char* name, base::Duration& value) {
        std::int64_t us = 0;
        read(in, name, us);
        if (us < 0 || us > longest_us) return fail(name, "is out of range");
        value = base::Duration(us);
    }
    template <Enumeration E>
    void read(const json& in, const char* name, E& value) {
        const auto& names = names_of(static_cast<const E*>(nullptr));
        for (std::size_t i = 0; i < names.size(); ++i)
            if (in.is_string() && in.get_ref<const std::string&>() == names[i]) {
                value = static_cast<E>(i);
                return;
            }
        fail(name, "is none of the known names");
    }
    void read(const json& in, const char* name, AttemptKey& value) {
        if (!in.is_object()) return fail(name, "must be a map");
        Reader inner(in, path_ + name + ".");
        fields(inner, value);
        if (inner.wrong_ && !wrong_) wrong_ = inner.wrong_;
    }
    void read(const json& in, const char* name, std::map<std::string, double>& value) {
        if (!in.is_object()) return fail(name, "must be a map");
        for (const auto& [key, item] : in.items()) read(item, name, value[key]);
    }
    template <class T>
    void read(const json& in, const char* name, std::vector<T>& value) {
        if (!in.is_array()) return fail(name, "must be a list");
        value.reserve(in.size());
        for (const json& item : in) read(item, name, value.emplace_back());
    }

    /// 100 years, so that a time point plus a duration never overflows.
    static constexpr std::int64_t longest_us = 100LL * 366 * 24 * 3600 * 1'000'000;

    const json& in_;
    std::string path_;
    std::optional<base::Error> wrong_;
};

template <class Message, class Any>
std::optional<base::Result<Any>> read_if(const json& in, const std::string& name) {
    if (name != kind(static_cast<const Message*>(nullptr))) return std::nullopt;
    Message message;
    Reader reader(in, "");
    fields(reader, message);
    if (reader.wrong()) return reader.wrong()->in(name);
    return base::Result<Any>(Any(std::move(message)));
}

template <class... Messages>
base::Result<std::variant<Messages...>> decoded(std::span<const std::uint8_t> frame, const Limits& limits,
                                                const std::variant<Messages...>*) {
    using Any = std::variant<Messages...>;
    if (const auto scanned = scan(frame, limits); !scanned) return scanned.error();
    const json in = json::from_msgpack(frame.begin(), frame.end(), /*strict=*/true, /*exceptions=*/false);
    if (!in.is_object()) return base::Error("not a MessagePack map with texts as keys");
    const auto found = in.find("kind");
    if (found == in.end() || !found->is_string()) return base::Error("field 'kind' is missing");
    const auto& name = found->template get_ref<const std::string&>();
    std::optional<base::Result<Any>> out;
    (void)((out = read_if<Messages, Any>(in, name), out.has_value()) || ...);
    if (!out) return base::Error("unknown kind '" + name.substr(0, 40) + "'");
    return *std::move(out);
}

}  // namespace

Frame encode(const ToCoordinator& message) {
    return std::visit([](const auto& m) { return encoded(m); }, message);
}
Frame encode(const FromCoordinator& message) {
    return std::visit([](const auto& m) { return encoded(m); }, message);
}

base::Result<ToCoordinator> decode_to_coordinator(std::span<const std::uint8_t> frame, const Limits& limits) {
    return decoded(frame, limits, static_cast<const ToCoordinator*>(nullptr));
}
base::Result<FromCoordinator> decode_from_coordinator(std::span<const std::uint8_t> frame,
                                                      const Limits& limits) {
    return decoded(frame, limits, static_cast<const FromCoordinator*>(nullptr));
}

std::string_view to_text(Outcome outcome) {
    return outcomes.at(static_cast<std::size_t>(outcome));
}

base::Result<Outcome> outcome_from_text(std::string_view text) {
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        if (outcomes[i] == text) return static_cast<Outcome>(i);
    return base::Error("no outcome is called '" + std::string(text.substr(0, 40)) + "'");
}

std::string_view kind_of(const ToCoordinator& message) {
    return std::visit([](const auto& m) { return kind(&m); }, message);
}
std::string_view kind_of(const FromCoordinator& message) {
    return std::visit([](const auto& m) { return kind(&m); }, message);
}

}  // namespace quench::worker::protocol
