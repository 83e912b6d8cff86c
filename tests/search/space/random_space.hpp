// Keyed random spaces for property tests: all kinds of domains, with nested conditions, in shuffled order.
#pragma once

#include "base/random.hpp"
#include "search/space/cell.hpp"
#include "search/space/space.hpp"

#include <cmath>

namespace quench::search::space {

inline Domain random_domain(base::Rng& rng, bool discrete) {
    switch (rng.below(discrete ? 4 : 6)) {
        case 0: {
            IntDomain d;
            d.low = static_cast<std::int64_t>(rng.below(40)) - 20;
            d.high = d.low + static_cast<std::int64_t>(rng.below(9));
            d.step = d.high == d.low ? 1 : 1 + static_cast<std::int64_t>(rng.below(d.high - d.low));
            return d;
        }
        case 1: {
            IntDomain d;
            d.low = 1 + static_cast<std::int64_t>(rng.below(20));
            d.high = d.low + static_cast<std::int64_t>(rng.below(12));
            d.scale = Scale::log;
            return d;
        }
        case 2: {
            CategoricalDomain d;
            const std::vector<Value> choices{"a", std::int64_t{1}, 1.0, true, "true", 0.25};
            const std::size_t count = 1 + rng.below(choices.size());
            d.choices.assign(choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(count));
            return d;
        }
        case 3: {
            FloatDomain d;
            d.low = 10 * rng.uniform() - 5;
            d.step = 0.1 * static_cast<double>(1 + rng.below(5));
            d.high = d.low + *d.step * (1 + 6 * rng.uniform());
            return d;
        }
        case 4: {
            FloatDomain d;
            d.low = 20 * rng.uniform() - 10;
            d.high = d.low + 0.01 + 10 * rng.uniform();
            return d;
        }
        default: {
            FloatDomain d;
            d.low = std::exp(-12 * rng.uniform());
            d.high = d.low * (2 + 1000 * rng.uniform());
            d.scale = Scale::log;
            return d;
        }
    }
}

struct RandomSpaceOptions {
    std::size_t most_parameters = 7;
    bool discrete = false;
};

inline std::vector<Parameter> random_parameters(std::uint64_t seed, RandomSpaceOptions options = {}) {
    base::Rng rng(seed, "random space");
    std::vector<Parameter> parameters(1 + rng.below(options.most_parameters));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        parameters[i].name = "p" + std::to_string(i);
        parameters[i].domain = random_domain(rng, options.discrete);
        for (std::size_t j = 0; j < i; ++j) {
            const auto last = last_cell(parameters[j].domain);
            if (!last || rng.below(3) != 0 || parameters[i].when.size() == 2) continue;
            Condition condition{parameters[j].name, {}};
            for (std::uint64_t cell = 0; cell <= *last; ++cell)
                if (rng.below(2) == 0) condition.any_of.push_back(value_at(parameters[j].domain, cell));
            if (condition.any_of.empty()) condition.any_of.push_back(value_at(parameters[j].domain, 0));
            parameters[i].when.push_back(condition);
        }
    }
    rng.shuffle(parameters);
    return parameters;
}

/// Up to three constraints on the numbers and choices of the parameters; some spaces have no configuration
/// that fulfils them.
inline std::vector<std::string> random_constraints(std::uint64_t seed,
                                                   const std::vector<Parameter>& parameters) {
    base::Rng rng(seed, "random constraints");
    std::vector<std::string> constraints;
    const auto word = [&]() -> std::string {
        const Parameter& p = parameters[rng.below(parameters.size())];
        if (const auto* d = std::get_if<FloatDomain>(&p.domain))
            return p.name + " < " + to_text(d->low + rng.uniform() * (d->high - d->low));
        if (const auto* d = std::get_if<IntDomain>(&p.domain))
            return p.name + " >= " + std::to_string((d->low + d->high) / 2);
        const auto& choices = std::get<CategoricalDomain>(p.domain).choices;
        const Value& choice = choices[rng.below(choices.size())];
        const bool text = std::holds_alternative<std::string>(choice);
        return p.name + " != " + (text ? "'" + to_text(choice) + "'" : to_text(choice));
    };
    for (std::uint64_t i = 1 + rng.below(3); i-- > 0;) {
        std::string text = word();
        if (rng.below(2) == 0) text += (rng.below(2) == 0 ? " or " : " and ") + word();
        constraints.push_back(rng.below(3) == 0 ? "not (" + text + ")" : text);
    }
    return constraints;
}

inline std::vector<double> random_point(base::Rng& rng, std::size_t dimensions) {
    std::vector<double> point(dimensions);
    for (double& coordinate : point) coordinate = rng.uniform();
    return point;
}

}  // namespace quench::search::space
