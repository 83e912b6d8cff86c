#include "orchestrator/study/section.hpp"

#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/scalar.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

std::string dotted(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

const Key* find_key(std::span<const Key> keys, const std::string& word) {
    for (const Key& key : keys) {
        if (key.name == word) return &key;
        for (const std::string& alias : key.aliases)
            if (alias == word) return &key;
    }
    return nullptr;
}

std::string unknown_key(const std::string& path, const std::string& word, std::span<const Key> keys) {
    std::vector<std::string> names;
    std::vector<std::string> spellings;
    for (const Key& key : keys) {
        if (!key.unsupported.empty()) continue;
        names.push_back(key.name);
        spellings.push_back(key.name);
        spellings.insert(spellings.end(), key.aliases.begin(), key.aliases.end());
    }
    if (word == "<<")
        return to_text({"merge keys (<<) are not supported", "they were dropped from YAML 1.2",
                        "write the keys out, or use an alias for a whole value"});
    const auto near = nearest(word, spellings);
    const std::string owner = path.empty() ? "a study file" : path;
    return to_text({fmt::format("unknown key {}", quoted(dotted(path, word))),
                    fmt::format("{} has {}", owner, listed(names)),
                    near ? fmt::format("did you mean '{}'?", *near) : "remove it or use one of these"});
}

std::string wrong_type(const Field& field, const std::string& needed, const std::string& way_out) {
    return to_text(
        {fmt::format("{} is {}", field.path, described(*field.value)), needed + " is needed", way_out});
}

/// The value, when it is a scalar with a meaning; reports otherwise.
std::optional<search::space::Value> value_of(Report& report, const Field& field) {
    auto value = typed(*field.value);
    if (value) return *std::move(value);
    report.add(field.line, field.path + ": " + value.error().text());
    return std::nullopt;
}

}  // namespace

Section::Section(Report& report, const Field& at, std::span<const Key> keys)
    : report_(report), path_(at.path), line_(at.line) {
    if (at.value->kind != Node::Kind::map) {
        std::vector<std::string> names;
        for (const Key& key : keys)
            if (key.unsupported.empty()) names.push_back(key.name);
        report_.add(at.line,
                    {fmt::format("{} is {}", at.path.empty() ? "the file" : at.path, described(*at.value)),
                     "a map is needed", fmt::format("write 'key: value' with keys from {}", listed(names))});
        return;
    }
    for (const Entry& entry : at.value->entries) read(entry, keys);
}

void Section::read(const Entry& entry, std::span<const Key> keys) {
    const int line = entry.key->line;
    if (entry.key->kind != Node::Kind::scalar) {
        report_.add(line, {fmt::format("a key is {}", described(*entry.key)), "keys are words",
                           "is a colon, a quote or a bracket wrong here?"});
        return;
    }
    const std::string& word = entry.key->text;
    const Key* key = find_key(keys, word);
    if (key == nullptr) return report_.add(line, unknown_key(path_, word, keys));
    if (!key->unsupported.empty()) return report_.add(line, key->unsupported);
    if (const auto earlier = spelled_.find(key->name); earlier != spelled_.end()) {
        const bool same = earlier->second == word;
        report_.add(line,
                    {same ? fmt::format("{} is given twice", quoted(dotted(path_, word)))
                          : fmt::format("both {} and {} are given", quoted(earlier->second), quoted(word)),
                     fmt::format("{} on line {}", same ? "first" : "they mean the same; the first is",
                                 fields_.at(key->name).line),
                     "remove one of them"});
        return;
    }
    spelled_[key->name] = word;
    fields_[key->name] = Field{dotted(path_, word), entry.value, line};
}

const Field* Section::find(const std::string& name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? nullptr : &found->second;
}

const Field* Section::require(const std::string& name, const std::string& why,
                              const std::string& way_out) const {
    const Field* field = find(name);
    if (field == nullptr)
        report_.add(line_, {fmt::format("{} is missing", quoted(dotted(path_, name))), why, way_out});
    return field;
}

std::optional<std::string> read_word(Report& report, const Field& field) {
    const auto value = value_of(report, field);
    if (!value) return std::nullopt;
    if (const auto* word = std::get_if<std::string>(&*value)) return *word;
    report.add(field.line, wrong_type(field, "a string", "put it in quotes if it is meant"));
    return std::nullopt;
}

