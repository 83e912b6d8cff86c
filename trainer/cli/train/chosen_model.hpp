// The model that a verb works with.
#pragma once

#include "trainer/mpi/session.hpp"
#include "trainer/training/model_file.hpp"

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace quench::trainer::cli {

/// That of a checkpoint; without one (an empty folder) an untrained one for the 12 columns of Delphes, which
/// is as fast as a trained one. The same on every rank. Throws Refused.
std::unique_ptr<training::Model> chosen_model(const std::string& checkpoint_dir, const nlohmann::json& params,
                                              const mpi::Session& ranks);

}  // namespace quench::trainer::cli
