// Reads the keys of one map of a study file, and the values behind them.
//
// Every reader reports what is wrong and goes on, so that a user sees all errors at once.
#pragma once

#include "base/time.hpp"
#include "orchestrator/study/report.hpp"
#include "orchestrator/study/yaml.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace quench::orchestrator::study {

/// A key and the words that users of other programs bring for the same thing.
struct Key {
    std::string name;
    std::vector<std::string> aliases = {};
    std::string unsupported = "";  ///< the message for a key of a later version or with another meaning
};

/// The value of a key. `path` is how messages call it: "stop.trials".
struct Field {
    std::string path;
    const Node* value = nullptr;
    int line = 0;  ///< of the key
};

class Section {
  public:
    /// Reports keys that are unknown, repeated, or given beside their alias. `at` is the map's own field.
    Section(Report& report, const Field& at, std::span<const Key> keys);

    [[nodiscard]] const Field* find(const std::string& name) const;
    /// Reports its absence.
    [[nodiscard]] const Field* require(const std::string& name, const std::string& why,
                                       const std::string& way_out) const;
    [[nodiscard]] int line() const { return line_; }
    [[nodiscard]] Report& report() const { return report_; }

  private:
    void read(const Entry& entry, std::span<const Key> keys);

    Report& report_;
    std::string path_;
    int line_;
    std::map<std::string, Field> fields_;
    std::map<std::string, std::string> spelled_;  ///< canonical name -> the spelling in the file
};

template <class T>
struct Range {
    T low;
    T high;
};

std::optional<std::string> read_word(Report& report, const Field& field);
std::optional<std::string> read_name(Report& report, const Field& field);  ///< a word of 1 to 128 characters
std::optional<std::int64_t> read_integer(Report& report, const Field& field, Range<std::int64_t> range);
/// Also the upper half of 64 bits, which the typed integers of a file do not reach.
std::optional<std::uint64_t> read_seed(Report& report, const Field& field);
std::optional<double> read_number(Report& report, const Field& field);
std::optional<bool> read_flag(Report& report, const Field& field);
std::optional<base::Duration> read_duration(Report& report, const Field& field);
/// One of the words, or a message with the nearest.
std::optional<std::string> read_choice(Report& report, const Field& field,
                                       std::span<const std::string> words);

}  // namespace quench::orchestrator::study
