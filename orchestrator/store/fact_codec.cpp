// Bodies are flat JSON objects, one field a member of the fact; an optional that is not set has no field.
//
// `fields` names the members of each fact once; Writer and Reader both walk it, so that the two directions
// cannot disagree. A field that is added later is walked with `added`: absent in old bodies, it keeps its
// default.
#include "orchestrator/store/fact_codec.hpp"

#include "orchestrator/store/names.hpp"
#include "orchestrator/study/study_file.hpp"

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::store {

namespace {

using nlohmann::json;

// ---- which fact has which fields

template <class F, class Fact>
concept Is = std::same_as<std::remove_const_t<F>, Fact>;

template <class Io, Is<core::StudyCreated> F>
void fields(Io& io, F& f) {
    io("text", f.text);
    io("study_dir", f.study_dir);
    io("workdir", f.workdir);
    io("trials_dir", f.trials_dir);
}
template <class Io, Is<core::CoordinatorStarted> F>
void fields(Io& io, F& f) {
    io("host", f.host);
    io("pid", f.pid);
    io("build", f.build);
}
template <class Io, Is<core::WorkerJoined> F>
void fields(Io& io, F& f) {
    io("worker", f.worker);
    io("session", f.session);
    io("host", f.host);
    io("pid", f.pid);
    io("slots", f.slots);
}
template <class Io, Is<core::WorkerLost> F>
void fields(Io& io, F& f) {
    io("worker", f.worker);
    io("session", f.session);
    io("reason", f.reason);
}
template <class Io, Is<search::Parent> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("step", f.step);
}
template <class Io, Is<core::TrialProposed> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("params", f.params);
    io("bracket", f.bracket);
    io("to", f.to);
    io("told", f.told);
    io("parent", f.parent);
}
template <class Io, Is<core::AttemptStarted> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("attempt", f.attempt);
    io("worker", f.worker);
    io("session", f.session);
    io("from", f.from);
    io("to", f.to);
    io("ranks", f.ranks);
}
template <class Io, Is<core::Reported> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("attempt", f.attempt);
    io("step", f.step);
    io("metrics", f.metrics);
}
template <class Io, Is<search::Evidence> F>
void fields(Io& io, F& f) {
    io("target", f.target);
    io("predictor", f.predictor);
    io("deviation", f.deviation);
    io("chance", f.chance);
    io("rival", f.rival);
    io("rival_forecast", f.rival_forecast);
    io.added("audited", f.audited);
    io("energy_gap", f.energy_gap);
    io("random_energy_gap", f.random_energy_gap);
}
template <class Io, Is<core::VerdictGiven> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("step", f.step);
    io("verdict", f.verdict);
    io("to", f.to);
    io("reason", f.reason);
    io("forecast", f.forecast);
    io("threshold", f.threshold);
    io("evidence", f.evidence);
}
template <class Io, Is<core::AttemptEnded> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("attempt", f.attempt);
    io("outcome", f.outcome);
    io("detail", f.detail);
    io("exit_status", f.exit_status);
    io("seconds", f.seconds);
}
template <class Io, Is<core::TrialEnded> F>
void fields(Io& io, F& f) {
    io("trial", f.trial);
    io("how", f.how);
    io("value", f.value);
    io("reason", f.reason);
}
template <class Io, Is<core::TrialLearned> F>
void fields(Io& io, F& f) {
    io("study", f.study);
    io("trial", f.trial);
    io("params", f.params);
    io("curve", f.curve);
    io("how", f.how);
}
template <class Io, class F>
requires Is<F, core::ProposalsEnded> || Is<F, core::StudyPaused>
void fields(Io& io, F& f) {
    io("reason", f.reason);
}
template <class Io, Is<core::StudyResumed> F>
void fields(Io&, F&) {}
template <class Io, Is<core::StudyEnded> F>
void fields(Io& io, F& f) {
    io("how", f.how);
    io("reason", f.reason);
}

// ---- writing

class Writer {
  public:
    template <class T>
    void operator()(const char* name, const T& value) {
        body_[name] = to_json(value);
    }
    template <class T>
    void operator()(const char* name, const std::optional<T>& value) {
        if (value) body_[name] = to_json(*value);
    }
    template <class T>
    void added(const char* name, const T& value) {
        (*this)(name, value);
    }
    /// Bytes that are not UTF-8 become U+FFFD: whatever a peer sent, the journal stays readable.
    [[nodiscard]] std::string text() const {
        return body_.dump(-1, ' ', false, json::error_handler_t::replace);
    }

