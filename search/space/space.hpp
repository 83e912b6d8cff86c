// A search space: parameters with conditions, and its two faces, configurations and the unit cube.
#pragma once

#include "base/result.hpp"
#include "search/space/constraint.hpp"
#include "search/space/parameter.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace quench::search::space {

/// What is wrong with a list of parameters, and where, so that a study file can name the line.
struct Problem {
    std::size_t parameter = 0;  ///< index into the list
    std::string field;          ///< "low", "choices", "when", ...; "" for the parameter as a whole
    std::string text;           ///< "<problem> (<why>) <way out>"
};

/// The first problem of a list of parameters: duplicate or empty names, empty or infinite ranges, log scales
/// that touch zero, steps that do not fit, empty or repeated choices, conditions on unknown parameters, on
/// values outside their domain, or in a circle.
std::optional<Problem> find_problem(const std::vector<Parameter>& parameters);

/// A checked list of parameters in the user's order, and constraints on them. Immutable, copied and compared
/// by value.
///
/// The unit cube has one axis a parameter, in order. Linear and log floats map affinely (in the logarithm);
/// integers, stepped floats and categories own equal cells, so that a uniform point gives each value the same
/// probability (log integers: cells [k - 1/2, k + 1/2] in the logarithm). With constraints a part of the cube
/// is forbidden; a point of it stands for a configuration near it that is not.
class Space {
  public:
    Space() = default;
    /// Refuses what find_problem finds, texts that are no constraints, and constraints that no configuration
    /// fulfils, or so few that a search of bounded effort does not meet one (feasible.hpp).
    static base::Result<Space> make(std::vector<Parameter> parameters,
                                    const std::vector<std::string>& constraints = {});

    [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
    [[nodiscard]] const std::vector<Constraint>& constraints() const { return constraints_; }
    [[nodiscard]] std::size_t dimensions() const { return parameters_.size(); }

    /// The configuration at a point of [0, 1]^dimensions; coordinates of inactive parameters are ignored.
    /// Where a constraint forbids it: a near one that fulfils all, the same for the same point.
    [[nodiscard]] Configuration decode(std::span<const double> point) const;
    /// The same without a look at the constraints.
    [[nodiscard]] Configuration decode_freely(std::span<const double> point) const;

    /// The first constraint that a configuration of these parameters breaks.
    [[nodiscard]] const Constraint* broken_constraint(const Configuration& configuration) const;
    /// Parameters that a constraint names, and those that they depend on: what can be changed to fulfil one.
    [[nodiscard]] const std::vector<std::size_t>& tied() const { return tied_; }
    /// Each parameter after those it depends on.
    [[nodiscard]] const std::vector<std::size_t>& dependencies_first() const { return order_; }

    /// The centre of the cell that holds the configuration; 0.5 where a parameter is inactive.
    /// decode(encode(c)) == c (floats without step: to 1e-12 relative of the range; integers of more than
    /// 2^45 values: to the resolution of a coordinate, 2^-53).
    /// The configuration must pass check().
    [[nodiscard]] std::vector<double> encode(const Configuration& configuration) const;

    /// With the values of active parameters that have one value alone.
    [[nodiscard]] Configuration with_fixed(Configuration configuration) const;

    /// Says which parameter is missing, not active, unknown, of the wrong type or outside its domain, and
    /// which constraint is broken.
    [[nodiscard]] base::Result<> check(const Configuration& configuration) const;

    /// The number of distinct configurations that fulfil the constraints, when every parameter is discrete
    /// and the number fits in 63 bits; with constraints, when they can be listed (numbering.hpp).
    [[nodiscard]] std::optional<std::uint64_t> cardinality() const;

    friend bool operator==(const Space& a, const Space& b) {
        return a.parameters_ == b.parameters_ && a.constraints_ == b.constraints_;
    }

  private:
    std::vector<Parameter> parameters_;
    std::vector<Constraint> constraints_;
    std::vector<std::size_t> order_;
    std::vector<std::size_t> tied_;                    ///< sorted
    std::vector<std::vector<double>> known_;           ///< points whose configurations fulfil the constraints
    std::vector<Configuration> known_configurations_;  ///< theirs
};

}  // namespace quench::search::space
