#include "search/space/constraint.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::space {
namespace {

constexpr double tolerance = 1e-9;  ///< of the largest number on the way: decimals are not exact in binary

double number_of(const Value& value) {
    if (const double* x = std::get_if<double>(&value)) return *x;
    if (const std::int64_t* k = std::get_if<std::int64_t>(&value)) return static_cast<double>(*k);
    return 0;  // no one calculates with it
}

/// What an expression can be: a number in [low, high], or a truth; neither where an operand is not known.
struct Result {
    bool known = false;
    double low = 0, high = 0;
    double size = 0;  ///< the largest number on the way, without sign
    Truth truth = Truth::maybe;

    [[nodiscard]] bool point() const { return low == high; }
};

Result truth(Truth value) {
    Result result;
    result.truth = value;
    return result;
}

Result interval(double low, double high, double size) {
    Result result;
    result.known = std::isfinite(low) && std::isfinite(high);
    result.low = low;
    result.high = high;
    result.size = std::max({size, std::abs(low), std::abs(high)});
    return result;
}

Result unknown() {
    return {};
}

Result hull(std::initializer_list<double> ends, double size) {
    return interval(std::min(ends), std::max(ends), size);
}

Result product(const Result& a, const Result& b) {
    return hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high}, a.size * b.size);
}

Result quotient(const Result& a, const Result& b) {
    if (b.low <= 0 && b.high >= 0) return unknown();  // at zero there is none, near it anything
    const double nearest = std::min(std::abs(b.low), std::abs(b.high));
    return hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}, a.size / nearest);
}

/// Whole numbers up to 2^53 are exact here; the rounding brings back those that arithmetic left a little off.
Result remainder(const Result& a, const Result& b) {
    if (b.low <= 0 && b.high >= 0) return unknown();
    if (a.point() && b.point()) {
        const double left = std::round(a.low), right = std::round(b.low);
        double rest = std::fmod(left, right);
        if (rest != 0 && (rest < 0) != (right < 0)) rest += right;
        return interval(rest, rest, 0);
    }
    return b.low > 0 ? interval(0, b.high, 0) : interval(b.low, 0, 0);
}

/// Is a below b by more than rounding? The tolerance is the largest possible for `no` to be certain.
Truth less(const Result& a, const Result& b) {
    const double slack = tolerance * std::max(a.size, b.size);
    if (a.point() && b.point()) return a.low < b.low - slack ? Truth::yes : Truth::no;
    if (a.high < b.low - slack) return Truth::yes;
    return a.low >= b.high ? Truth::no : Truth::maybe;
}

Truth inverse(Truth a) {
    return a == Truth::yes ? Truth::no : a == Truth::no ? Truth::yes : Truth::maybe;
}

Truth equal(const Result& a, const Result& b) {
    const Truth below = less(a, b), above = less(b, a);
    if (below == Truth::yes || above == Truth::yes) return Truth::no;
    return below == Truth::no && above == Truth::no ? Truth::yes : Truth::maybe;
}

Truth chosen(const Range& range, std::uint64_t cell) {
    if (!range.known) return Truth::maybe;
    if (cell < range.first || cell > range.last) return Truth::no;
    return range.first == range.last ? Truth::yes : Truth::maybe;
}

}  // namespace

Range range_of(const Domain& domain, const Value& value) {
    Range range;
    range.known = true;
    range.low = range.high = number_of(value);
    if (std::holds_alternative<CategoricalDomain>(domain)) {
        const auto cell = cell_of(domain, value);
        QUENCH_CHECK(cell, "a value outside its domain");
        range.first = range.last = *cell;
    }
    return range;
}

Range range_of(const Domain& domain, std::uint64_t first, std::uint64_t last) {
    Range range;
    range.known = true;
    range.first = first;
    range.last = last;
    range.low = number_of(value_at(domain, first));
    range.high = number_of(value_at(domain, last));
    if (const auto* choices = std::get_if<CategoricalDomain>(&domain)) {
        for (std::uint64_t cell = first; cell <= last; ++cell) {
            range.low = std::min(range.low, number_of(choices->choices[cell]));
            range.high = std::max(range.high, number_of(choices->choices[cell]));
        }
    }
    return range;
}

Truth Constraint::over(std::span<const Range> ranges) const {
    std::vector<Result> results;
    results.reserve(nodes_.size());
    for (const Node& node : nodes_) {
        const Result a = results.empty() ? Result{} : results[node.left];
        const Result b = results.empty() ? Result{} : results[node.right];
        const bool known = a.known && b.known;
        const auto compared = [&](Truth (*compare)(const Result&, const Result&)) {
            return truth(known ? compare(a, b) : Truth::maybe);
        };
        Result made;
        switch (node.op) {
            case Op::number:
                made = interval(node.number, node.number, 0);
                break;
            case Op::value:
                if (const Range& range = ranges[node.parameter]; range.known)
                    made = interval(range.low, range.high, 0);
                break;
            case Op::choice:
                made = truth(chosen(ranges[node.parameter], node.cell));
                break;
            case Op::truth:
                made = truth(node.cell != 0 ? Truth::yes : Truth::no);
                break;
            case Op::negative:
                if (a.known) made = interval(-a.high, -a.low, a.size);
                break;
            case Op::sum:
                if (known) made = interval(a.low + b.low, a.high + b.high, std::max(a.size, b.size));
                break;
            case Op::difference:
                if (known) made = interval(a.low - b.high, a.high - b.low, std::max(a.size, b.size));
                break;
            case Op::product:
                if (known) made = product(a, b);
                break;
            case Op::quotient:
                if (known) made = quotient(a, b);
                break;
            case Op::remainder:
                if (known) made = remainder(a, b);
                break;
            case Op::less:
                made = compared(less);
                break;
            case Op::less_equal:
                made = truth(known ? inverse(less(b, a)) : Truth::maybe);
                break;
            case Op::equal:
                made = compared(equal);
                break;
            case Op::inverse:
                made = truth(inverse(a.truth));
                break;
            case Op::both:
                made = truth(std::min(a.truth, b.truth));
                break;
            case Op::either:
                made = truth(std::max(a.truth, b.truth));
                break;
        }
        results.push_back(made);
    }
    return results.back().truth;
}

std::optional<std::size_t> Constraint::pinned_float(const std::vector<Parameter>& parameters) const {
    std::vector<std::size_t> needed{nodes_.size() - 1};  // to be true
    std::vector<std::size_t> equated;                    // parts of their equalities
    std::optional<std::size_t> first;
    while (!needed.empty()) {
        const Node& node = nodes_[needed.back()];
        needed.pop_back();
        if (node.op == Op::both) needed.insert(needed.end(), {node.left, node.right});
        if (node.op == Op::equal) equated.insert(equated.end(), {node.left, node.right});
    }
    while (!equated.empty()) {
        const Node& node = nodes_[equated.back()];
        equated.pop_back();
        if (node.op == Op::value) {
            const auto* real = std::get_if<FloatDomain>(&parameters[node.parameter].domain);
            if (real && !real->step && real->low < real->high)
                first = std::min(first.value_or(node.parameter), node.parameter);
        } else if (node.op == Op::negative) {
            equated.push_back(node.left);
        } else if (node.op == Op::sum || node.op == Op::difference || node.op == Op::product ||
                   node.op == Op::quotient || node.op == Op::remainder) {
            equated.insert(equated.end(), {node.left, node.right});
        }
    }
    return first;
}

}  // namespace quench::search::space
