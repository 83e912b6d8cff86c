// Configurations as numbers for model-based samplers: one coordinate in [0, 1] a parameter, NaN where
// inactive.
//
// The coordinates are those of the unit cube (space.hpp): logarithms taken, equal cells for discrete values.
// On top of it the encoding says how two coordinates of an axis are compared: by distance, or only as equal
// or not.
#pragma once

#include "search/space/space.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quench::search::space {

/// How the values of an axis relate.
enum class Relation {
    continuous,  ///< a float without step
    ordered,     ///< discrete, near values behave alike: integers, stepped floats, ordinal choices, as
                 ///< [16, 32, 64]
    nominal      ///< other choices: equal or not, nothing else
};

struct Axis {
    Relation relation = Relation::continuous;
    std::optional<std::uint64_t> cells;  ///< values of a discrete axis; none where continuous, or above 2^32

    friend bool operator==(const Axis&, const Axis&) = default;
};

/// Point of a configuration: a coordinate a parameter in the space's order, NaN for an inactive one.
using Point = std::vector<double>;

/// Immutable, copied by value. All functions are pure.
class Encoding {
  public:
    Encoding() = default;
    explicit Encoding(Space space);

    [[nodiscard]] const Space& space() const { return space_; }
    [[nodiscard]] std::size_t dimensions() const { return axes_.size(); }
    [[nodiscard]] const std::vector<Axis>& axes() const { return axes_; }

    /// The configuration must pass Space::check.
    [[nodiscard]] Point encode(const Configuration& configuration) const;

    /// The configuration whose cells hold the coordinates; those of inactive parameters are ignored.
    [[nodiscard]] Configuration decode(std::span<const double> point) const { return space_.decode(point); }

    /// encode(decode(point)): the centres of the cells, NaN where a condition does not hold.
    [[nodiscard]] Point snap(std::span<const double> point) const { return encode(decode(point)); }

    /// The index of the cell that a coordinate falls into; the axis has cells.
    [[nodiscard]] std::uint64_t cell(std::size_t axis, double coordinate) const;
    /// The coordinate at the centre of a cell; the axis has cells.
    [[nodiscard]] double centre(std::size_t axis, std::uint64_t cell) const;

  private:
    Space space_;
    std::vector<Axis> axes_;
};

}  // namespace quench::search::space
