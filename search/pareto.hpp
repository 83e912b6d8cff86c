// Several objectives, all minimised: which points are better, and how much of the space they command.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace quench::search {

/// One value an objective, all to be minimised.
using Values = std::vector<double>;

/// a is nowhere worse than b, and somewhere better.
bool dominates(const Values& a, const Values& b);

/// The front each point is in: 0 for those that nothing dominates, 1 for those that only points of front 0
/// dominate, and so on (Deb et al., IEEE Trans. Evol. Comp. 6, 2002). Costs n times its size a front.
std::vector<std::size_t> fronts_of(std::span<const Values> points);

/// The points that nothing dominates, by index; of equal ones all.
std::vector<std::size_t> pareto_front(std::span<const Values> points);

/// How far apart the neighbours of each point are, summed over objectives, each in units of its spread;
/// infinite for the best of an objective (crowding distance; Deb et al.). For points of one front.
std::vector<double> crowding_of(std::span<const Values> points);

/// The volume that the points dominate up to a reference, exact for any number of objectives: slices along
/// the last one, each a problem of one objective less. A point that is not below the reference in all
/// objectives adds nothing. n log n for two objectives, n^2 log n for three.
double hypervolume(std::vector<Values> points, const Values& reference);

/// Indices of up to `most` points, the one that adds most to the hypervolume of those before it first; ties
/// to the lower index.
std::vector<std::size_t> by_hypervolume(std::span<const Values> points, const Values& reference,
                                        std::size_t most);

/// A little worse than the worst of the points in each objective: 10 % of the spread, or of the value where
/// there is none.
Values reference_beyond(std::span<const Values> points);

}  // namespace quench::search