  private:
    static json to_json(const std::string& value) { return value; }
    static json to_json(double value) {
        if (std::isnan(value)) return "nan";
        if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
        return value;
    }
    template <std::integral T>
    static json to_json(T value) {
        return value;
    }
    template <class Tag>
    static json to_json(base::Id<Tag> id) {
        return id.value();
    }
    template <class T>
    requires std::is_enum_v<T>
    static json to_json(T value) { return std::string(to_text(value)); }
    static json to_json(const search::space::Configuration& value) { return search::space::to_json(value); }
    static json to_json(const std::map<std::string, double>& values) {
        json object = json::object();
        for (const auto& [name, value] : values) object[name] = to_json(value);
        return object;
    }

    /// [[step, value, ...], ...]
    static json to_json(const std::vector<core::LearnedPoint>& curve) {
        json rows = json::array();
        for (const core::LearnedPoint& point : curve) {
            json row = json::array({point.step});
            for (const double value : point.values) row.push_back(to_json(value));
            rows.push_back(std::move(row));
        }
        return rows;
    }

    template <class T>
    requires Is<T, search::Evidence> || Is<T, search::Parent>
    static json to_json(const T& value) {
        Writer writer;
        fields(writer, value);
        return std::move(writer.body_);
    }

    json body_ = json::object();
};

// ---- reading

class Reader {
  public:
    explicit Reader(const json& body) : body_(body) {}

    template <class T>
    void operator()(const char* name, T& value) {
        if (problem_) return;
        if (const auto found = body_.find(name); found == body_.end())
            problem_ = std::string("field '") + name + "' is missing";
        else
            take(name, *found, value);
    }
    template <class T>
    void operator()(const char* name, std::optional<T>& value) {
        added(name, value.emplace());
        if (!body_.contains(name)) value.reset();
    }
    template <class T>
    void added(const char* name, T& value) {
        if (body_.contains(name)) (*this)(name, value);
    }

