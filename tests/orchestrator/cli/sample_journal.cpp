#include "tests/orchestrator/cli/sample_journal.hpp"

#include "orchestrator/study/study_file.hpp"

#include <limits>

namespace quench::orchestrator::cli {
namespace {

using namespace core;

std::string study_text(const std::string& name) {
    return "study: " + name +
           "\n"
           "objective: {metric: val_loss, direction: minimize}\n"
           "space:\n"
           "  lr: {type: float, low: 1e-5, high: 1e-1, log: true}\n"
           "  model: {type: categorical, choices: [gnn, \"a, \\\"b\\\"\"]}\n"
           "fidelity: {scheduler: asha, unit: epoch, min: 1, max: 9, eta: 3}\n"
           "stop: {trials: 3, resource: 27}\n"
           "trial: {command: [./train, \"{param.lr}\"], retries: 1}\n";
}

class Writer {
  public:
    std::vector<StampedFact> facts;

    void add(Fact fact) {
        const base::Duration later = std::chrono::seconds(facts.size());
        facts.push_back({journal_begin + later, std::move(fact)});
    }
    void propose(std::uint64_t trial, double lr, const std::string& model) {
        add(TrialProposed{TrialId(trial), {{"lr", lr}, {"model", model}}, 0, 1, 0});
    }
    void start(std::uint64_t trial, std::uint64_t attempt, Resource from, Resource to) {
        add(AttemptStarted{TrialId(trial), AttemptId(attempt), "local-0", "s1", from, to, 1});
    }
    void report(std::uint64_t trial, std::uint64_t attempt, Resource step, double value) {
        add(Reported{TrialId(trial), AttemptId(attempt), step, {{"val_loss", value}}});
    }
    void judge(std::uint64_t trial, Resource step, search::Verdict verdict, Resource to,
               const std::string& reason) {
        add(VerdictGiven{TrialId(trial), step, verdict, to, reason, std::nullopt, std::nullopt});
    }
    void end(std::uint64_t trial, std::uint64_t attempt, Outcome outcome, const std::string& detail) {
        add(AttemptEnded{TrialId(trial), AttemptId(attempt), outcome, detail,
                         outcome == Outcome::crashed ? std::optional(1) : std::nullopt, 2.5});
    }
};

}  // namespace

std::vector<StampedFact> sample_journal(Until until, const std::string& study) {
    using search::Verdict;
    Writer w;
    const std::string text = study_text(study);
    w.add(StudyCreated{study::study_from_text(text).value(), text, "/studies", "/scratch/me",
                       "/scratch/trials"});
    w.add(CoordinatorStarted{"node1", 42, "test"});
    if (until == Until::created) return w.facts;
    w.add(WorkerJoined{"local-0", "s1", "node1", 43, 3});
    w.propose(0, 0.001, "gnn");
    w.start(0, 1, 0, 1);
    w.propose(1, 0.01, "a, \"b\"");
    w.start(1, 1, 0, 1);
    w.propose(2, 0.05, "gnn");
    w.start(2, 1, 0, 1);
    w.end(2, 1, Outcome::crashed, "exit status 1");
    w.start(2, 2, 0, 1);
    w.report(0, 1, 1, 0.5);
    w.judge(0, 1, Verdict::pause, 0, "waits for two more at epoch 1");
    w.end(0, 1, Outcome::reached, "");
    if (until == Until::first_reports) return w.facts;
    w.report(1, 1, 1, 0.4);
    w.judge(1, 1, Verdict::pause, 0, "waits for one more at epoch 1");
    w.end(1, 1, Outcome::reached, "");
    w.report(2, 2, 1, 0.75);
    w.judge(2, 1, Verdict::pause, 0, "3 of 3");
    w.end(2, 2, Outcome::reached, "");
    w.add(VerdictGiven{TrialId(1), 1, Verdict::proceed, 3, "best of 3 at epoch 1", 0.3, 0.35,
                       search::Evidence{3, "last", 0.1, 0.75, "svr", 0.28}});
    w.start(1, 2, 1, 3);
    if (until == Until::promoted) return w.facts;
    w.report(1, 2, 3, 0.25);
    w.add(StudyPaused{"asked for"});
    w.end(1, 2, Outcome::preempted, "the study was paused");
    w.add(WorkerLost{"local-0", "s1", "said goodbye"});
    w.add(StudyEnded{StudyEnding::cancelled, "asked for by a user"});
    w.add(TrialEnded{TrialId(0), search::Ending::stopped, 0.5, "the study has ended"});
    w.add(TrialEnded{TrialId(1), search::Ending::completed, 0.25, "trained to the end"});
    w.add(TrialEnded{TrialId(2), search::Ending::stopped, 0.75, "the study has ended"});
    return w.facts;
}

}  // namespace quench::orchestrator::cli
