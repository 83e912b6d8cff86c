#include "predictor/catalogue.hpp"

#include "base/time.hpp"
#include "predictor/anneal/io/external_command.hpp"
#include "predictor/anneal/tempering.hpp"
#include "predictor/gp/gp_predictor.hpp"
#include "predictor/last/last_value.hpp"
#include "predictor/parametric/parametric_predictor.hpp"
#include "predictor/qsvr/qsvr_predictor.hpp"
#include "predictor/svr/svr_predictor.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

namespace quench::predictor {
namespace {

using base::Error;
using base::Result;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// Takes options one by one; the first that is wrong is remembered.
class Reader {
  public:
    explicit Reader(const PredictorOptions& options) : options_(options) {}

    void number(const std::string& key, double low, double high, const std::function<void(double)>& set) {
        take(key, [&](const std::string& text) {
            double value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool good =
                error == std::errc() && end == text.data() + text.size() && value >= low && value <= high;
            if (good) set(value);
            return good ? "" : "a number from " + shortest(low) + " to " + shortest(high);
        });
    }
    void count(const std::string& key, std::size_t low, std::size_t high, std::size_t& value) {
        number(key, static_cast<double>(low), static_cast<double>(high), [&](double given) {
            if (given == std::floor(given))
                value = static_cast<std::size_t>(given);
            else
                complain(key, "a whole number");
        });
    }
    void number(const std::string& key, double low, double high, double& value) {
        number(key, low, high, [&](double given) { value = given; });
    }
    /// "200ms", "2m", or seconds.
    void duration(const std::string& key, base::Duration low, base::Duration high, base::Duration& value) {
        take(key, [&](const std::string& text) {
            const auto given = base::duration_from_text(text);
            if (!given || *given < low || *given > high)
                return "a time from " + base::to_text(low) + " to " + base::to_text(high) +
                       ", such as 30s; a bare number counts seconds";
            value = *given;
            return std::string();
        });
    }
    void flag(const std::string& key, bool& value) {
        choice<bool>(key, {{"true", true}, {"false", false}}, value);
    }
    template <class T>
    void choice(const std::string& key, const std::vector<std::pair<std::string, T>>& choices, T& value) {
        take(key, [&](const std::string& text) {
            std::vector<std::string> names;
            for (const auto& [name, meaning] : choices) {
                names.push_back(name);
                if (name != text) continue;
                value = meaning;
                return std::string();
            }
            return "one of " + joined(names);
        });
    }
    void words(const std::string& key, std::vector<std::string>& value) {
        take(key, [&](const std::string& text) {
            for (std::size_t begin = 0; begin < text.size();) {
                const std::size_t end = std::min(text.find(' ', begin), text.size());
                if (end > begin) value.push_back(text.substr(begin, end - begin));
                begin = end + 1;
            }
            return std::string(value.empty() ? "a program and its arguments" : "");
        });
    }

    [[nodiscard]] const std::vector<std::string>& known() const { return known_; }
    [[nodiscard]] Result<> finish(std::string_view predictor) const {
        for (const auto& [key, value] : options_) {
            if (std::ranges::find(known_, key) == known_.end())
                return Error("unknown option '" + key + "' (of the predictor " + std::string(predictor) +
                             ") " + (known_.empty() ? "it has none" : "use one of " + joined(known_)));
        }
        if (!complaint_.empty()) return Error(complaint_);
        return base::success();
    }

  private:
    static std::string shortest(double value) {
        char text[32];
        return {text, std::to_chars(text, text + sizeof text, value).ptr};
    }
    template <class Take>
    void take(const std::string& key, const Take& read) {
        known_.push_back(key);
        const auto option = options_.find(key);
        if (option == options_.end()) return;
        const std::string wanted = read(option->second);
        if (!wanted.empty()) complain(key, wanted);
    }
    void complain(const std::string& key, const std::string& wanted) {
        if (complaint_.empty())
            complaint_ = "the predictor's option '" + key + "' cannot be '" + options_.at(key) + "' (it is " +
                         wanted + ") correct it";
    }