    [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

  private:
    template <class T>
    void take(const char* name, const json& from, T& value) {
        if (!read(from, value))
            problem_ = std::string("field '") + name + "' is not " + wanted(value) + ": " + excerpt(from);
    }
    static std::string excerpt(const json& from) {
        if (from.is_structured()) return from.type_name();  // dump() would recurse into what may be deep
        std::string text = from.dump(-1, ' ', true, json::error_handler_t::replace);
        if (text.size() > 60) text = text.substr(0, 60) + "...";
        return text;
    }

    static bool read(const json& from, std::string& value) {
        if (!from.is_string()) return false;
        value = from.get_ref<const std::string&>();
        return true;
    }
    static bool read(const json& from, double& value) {
        if (from.is_number()) {
            value = from.get<double>();
            return true;
        }
        if (!from.is_string()) return false;
        const auto& text = from.get_ref<const std::string&>();
        const double inf = std::numeric_limits<double>::infinity();
        if (text == "nan")
            value = std::numeric_limits<double>::quiet_NaN();
        else if (text == "inf")
            value = inf;
        else if (text == "-inf")
            value = -inf;
        else
            return false;
        return true;
    }
    static bool read(const json& from, bool& value) {
        if (from.is_boolean()) value = from.get<bool>();
        return from.is_boolean();
    }
    template <std::integral T>
    static bool read(const json& from, T& value) {
        if (from.is_number_unsigned()) {
            const auto number = from.get<std::uint64_t>();
            if (!std::in_range<T>(number)) return false;
            value = static_cast<T>(number);
            return true;
        }
        if (!from.is_number_integer()) return false;
        const auto number = from.get<std::int64_t>();
        if (!std::in_range<T>(number)) return false;
        value = static_cast<T>(number);
        return true;
    }
    template <class Tag>
    static bool read(const json& from, base::Id<Tag>& id) {
        std::uint64_t number = 0;
        if (!read(from, number)) return false;
        id = base::Id<Tag>(number);
        return true;
    }
    template <class T>
    requires std::is_enum_v<T>
    static bool read(const json& from, T& value) {
        return from.is_string() && from_text(from.get_ref<const std::string&>(), value);
    }
    static bool read(const json& from, search::space::Configuration& value) {
        auto configuration = search::space::configuration_from_json(from);
        if (configuration) value = std::move(configuration).value();
        return configuration.ok();
    }
    static bool read(const json& from, std::map<std::string, double>& values) {
        if (!from.is_object()) return false;
        for (const auto& [name, number] : from.items())
            if (!read(number, values[name])) return false;
        return true;
    }

    static bool read(const json& from, std::vector<core::LearnedPoint>& curve) {
        if (!from.is_array()) return false;
        for (const json& row : from) {
            if (!row.is_array() || row.empty()) return false;
            core::LearnedPoint& point = curve.emplace_back();
            if (!read(row[0], point.step)) return false;
            for (std::size_t i = 1; i < row.size(); ++i)
                if (!read(row[i], point.values.emplace_back())) return false;
        }
        return true;
    }

    template <class T>
    requires Is<T, search::Evidence> || Is<T, search::Parent>
    static bool read(const json& from, T& value) {
        if (!from.is_object()) return false;
        Reader reader(from);
        fields(reader, value);
        return !reader.problem_;
    }

    static std::string wanted(const std::string&) { return "a text"; }
    static std::string wanted(const search::Evidence&) { return "the evidence of a verdict"; }
    static std::string wanted(const search::Parent&) { return "a trial and a step"; }
    static std::string wanted(double) { return "a number"; }
    static std::string wanted(bool) { return "true or false"; }
    template <std::integral T>
    static std::string wanted(T) {
        return "a whole number in range";
    }
    template <class Tag>
    static std::string wanted(base::Id<Tag>) {
        return "a whole number from 0";
    }
    template <class T>
    requires std::is_enum_v<T>
    static std::string wanted(T) { return "one of its words"; }
    static std::string wanted(const search::space::Configuration&) {
        return "an object of numbers, booleans and texts";
    }
    static std::string wanted(const std::map<std::string, double>&) { return "an object of numbers"; }
    static std::string wanted(const std::vector<core::LearnedPoint>&) { return "a list of lists of numbers"; }

    const json& body_;
    std::optional<std::string> problem_;
};

// ---- which kind is which fact

template <class Fact>
constexpr std::string_view kind_of = "";
template <>
constexpr std::string_view kind_of<core::StudyCreated> = "study_created";
template <>
constexpr std::string_view kind_of<core::CoordinatorStarted> = "coordinator_started";
template <>
constexpr std::string_view kind_of<core::WorkerJoined> = "worker_joined";
template <>
constexpr std::string_view kind_of<core::WorkerLost> = "worker_lost";
template <>
constexpr std::string_view kind_of<core::TrialProposed> = "trial_proposed";
template <>
constexpr std::string_view kind_of<core::AttemptStarted> = "attempt_started";
template <>
constexpr std::string_view kind_of<core::Reported> = "reported";
template <>
constexpr std::string_view kind_of<core::VerdictGiven> = "verdict_given";
template <>
constexpr std::string_view kind_of<core::AttemptEnded> = "attempt_ended";
template <>
constexpr std::string_view kind_of<core::TrialEnded> = "trial_ended";
template <>
constexpr std::string_view kind_of<core::ProposalsEnded> = "proposals_ended";
template <>
constexpr std::string_view kind_of<core::StudyPaused> = "study_paused";
template <>
constexpr std::string_view kind_of<core::StudyResumed> = "study_resumed";
template <>
constexpr std::string_view kind_of<core::StudyEnded> = "study_ended";
template <>
constexpr std::string_view kind_of<core::TrialLearned> = "trial_learned";

template <class Fact>
base::Result<core::Fact> read_fact(const json& body) {
    Fact fact;
    Reader reader(body);
    fields(reader, fact);
    if (reader.problem()) return base::Error(*reader.problem());
    if constexpr (std::same_as<Fact, core::StudyCreated>) {
        auto study = study::study_from_text(fact.text);
        if (!study) return study.error().in("field 'text' is no study file that this version reads");
        fact.study = std::move(study).value();
    }
    return core::Fact(std::move(fact));
}

template <std::size_t i = 0>
base::Result<core::Fact> read_kind(std::string_view kind, const json& body) {
    if constexpr (i == std::variant_size_v<core::Fact>) {
        return base::Error("no such kind of fact is known to this version");
    } else {
        using Fact = std::variant_alternative_t<i, core::Fact>;
        static_assert(!kind_of<Fact>.empty());
        if (kind == kind_of<Fact>) return read_fact<Fact>(body);
        return read_kind<i + 1>(kind, body);
    }
}

}  // namespace

EncodedFact encode(const core::Fact& fact) {
    return std::visit(
        [](const auto& f) {
            Writer writer;
            fields(writer, f);
            return EncodedFact{std::string(kind_of<std::remove_cvref_t<decltype(f)>>), writer.text()};
        },
        fact);
}

base::Result<core::Fact> decode(std::string_view kind, std::string_view body) {
    const std::string where = "fact '" + std::string(kind.substr(0, 40)) + "'";
    const json parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object()) return base::Error(where + ": the body is not a JSON object");
    auto fact = read_kind(kind, parsed);
    if (!fact) return fact.error().in(where);
    return fact;
}

}  // namespace quench::orchestrator::store
