// The standing of trials at one amount of resource: their values in order, with ranks.
#pragma once

#include "search/trial_id.hpp"

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>

#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>

namespace quench::search::scheduler {

/// What a trial has at a rung: smaller is better, ties go to the earlier trial. A trial that failed on the
/// way has +infinity.
struct Result {
    double value = 0;
    TrialId trial;
    friend bool operator==(const Result&, const Result&) = default;
    friend bool operator<(const Result& a, const Result& b) {
        return a.value != b.value ? a.value < b.value : a.trial < b.trial;
    }
};

/// A finite value as it is, anything else as +infinity: a NaN would break every order.
Result make_result(double value, TrialId trial);

/// Every operation costs O(log n) comparisons (a red-black tree that knows the sizes of its subtrees: GNU's
/// policy-based tree, because the standard's sets have no ranks). `Less` is a parameter so that a test can
/// count.
template <class Less>
class BasicStanding {
  public:
    explicit BasicStanding(Less less = Less()) : results_(less) {}

    void insert(const Result& result) { results_.insert(result); }
    [[nodiscard]] std::size_t size() const { return results_.size(); }
    /// 0 for the best; the place that the result has, or would take.
    [[nodiscard]] std::size_t rank_of(const Result& result) const { return results_.order_of_key(result); }
    /// The result with a rank; none when there are not so many.
    [[nodiscard]] std::optional<Result> at_rank(std::size_t rank) const {
        if (rank >= results_.size()) return std::nullopt;
        return *results_.find_by_order(rank);
    }

  private:
    __gnu_pbds::tree<Result, __gnu_pbds::null_type, Less, __gnu_pbds::rb_tree_tag,
                     __gnu_pbds::tree_order_statistics_node_update>
        results_;
};

using Standing = BasicStanding<std::less<Result>>;

/// The value of the result with a rank, where there is one and it is finite.
std::optional<double> finite_value_at(const Standing& standing, std::size_t rank);

}  // namespace quench::search::scheduler
