// Strong identifiers: a trial number cannot be passed where an attempt number is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace quench::base {

/// A 64-bit number that only mixes with ids of the same `Tag`. Ordered, hashable, default 0.
template <class Tag>
class Id {
  public:
    constexpr Id() = default;
    constexpr explicit Id(std::uint64_t value) : value_(value) {}

    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
    [[nodiscard]] constexpr Id next() const { return Id(value_ + 1); }

    friend constexpr auto operator<=>(const Id&, const Id&) = default;

  private:
    std::uint64_t value_ = 0;
};

}  // namespace quench::base

template <class Tag>
struct std::hash<quench::base::Id<Tag>> {
    std::size_t operator()(const quench::base::Id<Tag>& id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value());
    }
};
