// How good are the samplers and schedulers, and how fast? Runs them on closed-form problems and prints JSON;
// optuna_runs.py beside it runs Optuna's on the same problems (through `serve`), compare.py compares.
#include "bench/search_quality/fidelity.hpp"
#include "bench/search_quality/problem.hpp"
#include "bench/search_quality/study.hpp"
#include "search/catalogue.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace {

using namespace quench;
using nlohmann::json;

json to_json(const search::space::Parameter& parameter) {
    using namespace search::space;
    json out{{"name", parameter.name}, {"when", json::array()}};
    for (const Condition& condition : parameter.when) {
        json any = json::array();
        for (const Value& value : condition.any_of) any.push_back(search::space::to_json(value));
        out["when"].push_back({{"parameter", condition.parameter}, {"any_of", any}});
    }
    if (const auto* f = std::get_if<FloatDomain>(&parameter.domain))
        out.update({{"type", "float"}, {"low", f->low}, {"high", f->high}, {"log", f->scale == Scale::log}});
    if (const auto* i = std::get_if<IntDomain>(&parameter.domain))
        out.update({{"type", "int"}, {"low", i->low}, {"high", i->high}, {"log", i->scale == Scale::log}});
    if (const auto* c = std::get_if<CategoricalDomain>(&parameter.domain)) {
        json choices = json::array();
        for (const Value& value : c->choices) choices.push_back(search::space::to_json(value));
        out.update({{"type", "categorical"}, {"choices", choices}});
    }
    return out;
}

/// Lines {"problem", "seed", "configuration"} in, regrets out, of problems with learning curves the list of
/// values after each step; a line without configuration gets the space.
void serve() {
    for (std::string line; std::getline(std::cin, line);) {
        const json asked = json::parse(line);
        const auto problem = bench::make_problem(asked.at("problem"), asked.at("seed"));
        if (asked.contains("configuration")) {
            const auto configuration = search::space::configuration_from_json(asked["configuration"]).value();
            json answer = problem.regret(configuration);
            if (problem.after_step) answer = bench::curve(problem, configuration);
            std::cout << answer.dump() << std::endl;
            continue;
        }
        json space = json::array();
        for (const auto& parameter : problem.space.parameters()) space.push_back(to_json(parameter));
        const search::Resource steps = problem.after_step ? bench::full_fidelity : 1;
        std::cout << json{{"space", space}, {"noise", problem.noise}, {"steps", steps}}.dump() << std::endl;
    }
}

struct Plan {
    std::vector<std::string> samplers{"random", "tpe"};
    std::vector<std::string> schedulers{"none"};
    std::vector<std::string> problems;
    std::string suite = "all";
    std::size_t seeds = 30, evaluations = 100, workers = 1;
    std::uint64_t first_seed = 0;
    int eta = 2;
};

std::unique_ptr<search::sampler::Sampler> make_sampler(const std::string& name, std::uint64_t seed,
                                                       const bench::Problem& problem) {
    search::SamplerOptions options;
    options.name = name;
    options.seed = seed;
    auto made = search::make_sampler(options, problem.space);
    if (!made) throw std::runtime_error(made.error().text());
    return std::move(made).value();
}

std::vector<std::string> with_random(const std::vector<std::string>& samplers) {
    std::vector<std::string> all{"random"};
    std::copy_if(samplers.begin(), samplers.end(), std::back_inserter(all),
                 [](const std::string& name) { return name != "random"; });
    return all;
}

json line_of(const Plan& plan, const std::string& problem, const std::string& sampler, const json& regrets) {
    return {{"problem", problem},
            {"sampler", sampler},
            {"workers", plan.workers},
            {"evaluations", plan.evaluations},
            {"first_seed", plan.first_seed},
            {"regret", regrets}};
}

/// One JSON line: the regrets after all evaluations, one a seed.
void run_sampler(const Plan& plan, const std::string& name, const std::string& sampler) {
    json finals = json::array();
    double seconds = 0;
    for (std::uint64_t seed = plan.first_seed; seed < plan.first_seed + plan.seeds; ++seed) {
        const auto problem = bench::make_problem(name, seed);
        const auto made = make_sampler(sampler, seed, problem);
        const auto outcome = bench::run_study(problem, *made, plan.evaluations, plan.workers, seed);
        finals.push_back(outcome.best.back());
        seconds += outcome.ask_seconds;
    }
    json line = line_of(plan, name, sampler, finals);
    line["ask_ms"] = 1000 * seconds / static_cast<double>(plan.seeds * plan.evaluations);
    std::cout << line.dump() << std::endl;
}

