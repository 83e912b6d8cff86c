// How good are the samplers, and how fast? Runs them on closed-form problems and prints JSON; compare.py
// beside it runs Optuna's on the same problems (through `serve`) and compares.
#include "bench/search_quality/problem.hpp"
#include "bench/search_quality/study.hpp"
#include "search/catalogue.hpp"

#include <cstdio>
#include <iostream>
#include <sstream>

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

/// Lines {"problem", "seed", "configuration"} in, regrets out; a line without configuration gets the space.
void serve() {
    for (std::string line; std::getline(std::cin, line);) {
        const json asked = json::parse(line);
        const auto problem = bench::make_problem(asked.at("problem"), asked.at("seed"));
        if (asked.contains("configuration")) {
            const auto configuration = search::space::configuration_from_json(asked["configuration"]).value();
            std::cout << json(problem.regret(configuration)).dump() << std::endl;
            continue;
        }
        json space = json::array();
        for (const auto& parameter : problem.space.parameters()) space.push_back(to_json(parameter));
        std::cout << json{{"space", space}, {"noise", problem.noise}}.dump() << std::endl;
    }
}

struct Plan {
    std::vector<std::string> samplers{"random", "tpe"};
    std::vector<std::string> problems;
    std::string suite = "all";
    std::size_t seeds = 10, evaluations = 100, workers = 1;
    std::uint64_t first_seed = 0;
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

/// One JSON line a problem and sampler: the regrets after all evaluations, one a seed.
void run(const Plan& plan) {
    const auto names = plan.problems.empty() ? bench::problem_names(plan.suite) : plan.problems;
    for (const std::string& name : names)
        for (const std::string& sampler : plan.samplers) {
            json finals = json::array();
            double seconds = 0;
            for (std::uint64_t seed = plan.first_seed; seed < plan.first_seed + plan.seeds; ++seed) {
                const auto problem = bench::make_problem(name, seed);
                const auto made = make_sampler(sampler, seed, problem);
                const auto outcome = bench::run_study(problem, *made, plan.evaluations, plan.workers, seed);
                finals.push_back(outcome.best.back());
                seconds += outcome.ask_seconds;
            }
            const double asks = static_cast<double>(plan.seeds * plan.evaluations);
            std::cout << json{{"problem", name},
                              {"sampler", sampler},
                              {"workers", plan.workers},
                              {"evaluations", plan.evaluations},
                              {"first_seed", plan.first_seed},
                              {"regret", finals},
                              {"ask_ms", 1000 * seconds / asks}}
                             .dump()
                      << std::endl;
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
    for (const std::string& name : schedulers) {
        search::SchedulerOptions options;
        options.name = name;
        options.max = 81;
        auto made = search::make_scheduler(options);
        if (!made) throw std::runtime_error(made.error().text());
        std::cout << json{{"scheduler", name},
                          {"finished", timing.finished},
                          {"median_job_ms", 1000 * bench::job_time(**made, options.max, timing)}}
                         .dump()
                  << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Samplers on closed-form problems"};
    Plan plan;
    app.require_subcommand(1);
    auto* serving = app.add_subcommand("serve", "evaluate: a JSON line in, a regret out");
    auto* running = app.add_subcommand("run", "run samplers, one JSON line a problem and sampler");
    running->add_option("--samplers", plan.samplers)->delimiter(',')->capture_default_str();
    running->add_option("--problems", plan.problems)->delimiter(',');
    running->add_option("--suite", plan.suite, "smooth, unseen, bbob, mixed, embedded, noisy or all")
        ->capture_default_str();
    running->add_option("--seeds", plan.seeds)->capture_default_str();
    running->add_option("--first-seed", plan.first_seed)->capture_default_str();
    running->add_option("--evaluations", plan.evaluations)->capture_default_str();
    running->add_option("--workers", plan.workers)->capture_default_str();
    bench::Timing asked;
    std::vector<std::string> schedulers;
    auto* timing = app.add_subcommand(
        "time", "median time of an ask, one JSON line a problem and sampler and one a scheduler");
    timing->add_option("--samplers", plan.samplers)->delimiter(',')->capture_default_str();
    timing->add_option("--problems", plan.problems)->delimiter(',');
    timing->add_option("--schedulers", schedulers, "max 81, eta 3")->delimiter(',');
    timing->add_option("--finished", asked.finished, "trials that have ended")->capture_default_str();
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
