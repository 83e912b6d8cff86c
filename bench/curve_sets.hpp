// Learning curves to measure predictors and annealers on.
#pragma once

#include "predictor/curve.hpp"

#include <string>
#include <vector>

namespace quench::bench {

struct CurveSet {
    std::string name;
    std::vector<predictor::Curve> curves;
    predictor::Question question;  ///< a quarter of the curve is known
};

/// Eight families of 100 steps, to forecast step 98 from 25. Well-behaved: power laws (pow), exponentials
/// (exp), Morgan-Mercer-Flodin curves (mmf), power laws whose learning rate drops later on (drop). Made to
/// hurt: noisy power laws (noisy), curves that cross since who learns slowly ends better (cross), random
/// walks about power laws (walk), curves that turn up again (over).
[[nodiscard]] std::vector<std::string> family_names();
[[nodiscard]] CurveSet synthetic_set(const std::string& family, std::size_t count, std::uint64_t seed);

/// The first five: those that a regression can hope for.
[[nodiscard]] std::vector<CurveSet> synthetic_sets(std::size_t count, std::uint64_t seed);

/// The first metric of a learning-curve table, to forecast its last step from a quarter. Empty, with a line
/// on stderr, where the file cannot be read.
[[nodiscard]] CurveSet table_set(const std::string& file);

}  // namespace quench::bench
