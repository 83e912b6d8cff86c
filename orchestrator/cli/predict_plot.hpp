// How well predictors do, as a picture (SVG).
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::cli {

/// Three panels of `v`, the answer of `quench predict` as JSON: R2 and rank correlation against the known
/// share of a curve, and R2 against the number of training curves, of which a share of `train_known` is
/// known.
std::string predict_plot(const std::string& title, const std::vector<std::string>& predictors,
                         double train_known, const nlohmann::ordered_json& v);

}  // namespace quench::orchestrator::cli
