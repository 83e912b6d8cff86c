#pragma once

#include "search/space/constraint.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace quench::search::space {

/// Constraint::parse: recursive descent; every word is looked up and every type checked while it is read, so
/// that what is parsed can be evaluated without another error. Reading is in constraint_parser.cpp, types and
/// nodes are in constraint_terms.cpp.
class ConstraintParser {
  public:
    ConstraintParser(const std::string& text, const std::vector<Parameter>& parameters)
        : text_(text), parameters_(parameters) {}

    std::variant<Constraint, ConstraintFault> parse();

  private:
    using Op = Constraint::Op;

    enum class Kind {
        number,   ///< `node`
        truth,    ///< `node`
        choice,   ///< `parameter`, one whose choices are not all numbers
        literal,  ///< `literal`: a text or a boolean that stands for a choice
        nothing   ///< after a fault
    };
    struct Term {
        Kind kind = Kind::nothing;
        std::size_t at = 0;  ///< where it begins, for messages
        std::size_t node = 0;
        bool whole = false;  ///< a number that is always whole
        std::size_t parameter = 0;
        bool written = false;  ///< `literal` says what stands there, also a number
        Value literal = 0.0;
    };

    // Reading.
    void skip_blanks();
    bool take(std::string_view sign);
    bool take_word(std::string_view word);
    [[nodiscard]] std::string_view word_here() const;
    Term either();
    Term both();
    Term inverse();
    Term comparison();
    Term member(const Term& left, bool negated);
    Term sum();
    Term product();
    Term factor();
    Term number();
    Term quoted(char quote);
    Term word();
    Term named(const std::string& name, std::size_t at, bool braces);

    // Making nodes.
    std::size_t add(Constraint::Node node);
    Term truth_of(std::size_t node, std::size_t at) { return {Kind::truth, at, node}; }
    Term calculated(Op op, const Term& left, const Term& right);
    Term combined(Op op, const Term& left, const Term& right);
    std::optional<std::size_t> compared(const std::string& sign, const Term& left, const Term& right);
    std::optional<std::size_t> equal(const Term& left, const Term& right);
    std::optional<std::size_t> has_choice(const Term& parameter, const Term& literal);
    std::optional<std::size_t> needs_number(const Term& term);
    std::optional<std::size_t> needs_truth(const Term& term);

    void fault(std::size_t at, std::string problem, std::string why, std::string way_out,
               std::string unknown = "");
    void unknown_word(const Term& term);

    const std::string& text_;
    const std::vector<Parameter>& parameters_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::set<std::size_t> mentioned_;
    Constraint made_;
    std::optional<ConstraintFault> fault_;  ///< the first one; reading goes on without effect
};

}  // namespace quench::search::space