std::optional<std::string> read_name(Report& report, const Field& field) {
    constexpr std::size_t longest = 128;  // fits every table and file name
    auto word = read_word(report, field);
    if (!word) return std::nullopt;
    if (!word->empty() && word->size() <= longest && word->find('\n') == word->npos) return word;
    report.add(field.line,
               {fmt::format("{} is {}", field.path, quoted(*word)),
                fmt::format("1 to {} characters on one line are needed", longest), "choose another name"});
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(Report& report, const Field& field, Range<std::int64_t> range) {
    const auto value = value_of(report, field);
    if (!value) return std::nullopt;
    const auto* integer = std::get_if<std::int64_t>(&*value);
    if (integer == nullptr) {
        std::string way_out = "write a whole number";
        const auto* real = std::get_if<double>(&*value);
        if (real != nullptr && *real == std::floor(*real) && std::abs(*real) < 1e15)
            way_out = fmt::format("write {}", static_cast<std::int64_t>(*real));
        if (field.value->quoted) way_out = "write a whole number without quotes";
        report.add(field.line, wrong_type(field, "an integer", way_out));
        return std::nullopt;
    }
    if (*integer < range.low || *integer > range.high) {
        report.add(field.line, {fmt::format("{} is {}", field.path, *integer),
                                *integer < range.low ? fmt::format("it must be at least {}", range.low)
                                                     : fmt::format("it must be at most {}", range.high),
                                fmt::format("use {} or {}", *integer < range.low ? range.low : range.high,
                                            *integer < range.low ? "more" : "less")});
        return std::nullopt;
    }
    return *integer;
}

std::optional<std::uint64_t> read_seed(Report& report, const Field& field) {
    const std::string& text = field.value->text;
    if (field.value->kind == Node::Kind::scalar && !field.value->quoted) {
        std::uint64_t seed = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seed);
        const bool plain = text.size() == 1 || (!text.empty() && text[0] != '0');
        if (failure == std::errc{} && end == text.data() + text.size() && plain) return seed;
    }
    report.add(field.line,
               wrong_type(field, "an integer from 0 to 18446744073709551615", "write one, such as 7"));
    return std::nullopt;
}

std::optional<double> read_number(Report& report, const Field& field) {
    const auto value = value_of(report, field);
    if (!value) return std::nullopt;
    if (const auto* real = std::get_if<double>(&*value)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(&*value)) return static_cast<double>(*integer);
    report.add(field.line,
               wrong_type(field, "a number",
                          field.value->quoted ? "remove the quotes" : "write a number such as 0.5 or 1e-3"));
    return std::nullopt;
}

std::optional<bool> read_flag(Report& report, const Field& field) {
    const auto value = value_of(report, field);
    if (!value) return std::nullopt;
    if (const auto* flag = std::get_if<bool>(&*value)) return *flag;
    report.add(field.line, wrong_type(field, "a boolean", "write true or false"));
    return std::nullopt;
}

std::optional<base::Duration> read_duration(Report& report, const Field& field) {
    if (field.value->kind != Node::Kind::scalar) {
        report.add(field.line, wrong_type(field, "a duration", "write one such as 90s, 30m or 1h30m"));
        return std::nullopt;
    }
    const auto duration = base::duration_from_text(field.value->text);
    if (duration) return *duration;
    report.add(field.line,
               {fmt::format("{} is {}", field.path, described(*field.value)),
                "a number with ms, s, m, h or d is needed", "write a duration such as 90s, 30m or 1h30m"});
    return std::nullopt;
}

std::optional<std::string> read_choice(Report& report, const Field& field,
                                       std::span<const std::string> words) {
    const std::string way_out = fmt::format("use one of {}", listed(words));
    if (field.value->kind != Node::Kind::scalar) {
        report.add(field.line, wrong_type(field, "a word", way_out));
        return std::nullopt;
    }
    // The text as it stands: a name such as `none` or `on` means itself where names are expected.
    const std::string& word = field.value->text;
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    report.add(field.line, {fmt::format("{} is {}", field.path, quoted(word)),
                            fmt::format("this version has {}", listed(words)), suggestion(word, words)});
    return std::nullopt;
}

}  // namespace quench::orchestrator::study
