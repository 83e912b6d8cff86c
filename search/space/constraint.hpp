// A condition that ties parameters together, in the words of a study file: "batch * ranks <= 256".
//
//   constraint  both ("or" both)*                                   true or false
//   both        inverse ("and" inverse)*
//   inverse     "not" inverse | comparison
//   comparison  sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)*  a chain holds where each link does
//             | sum ["not"] "in" "[" sum ("," sum)* "]"
//   sum         product (("+" | "-") product)*
//   product     factor (("*" | "/" | "%") factor)*
//   factor      "-" factor | number | word | {word} | 'text' | "text" | "(" constraint ")"
//
// A word names a parameter, or else true, false, or a choice of the parameter it is compared with. Braces
// hold names that are no plain words, as {bin-size}. Integers, floats and choices that are all numbers
// calculate; `%` is of whole numbers and has the sign of its right side; other choices are only equal or not.
#pragma once

#include "search/space/parameter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace quench::search::space {

/// What is known of a parameter's value: all that it can be, or nothing.
struct Range {
    bool known = false;       ///< false: inactive, or nobody knows yet whether it is active
    double low = 0;           ///< of values that are numbers
    double high = 0;          ///< equal to low: the value itself
    std::uint64_t first = 0;  /// of choices: their cells
    std::uint64_t last = 0;
};

/// Of one value of a domain, or of all values in cells first .. last. The value must fit.
Range range_of(const Domain& domain, const Value& value);
Range range_of(const Domain& domain, std::uint64_t first, std::uint64_t last);

/// `no` and `yes` are certain; `maybe` where a range is too wide to say, a parameter is not active, or
/// something is divided by zero.
enum class Truth { no, maybe, yes };

/// Why a text is no constraint, with the place in it.
struct ConstraintFault {
    std::size_t at = 0;  ///< character, from 1
    std::string problem, why, way_out;
    std::string unknown = "";  ///< a word that is no name here, for those who can say what it is near to
};

/// Parsed, checked against the parameters, and evaluated on ranges. Immutable, compared by its text. Numbers
/// are doubles; those that differ by less than 1e-9 of the largest number on the way count as equal, so that
/// 0.1 + 0.2 == 0.3.
class Constraint {
  public:
    /// Bounds what a text can cost: the parser recurses, and every evaluation walks all nodes.
    static constexpr std::size_t most_characters = 2000, most_depth = 50, most_nodes = 5000;

    static std::variant<Constraint, ConstraintFault> parse(const std::string& text,
                                                           const std::vector<Parameter>& parameters);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// Indices of the parameters that it names, sorted.
    [[nodiscard]] const std::vector<std::size_t>& mentioned() const { return mentioned_; }

    /// One range a parameter. A configuration breaks the constraint where this is `no`: a comparison with an
    /// inactive parameter is neither true nor false, "or" and "and" make of it what they can, and where
    /// nothing else decides the constraint holds.
    [[nodiscard]] Truth over(std::span<const Range> ranges) const;

    /// A float without step that has to be exactly one value for the constraint to hold: the index of the
    /// first. No draw hits it.
    [[nodiscard]] std::optional<std::size_t> pinned_float(const std::vector<Parameter>& parameters) const;

    friend bool operator==(const Constraint& a, const Constraint& b) { return a.text_ == b.text_; }

  private:
    friend class ConstraintParser;

    enum class Op {
        number,      ///< `number`
        value,       ///< of `parameter`, a number
        choice,      ///< `parameter` has its choice `cell`
        truth,       ///< `cell` is 1 or 0
        negative,    ///< - left
        sum,         ///< left + right
        difference,  ///< left - right
        product,
        quotient,
        remainder,
        less,
        less_equal,
        equal,
        inverse,  ///< not left
        both,     ///< left and right
        either    ///< left or right
    };
    struct Node {
        Op op = Op::truth;
        std::size_t left = 0, right = 0;  ///< earlier nodes
        double number = 0;
        std::size_t parameter = 0;
        std::uint64_t cell = 0;
    };

    std::string text_;
    std::vector<std::size_t> mentioned_;
    std::vector<Node> nodes_;  ///< operands before operators; the last is the whole
};

}  // namespace quench::search::space
