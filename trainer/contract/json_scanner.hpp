// A scanner for the JSON of report lines: flat, bounded, and with the number tokens that Python writes.
//
// A general parser will not do here: it refuses NaN and Infinity, which are the most important values that a
// diverging training prints, or it throws on numbers beyond a double.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quench::trainer::contract {

/// Walks over text and takes one token at a time. No function throws or recurses; each returns false or
/// nullopt and leaves the place unspecified if the text is not what was asked for.
class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : rest_(text) {}

    void skip_space();
    /// Takes `c` (after spaces) if it comes next.
    bool take(char c);
    /// Takes the word `token` if it comes next.
    bool take_word(std::string_view token);
    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    /// A string with its escapes resolved, as UTF-8. Lone surrogates are refused.
    std::optional<std::string> string();
    /// A JSON number, NaN, Infinity or -Infinity. Beyond a double: infinite or zero.
    std::optional<double> number();
    /// Skips an array or object nested at most `depth` deep, checking only strings and brackets.
    bool skip_nested(int depth);

  private:
    std::optional<unsigned> hex4();
    bool escape(std::string& out);

    std::string_view rest_;
};

/// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace quench::trainer::contract
