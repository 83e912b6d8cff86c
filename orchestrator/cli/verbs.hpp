// All verbs, one line each.
#pragma once

#include "orchestrator/cli/verb.hpp"

#include <span>

namespace quench::orchestrator::cli {

Action declare_run(CLI::App& app, const World& world, const Common& common);
Action declare_serve(CLI::App& app, const World& world, const Common& common);
Action declare_worker(CLI::App& app, const World& world, const Common& common);
Action declare_resume(CLI::App& app, const World& world, const Common& common);
Action declare_pause(CLI::App& app, const World& world, const Common& common);
Action declare_cancel(CLI::App& app, const World& world, const Common& common);
Action declare_anneal(CLI::App& app, const World& world, const Common& common);
Action declare_best(CLI::App& app, const World& world, const Common& common);
Action declare_simulate(CLI::App& app, const World& world, const Common& common);
Action declare_predict(CLI::App& app, const World& world, const Common& common);
Action declare_show(CLI::App& app, const World& world, const Common& common);
Action declare_status(CLI::App& app, const World& world, const Common& common);
Action declare_studies(CLI::App& app, const World& world, const Common& common);
Action declare_trials(CLI::App& app, const World& world, const Common& common);
Action declare_validate(CLI::App& app, const World& world, const Common& common);
Action declare_why(CLI::App& app, const World& world, const Common& common);
Action declare_verify(CLI::App& app, const World& world, const Common& common);

std::span<const Verb> verbs();

}  // namespace quench::orchestrator::cli
