#include "search/space/cell.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::search::space {
namespace {

constexpr double lattice_tolerance = 1e-9;  ///< of a step: decimal steps are not exact in binary

/// high - low never overflows as an unsigned difference, not even from INT64_MIN to INT64_MAX.
std::uint64_t width(const IntDomain& d) {
    return static_cast<std::uint64_t>(d.high) - static_cast<std::uint64_t>(d.low);
}

double within_unit(double u) {
    if (!(u > 0)) return 0;  // NaN too
    return u < 1 ? u : 1;
}

std::uint64_t cell_at(double u, std::uint64_t last) {
    const double x = u * (static_cast<double>(last) + 1.0);
    return x >= static_cast<double>(last) ? last : static_cast<std::uint64_t>(x);
}

double centre(std::uint64_t cell, std::uint64_t last) {
    return (static_cast<double>(cell) + 0.5) / (static_cast<double>(last) + 1.0);
}

std::optional<std::uint64_t> last_of(const FloatDomain& d) {
    if (d.low == d.high) return 0;
    if (!d.step) return std::nullopt;
    return static_cast<std::uint64_t>(std::floor((d.high - d.low) / *d.step + lattice_tolerance));
}
std::optional<std::uint64_t> last_of(const IntDomain& d) {
    return width(d) / static_cast<std::uint64_t>(d.step);
}
std::optional<std::uint64_t> last_of(const CategoricalDomain& d) {
    return d.choices.size() - 1;
}

Value at(const FloatDomain& d, std::uint64_t cell) {
    if (!d.step) return d.low;
    return std::min(d.low + static_cast<double>(cell) * *d.step, d.high);
}
Value at(const IntDomain& d, std::uint64_t cell) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(d.low) +
                                     cell * static_cast<std::uint64_t>(d.step));
}
Value at(const CategoricalDomain& d, std::uint64_t cell) {
    return d.choices[cell];
}

std::optional<std::uint64_t> find_cell(const FloatDomain& d, const Value& value) {
    const auto last = last_of(d);
    const double* number = std::get_if<double>(&value);
    if (!last || !number || !(*number >= d.low && *number <= d.high)) return std::nullopt;
    if (!d.step) return 0;
    const double index = std::round((*number - d.low) / *d.step);
    const auto cell = std::min(static_cast<std::uint64_t>(index), *last);
    const double exact = std::get<double>(at(d, cell));
    if (std::abs(*number - exact) > lattice_tolerance * *d.step) return std::nullopt;
    return cell;
}
std::optional<std::uint64_t> find_cell(const IntDomain& d, const Value& value) {
    const std::int64_t* number = std::get_if<std::int64_t>(&value);
    if (!number || *number < d.low || *number > d.high) return std::nullopt;
    const std::uint64_t above = static_cast<std::uint64_t>(*number) - static_cast<std::uint64_t>(d.low);
    const auto step = static_cast<std::uint64_t>(d.step);
    if (above % step != 0) return std::nullopt;
    return above / step;
}
std::optional<std::uint64_t> find_cell(const CategoricalDomain& d, const Value& value) {
    const auto found = std::find(d.choices.begin(), d.choices.end(), value);
    if (found == d.choices.end()) return std::nullopt;
    return static_cast<std::uint64_t>(found - d.choices.begin());
}

double continuous(const FloatDomain& d, double u) {
    if (u <= 0) return d.low;
    if (u >= 1) return d.high;
    const double value = d.scale == Scale::log
                             ? std::exp(std::log(d.low) + u * (std::log(d.high) - std::log(d.low)))
                             : d.low + u * (d.high - d.low);
    return std::clamp(value, d.low, d.high);
}

double continuous_coordinate(const FloatDomain& d, double value) {
    const double u = d.scale == Scale::log
                         ? (std::log(value) - std::log(d.low)) / (std::log(d.high) - std::log(d.low))
                         : (value - d.low) / (d.high - d.low);
    return within_unit(u);
}

/// Far from zero a narrow range is straight in the logarithm (to 1 in 10^6), but its cells are too close
/// there for a float to tell them apart: equal cells do instead.
bool logarithm_is_straight(const IntDomain& d) {
    constexpr double far = 0x1p40;
    const auto low = static_cast<double>(d.low);
    return low >= far && static_cast<double>(width(d)) < low * 0x1p-20;
}

bool has_log_cells(const Domain& domain) {
    const auto* d = std::get_if<IntDomain>(&domain);
    return d && d->scale == Scale::log && !logarithm_is_straight(*d);
}