    const PredictorOptions& options_;
    std::vector<std::string> known_;
    std::string complaint_;
};

void read_features(Reader& reader, FeatureOptions& features) {
    reader.flag("curve", features.curve);
    reader.count("differences", 0, 2, features.differences);
    reader.flag("parameters", features.parameters);
    reader.count("values", 0, 100'000, features.most_values);
    reader.choice<Scaling>("scaling", {{"min-max", Scaling::min_max}, {"quantile", Scaling::quantile}},
                           features.scaling);
    reader.choice<Target>("target",
                          {{"level", Target::level}, {"change", Target::change}, {"chosen", Target::chosen}},
                          features.target);
}

using Made = std::unique_ptr<const CurvePredictor>;

Made make_svr(Reader& reader) {
    svr::SvrOptions options;
    svr::Parameters& p = options.regression;
    reader.choice<svr::Kind>("kind", {{"nu", svr::Kind::nu}, {"epsilon", svr::Kind::epsilon}}, p.kind);
    reader.number("cost", 1e-6, 1e9, p.cost);
    reader.number("nu", 1e-3, 1, p.nu);
    reader.number("epsilon", 0, 1e6, p.epsilon);
    reader.number("gamma", 1e-9, 1e9, [&](double gamma) { p.gamma = gamma; });
    read_features(reader, options.features);
    return std::make_unique<svr::SvrPredictor>(options);
}

Made make_qsvr(Reader& reader) {
    enum class Preset { none, paper };
    enum class Name { simulated, tempering };
    using qsvr::Combination;
    Preset preset = Preset::none;
    Name name = Name::simulated;
    std::vector<std::string> command;
    base::Duration timeout = std::chrono::minutes(1);
    reader.choice<Preset>("preset", {{"default", Preset::none}, {"paper", Preset::paper}}, preset);
    qsvr::QsvrOptions options = preset == Preset::paper ? qsvr::paper_options() : qsvr::QsvrOptions();
    qsvr::FitSettings& fit = options.fit;
    reader.count("bits", 1, 12, fit.encoding.bits);
    reader.number("base", 1e-3, 1e3, fit.encoding.base);
    reader.number("exponent", -100, 100, fit.encoding.exponent);
    reader.number("penalty", 0, 1e6, fit.encoding.penalty);
    reader.number("epsilon", 0, 1e6, fit.encoding.epsilon);
    reader.number("gamma", 1e-9, 1e9, options.gamma);
    reader.count("reads", 1, 100'000, fit.reads);
    reader.count("sweeps", 0, 1'000'000, fit.sweeps);
    reader.choice<Combination>("combination",
                               {{"lowest", Combination::lowest},
                                {"mean", Combination::mean_of_lowest},
                                {"boltzmann", Combination::boltzmann},
                                {"score", Combination::score_weighted}},
                               fit.combination);
    reader.count("lowest", 1, 100'000, fit.lowest);
    reader.count("zoom", 0, 20, fit.zoom_rounds);
    reader.count("subset", 0, 100'000, options.subset);
    reader.choice<Name>("annealer", {{"simulated", Name::simulated}, {"tempering", Name::tempering}}, name);
    reader.words("command", command);
    reader.duration("timeout", std::chrono::milliseconds(1), std::chrono::hours(24), timeout);
    read_features(reader, options.features);
    std::shared_ptr<const anneal::Annealer> annealer;
    if (name == Name::tempering) annealer = std::make_shared<anneal::TemperingAnnealer>();
    if (!command.empty())
        annealer = std::make_shared<anneal::ExternalCommandAnnealer>(
            anneal::ExternalCommand{.command = command,
                                    .timeout = std::chrono::duration_cast<std::chrono::milliseconds>(timeout),
                                    .output_in_errors = false});
    return std::make_unique<qsvr::QsvrPredictor>(options, annealer);
}

struct Entry {
    const char* name;
    Made (*make)(Reader& reader);
};
constexpr Entry entries[] = {
    {"last", [](Reader&) -> Made { return std::make_unique<LastValue>(); }},
    {"svr", make_svr},
    {"qsvr", make_qsvr},
    {"parametric", [](Reader&) -> Made { return std::make_unique<parametric::ParametricPredictor>(); }},
    {"gp", [](Reader&) -> Made { return std::make_unique<gp::GpPredictor>(); }},
};

}  // namespace

std::vector<std::string> predictor_names() {
    std::vector<std::string> names;
    for (const Entry& entry : entries) names.emplace_back(entry.name);
    return names;
}

std::vector<std::string> predictor_option_names(std::string_view name) {
    const PredictorOptions none;
    Reader reader(none);
    for (const Entry& entry : entries) {
        if (entry.name == name) (void)entry.make(reader);
    }
    return reader.known();
}

Result<Made> make_predictor(std::string_view name, const PredictorOptions& options) {
    for (const Entry& entry : entries) {
        if (entry.name != name) continue;
        Reader reader(options);
        Made made = entry.make(reader);
        if (auto good = reader.finish(name); !good) return good.error();
        return made;
    }
    return Error("there is no predictor '" + std::string(name) + "' (unknown name) use one of " +
                 joined(predictor_names()));
}

Result<Made> make_predictor_from(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view name = text.substr(0, colon);
    PredictorOptions options;
    for (std::string_view rest = colon < text.size() ? text.substr(colon + 1) : ""; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view option = rest.substr(0, comma);
        const std::size_t equals = option.find('=');
        if (equals == std::string_view::npos)
            return Error("the option '" + std::string(option) + "' of '" + std::string(text) +
                         "' has no value (options are key=value) give one");
        options[std::string(option.substr(0, equals))] = option.substr(equals + 1);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return make_predictor(name, options);
}

}  // namespace quench::predictor
