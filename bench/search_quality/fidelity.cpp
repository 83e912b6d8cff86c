#include "bench/search_quality/fidelity.hpp"

#include "search/catalogue.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace quench::bench {
namespace {

using namespace orchestrator;

class Curves final : public simulate::Landscape {
  public:
    explicit Curves(const Problem& problem) : problem_(problem) {}
    [[nodiscard]] simulate::Curve curve(const search::space::Configuration& configuration, std::uint64_t,
                                        search::TrialId) const override {
        return {.values = bench::curve(problem_, configuration), .seconds = {}};
    }

  private:
    const Problem& problem_;
};

std::unique_ptr<search::scheduler::Scheduler> made(const search::SchedulerOptions& options) {
    auto scheduler = search::make_scheduler(options);
    if (!scheduler) throw std::runtime_error(scheduler.error().text());
    return std::move(scheduler).value();
}

/// How many trials one bracket can start for so many steps.
std::uint64_t affordable(search::SchedulerOptions options, search::Resource budget) {
    std::uint64_t trials = 1;
    for (options.trials = 2; *made(options)->planned_resource() <= budget; ++*options.trials)
        trials = *options.trials;
    return trials;
}

search::SchedulerOptions scheduler_options(const Method& method, search::Resource budget) {
    const std::string& name = method.scheduler;
    if (search::scheduler_proposes(name))
        throw std::runtime_error(
            "the scheduler " + name +
            " is for schedules (curves here are of constant configurations) take another");
    search::SchedulerOptions options{.name = name, .min = 1, .max = full_fidelity, .eta = method.eta};
    if (name == "one-epoch") {
        options.name = "successive-halving";
        options.eta = static_cast<int>(full_fidelity);
    }
    if (options.name == "successive-halving") options.trials = affordable(options, budget);
    made(options);  // for its complaint
    return options;
}

}  // namespace

std::vector<double> curve(const Problem& problem, const search::space::Configuration& configuration) {
    std::vector<double> values;
    for (search::Resource step = 1; step <= full_fidelity; ++step)
        values.push_back(problem.after_step(configuration, step));
    return values;
}

std::string Method::name() const {
    if (scheduler == "none") return sampler;
    if (scheduler == "one-epoch" && sampler == "random") return scheduler;
    return scheduler + (eta == 2 ? "" : "-eta" + std::to_string(eta)) + "+" + sampler;
}

std::vector<Method> with_baselines(const std::vector<std::string>& samplers,
                                   const std::vector<std::string>& schedulers, int eta) {
    std::vector<Method> methods{{"random", "none"}, {"random", "one-epoch"}};
    for (const std::string& scheduler : schedulers)
        for (const std::string& sampler : samplers) {
            const bool baseline = sampler == "random" && (scheduler == "none" || scheduler == "one-epoch");
            if (!baseline) methods.push_back({sampler, scheduler, eta});
        }
    return methods;
}

core::Study study_of(const Problem& problem, const Method& method, std::size_t evaluations,
                     std::uint64_t seed) {
    const auto budget = static_cast<search::Resource>(evaluations) * full_fidelity;
    core::Study study;
    study.name = problem.name;
    study.objective.metric = "regret";
    study.space = problem.space;
    study.sampler.name = method.sampler;
    study.sampler.seed = seed;
    if (const auto sampler = search::make_sampler(study.sampler, study.space); !sampler)
        throw std::runtime_error(sampler.error().text());
    study.fidelity = scheduler_options(method, budget);
    study.stop.resource = budget;
    return study;
}

simulate::Run run_study(const Problem& problem, const Method& method, std::size_t evaluations,
                        std::size_t workers, std::uint64_t seed) {
    return simulate::simulate(study_of(problem, method, evaluations, seed), Curves(problem),
                              {.workers = workers, .spread = 0.5});
}

}  // namespace quench::bench
