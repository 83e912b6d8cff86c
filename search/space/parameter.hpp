// One hyperparameter: its domain, and the condition under which it exists.
#pragma once

#include "search/space/configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::search::space {

enum class Scale { linear, log };

/// [low, high]; with a step the values are low, low + step, ... up to high. A log scale needs low > 0 and no
/// step.
struct FloatDomain {
    double low = 0;
    double high = 1;
    Scale scale = Scale::linear;
    std::optional<double> step;
    friend bool operator==(const FloatDomain&, const FloatDomain&) = default;
};

/// low, low + step, ... up to high, both ends included. A log scale needs low > 0 and step 1.
struct IntDomain {
    std::int64_t low = 0;
    std::int64_t high = 1;
    Scale scale = Scale::linear;
    std::int64_t step = 1;
    friend bool operator==(const IntDomain&, const IntDomain&) = default;
};

/// Nominal choices are equal or not and nothing else; near ordinal ones behave alike, as small, medium,
/// large.
enum class Order { by_values, nominal, ordinal };

/// One of the choices. by_values: ordinal if they are three or more numbers that rise or fall.
struct CategoricalDomain {
    std::vector<Value> choices;
    Order order = Order::by_values;
    friend bool operator==(const CategoricalDomain&, const CategoricalDomain&) = default;
};

using Domain = std::variant<FloatDomain, IntDomain, CategoricalDomain>;

/// Holds when `parameter` is active and has one of these values.
struct Condition {
    std::string parameter;
    std::vector<Value> any_of;
    friend bool operator==(const Condition&, const Condition&) = default;
};

/// A named domain; active when every condition in `when` holds.
struct Parameter {
    std::string name;
    Domain domain;
    std::vector<Condition> when;
    friend bool operator==(const Parameter&, const Parameter&) = default;
};

}  // namespace quench::search::space
