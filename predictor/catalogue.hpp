// Predictors by name: what `predictor:` of a study file and --predictor of the command line mean.
#pragma once

#include "base/result.hpp"
#include "predictor/curve_predictor.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quench::predictor {

/// Option values as text: {"kind", "epsilon"}, {"cost", "67.61"}.
using PredictorOptions = std::map<std::string, std::string>;

/// last, svr, qsvr, parametric, gp.
[[nodiscard]] std::vector<std::string> predictor_names();
/// What a predictor can be told; README.md says what each means.
[[nodiscard]] std::vector<std::string> predictor_option_names(std::string_view name);

/// An Error for an unknown name or option, or a value out of its range.
[[nodiscard]] base::Result<std::unique_ptr<const CurvePredictor>> make_predictor(
    std::string_view name, const PredictorOptions& options = {});
/// The same from one text, "svr:kind=epsilon,cost=67.61".
[[nodiscard]] base::Result<std::unique_ptr<const CurvePredictor>> make_predictor_from(std::string_view text);

}  // namespace quench::predictor