/// The same of a sampler and a scheduler, with the means of the steps and trials that the budget came to.
void run_method(const Plan& plan, const std::string& name, const bench::Method& method) {
    json finals = json::array();
    double steps = 0, trials = 0;
    for (std::uint64_t seed = plan.first_seed; seed < plan.first_seed + plan.seeds; ++seed) {
        const auto problem = bench::make_problem(name, seed);
        const auto run = bench::run_study(problem, method, plan.evaluations, plan.workers, seed);
        finals.push_back(run.trained_out.value());
        steps += static_cast<double>(run.resource);
        trials += static_cast<double>(run.trials);
    }
    json line = line_of(plan, name, method.name(), finals);
    line["steps"] = steps / static_cast<double>(plan.seeds);
    line["trials"] = trials / static_cast<double>(plan.seeds);
    std::cout << line.dump() << std::endl;
}

void run(const Plan& plan) {
    const auto names = plan.problems.empty() ? bench::problem_names(plan.suite) : plan.problems;
    if (names.empty())
        throw std::runtime_error("there is no suite '" + plan.suite + "' (--help lists them) correct it");
    const bool plain = plan.schedulers == std::vector<std::string>{"none"};
    for (const std::string& name : names)  // all, before hours are spent on the first
        if (!bench::make_problem(name, 0).after_step && !plain && !plan.problems.empty())
            throw std::runtime_error("'" + name +
                                     "' has no learning curves (schedulers run on those of suite fidelity "
                                     "alone) leave it or --schedulers out");
    for (const std::string& name : names)
        if (bench::make_problem(name, 0).after_step) {
            for (const bench::Method& method :
                 bench::with_baselines(plan.samplers, plan.schedulers, plan.eta))
                run_method(plan, name, method);
        } else {
            for (const std::string& sampler : with_random(plan.samplers)) run_sampler(plan, name, sampler);
        }
}

/// One JSON line a sampler or scheduler: what an ask costs when so many trials have ended.
void time(const Plan& plan, const std::vector<std::string>& schedulers, const bench::Timing& timing) {
    for (const std::string& name : plan.problems)
        for (const std::string& sampler : plan.samplers) {
            const auto problem = bench::make_problem(name, 0);
            const auto made = make_sampler(sampler, 0, problem);
            std::cout << json{{"problem", name},
                              {"sampler", sampler},
                              {"objectives", timing.objectives},
                              {"finished", timing.finished},
                              {"median_ask_ms", 1000 * bench::ask_time(problem, *made, timing)}}
                             .dump()
                      << std::endl;
        }
    const auto space = bench::make_problem("sphere-8", 0).space;
    for (const std::string& name : schedulers) {
        const search::SchedulerOptions options{.name = name, .max = 81};
        auto made = search::make_scheduler(options, space);
        if (!made) throw std::runtime_error(made.error().text());
        const auto time = bench::job_time(**made, space, options.max, timing);
        std::cout << json{{"scheduler", name},
                          {"trials", time.trials},
                          {"median_job_ms", 1000 * time.seconds}}
                         .dump()
                  << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Samplers and schedulers on closed-form problems"};
    app.set_help_flag();
    app.set_help_all_flag("-h,--help", "this, with the options of all subcommands");
    Plan plan;
    app.require_subcommand(1);
    auto* serving = app.add_subcommand("serve", "evaluate: a JSON line in, a regret or a curve out");
    auto* running = app.add_subcommand("run", "run studies, one JSON line a problem and method");
    running->add_option("--samplers", plan.samplers, "random is always run")
        ->delimiter(',')
        ->capture_default_str();
    running
        ->add_option(
            "--schedulers", plan.schedulers,
            "of problems with learning curves, with every sampler; random and one-epoch are always run")
        ->delimiter(',')
        ->capture_default_str();
    running->add_option("--eta", plan.eta, "of these schedulers")->capture_default_str();
    running->add_option("--problems", plan.problems, "instead of a suite")->delimiter(',');
    running
        ->add_option("--suite", plan.suite,
                     "smooth, unseen, bbob, mixed, embedded, skewed, noisy, fidelity or all")
        ->capture_default_str();
    running->add_option("--seeds", plan.seeds, "studies of each, on an instance of their own")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    running->add_option("--first-seed", plan.first_seed)->capture_default_str();
    running
        ->add_option("--evaluations", plan.evaluations,
                     "of a study; with learning curves its budget, an evaluation is 64 steps")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    running->add_option("--workers", plan.workers, "so many trials run at a time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    bench::Timing asked;
    std::vector<std::string> schedulers;
    auto* timing = app.add_subcommand(
        "time", "median time of an ask, one JSON line a problem and sampler and one a scheduler");
    timing->add_option("--samplers", plan.samplers, "timed on the problems")
        ->delimiter(',')
        ->capture_default_str();
    timing->add_option("--problems", plan.problems, "for samplers")->delimiter(',');
    timing->add_option("--schedulers", schedulers, "their next job; max 81, eta 3")->delimiter(',');
    timing->add_option("--finished", asked.finished, "trials that have ended, if a schedule has so many")
        ->capture_default_str();
    timing->add_option("--objectives", asked.objectives, "1 or 2")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        if (*serving) serve();
        if (*running) run(plan);
        if (*timing) time(plan, schedulers, asked);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
