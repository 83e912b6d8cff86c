// Sobol points with nested uniform (Owen) scrambling.
#pragma once

#include "search/space/encoding.hpp"

#include <cstdint>

namespace quench::search::sampler {

/// Point `index` of the scrambled sequence named by a seed; a pure function, so that points can be taken in
/// any order. The first 2^k points put exactly one into each of 2^k equal slices of every axis, and
/// low-dimensional projections are even likewise. Coordinates are in (0, 1).
///
/// Direction numbers: Joe and Kuo (SIAM J. Sci. Comput. 30, 2635, 2008) for 32 axes. Scrambling: Owen's, by
/// Laine's and Karras' hash as improved in Burley, "Practical hash-based Owen scrambling" (JCGT 9, 2020).
/// Each further block of 32 axes takes the same points in an order of its own, scrambled the same way
/// (Burley's padding): even in itself, independent of the other blocks. 2^32 points, then they repeat.
space::Point sobol_point(std::uint64_t seed, std::uint64_t index, std::size_t dimensions);

}  // namespace quench::search::sampler
