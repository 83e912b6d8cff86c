// Configurations of MLPF, by name: published ones and our own.
#pragma once

#include "trainer/mlpf/hyperparameters.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::trainer::mlpf {

/// `quick`: the defaults. `delphes`: v1.6.2. `delphes_bench`: v1.4 and the HEPscore benchmark. `clic_before`
/// and `clic_tuned`: the GNN before and after the search of 2023. `workstation`: ours, near by position.
/// Nothing for an unknown name.
std::optional<Hyperparameters> preset(const std::string& name);

std::vector<std::string> preset_names();

}  // namespace quench::trainer::mlpf