/// The logarithms of the outer ends of the first and the last cell.
struct LogAxis {
    double begin;
    double length;
    explicit LogAxis(const IntDomain& d)
        : begin(std::log(static_cast<double>(d.low) - 0.5)),
          length(std::log(static_cast<double>(d.high) + 0.5) - begin) {}
};

std::int64_t log_integer(const IntDomain& d, double u) {
    const LogAxis axis(d);
    const double x = std::exp(axis.begin + u * axis.length);
    if (u <= 0 || x <= static_cast<double>(d.low)) return d.low;
    if (u >= 1 || x >= static_cast<double>(d.high)) return d.high;
    return std::clamp(static_cast<std::int64_t>(std::llround(x)), d.low, d.high);
}

double log_coordinate(const IntDomain& d, std::int64_t value) {
    const LogAxis axis(d);
    const auto k = static_cast<double>(value);
    const double middle = 0.5 * (std::log(k - 0.5) + std::log(k + 0.5));
    return within_unit((middle - axis.begin) / axis.length);
}

std::string lattice_text(const std::string& low, const std::string& step, const std::string& high) {
    return fmt::format("{}, {} + {}, ... up to {}", low, low, step, high);
}

std::string misfit_text(const FloatDomain& d, const Value& value) {
    const double* number = std::get_if<double>(&value);
    if (!number)
        return fmt::format("{} is not a float (this parameter is one) write it as 1.0 or 1e-3",
                           to_text(value));
    if (!(*number >= d.low && *number <= d.high))
        return fmt::format("{} is out of range (it goes from {} to {}) take a value in it", to_text(value),
                           to_text(d.low), to_text(d.high));
    return fmt::format("{} is between two steps (the values are {}) take one of these", to_text(value),
                       lattice_text(to_text(d.low), to_text(*d.step), to_text(d.high)));
}
std::string misfit_text(const IntDomain& d, const Value& value) {
    const std::int64_t* number = std::get_if<std::int64_t>(&value);
    if (!number)
        return fmt::format("{} is not an integer (this parameter is one) write it without point or quotes",
                           to_text(value));
    if (*number < d.low || *number > d.high)
        return fmt::format("{} is out of range (it goes from {} to {}) take a value in it", *number, d.low,
                           d.high);
    return fmt::format("{} is between two steps (the values are {}) take one of these", *number,
                       lattice_text(std::to_string(d.low), std::to_string(d.step), std::to_string(d.high)));
}
std::string misfit_text(const CategoricalDomain& d, const Value& value) {
    std::string choices;
    for (const Value& choice : d.choices) {
        if (!choices.empty()) choices += ", ";
        choices += to_text(choice);
    }
    return fmt::format("{} is not a choice (the choices are {}) take one of these", to_text(value), choices);
}

}  // namespace

std::optional<std::uint64_t> last_cell(const Domain& domain) {
    return std::visit([](const auto& d) { return last_of(d); }, domain);
}

Value value_at(const Domain& domain, std::uint64_t cell) {
    const auto last = last_cell(domain);
    QUENCH_CHECK(last && cell <= *last, "there is no such cell");
    return std::visit([&](const auto& d) { return at(d, cell); }, domain);
}

std::optional<std::uint64_t> cell_of(const Domain& domain, const Value& value) {
    return std::visit([&](const auto& d) { return find_cell(d, value); }, domain);
}

Value value_at_coordinate(const Domain& domain, double coordinate) {
    const double u = within_unit(coordinate);
    if (has_log_cells(domain)) return log_integer(std::get<IntDomain>(domain), u);
    if (const auto last = last_cell(domain)) return value_at(domain, cell_at(u, *last));
    return continuous(std::get<FloatDomain>(domain), u);
}

double coordinate_of(const Domain& domain, const Value& value) {
    if (has_log_cells(domain))
        return log_coordinate(std::get<IntDomain>(domain), std::get<std::int64_t>(value));
    if (const auto last = last_cell(domain)) {
        const auto cell = cell_of(domain, value);
        QUENCH_CHECK(cell, "a value outside its domain has no coordinate");
        return centre(*cell, *last);
    }
    return continuous_coordinate(std::get<FloatDomain>(domain), std::get<double>(value));
}

std::optional<std::string> misfit(const Domain& domain, const Value& value) {
    if (cell_of(domain, value)) return std::nullopt;
    if (!last_cell(domain)) {
        const auto& d = std::get<FloatDomain>(domain);
        const double* number = std::get_if<double>(&value);
        if (number && *number >= d.low && *number <= d.high) return std::nullopt;
    }
    return std::visit([&](const auto& d) { return misfit_text(d, value); }, domain);
}

}  // namespace quench::search::space
