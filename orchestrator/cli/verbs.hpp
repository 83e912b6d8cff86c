// All verbs, one line each.
#pragma once

#include "orchestrator/cli/verb.hpp"

#include <span>

namespace quench::orchestrator::cli {

Action declare_best(CLI::App& app, const World& world, const Common& common);
Action declare_show(CLI::App& app, const World& world, const Common& common);
Action declare_status(CLI::App& app, const World& world, const Common& common);
Action declare_studies(CLI::App& app, const World& world, const Common& common);
Action declare_trials(CLI::App& app, const World& world, const Common& common);
Action declare_validate(CLI::App& app, const World& world, const Common& common);
Action declare_verify(CLI::App& app, const World& world, const Common& common);

std::span<const Verb> verbs();

}  // namespace quench::orchestrator::cli
