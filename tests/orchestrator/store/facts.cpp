#include "tests/orchestrator/store/facts.hpp"

#include "orchestrator/store/fact_codec.hpp"
#include "orchestrator/study/study_file.hpp"

#include <cmath>
#include <limits>

namespace quench::orchestrator::store {

using core::AttemptId;
using core::Outcome;
using core::TrialId;
using search::Ending;
using search::Verdict;

std::string study_text(const std::string& name, core::Direction direction) {
    return R"({"study": ")" + name + R"(", "objective": {"metric": "val_loss", "direction": ")" +
           (direction == core::Direction::minimize ? "minimize" : "maximize") + R"("},
 "space": {"bin_size": {"type": "categorical", "choices": [16, 32, 64], "when": {"model": "gnn"}},
           "layers": {"type": "int", "low": 1, "high": 6},
           "lr": {"type": "float", "low": 1.0e-5, "high": 1.0e-2, "log": true},
           "mix": {"type": "float", "low": 0.0, "high": 1.0, "step": 0.25},
           "model": {"type": "categorical", "choices": ["gnn", "transformer", true, 7, 2.5]}},
 "fidelity": {"scheduler": "none", "unit": "epoch", "min": 1, "max": 9},
 "stop": {"trials": 100}, "trial": {"command": ["train"]}})";
}

core::StudyCreated created(const std::string& name, core::Direction direction) {
    const std::string text = study_text(name, direction);
    auto study = study::study_from_text(text);
    return {std::move(study).value(), text, "/scratch/studies", "/scratch", "/scratch/trials/" + name};
}

std::vector<core::Fact> one_of_each() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {
        created("golden"),
        core::CoordinatorStarted{"n1", 4711, "0.1.0"},
        core::WorkerJoined{"w1", "s-1", "n2", 4712, 4},
        core::WorkerLost{"w1", "s-1", "no sign of life for 15 s"},
        core::TrialProposed{
            TrialId(3), {{"lr", 1e-3}, {"mix", 1.0}, {"layers", std::int64_t{4}}, {"model", true}}, 1, 9, 17},
        core::TrialProposed{TrialId(4), {{"lr", 1.2e-3}}, 0, 10, 18, search::Parent{TrialId(3), 5}},
        core::AttemptStarted{TrialId(3), AttemptId(2), "w1", "s-1", 3, 9, 2},
        core::Reported{TrialId(3), AttemptId(2), 4, {{"val_loss", 0.1}, {"grad", nan}}},
        core::VerdictGiven{TrialId(3), 9, Verdict::proceed, 27, "rank 1 of 9", 0.25, std::nullopt},
        core::AttemptEnded{TrialId(3), AttemptId(2), Outcome::crashed, "exit status 1", 1, 12.5},
        core::TrialEnded{TrialId(3), Ending::infeasible, std::nullopt, "too large"},
        core::ProposalsEnded{"200 trials were proposed"},
        core::StudyPaused{"asked for by a user"},
        core::StudyResumed{},
        core::StudyEnded{core::StudyEnding::cancelled, "asked for by a user"},
        core::TrialLearned{"before", TrialId(5), {{"lr", 1e-3}}, {{1, {0.5}}, {9, {0.25}}}, Ending::stopped}};
}

namespace {

double awkward(base::Rng& rng) {
    using Limits = std::numeric_limits<double>;
    switch (rng.below(8)) {
        case 0:
            return Limits::quiet_NaN();
        case 1:
            return Limits::infinity();
        case 2:
            return -Limits::infinity();
        case 3:
            return -0.0;
        case 4:
            return Limits::denorm_min();
        case 5:
            return static_cast<double>(rng.below(100));
        default:
            return std::ldexp(rng.uniform() - 0.5, static_cast<int>(rng.below(2000)) - 1000);
    }
}

double finite(base::Rng& rng) {
    for (;;)
        if (const double x = awkward(rng); std::isfinite(x)) return x;
}

std::string text(base::Rng& rng) {
    static const std::vector<std::string> pieces{"a", "w1", " ", "\"", "\\", "\n", "é", "日本", "\x01", "'"};
    std::string result;
    for (auto n = rng.below(6); n > 0; --n) result += pieces[rng.below(pieces.size())];
    return result;
}

search::space::Value value(base::Rng& rng) {
    switch (rng.below(4)) {
        case 0:
            return finite(rng);
        case 1:
            return static_cast<std::int64_t>(rng.bits());
        case 2:
            return rng.below(2) == 0;
        default:
            return text(rng);
    }
}

core::Resource number(base::Rng& rng) {
    return static_cast<core::Resource>(rng.bits() >> rng.below(64));
}

}  // namespace

core::Fact random_fact(base::Rng& rng) {
    const TrialId trial(rng.bits());
    const AttemptId attempt(rng.below(5));
    switch (rng.below(11)) {
        case 0:
            return core::WorkerJoined{text(rng), text(rng), text(rng), number(rng), 3};
        case 1: {
            core::TrialProposed fact{trial, {}, static_cast<int>(rng.below(9)) - 4, number(rng), rng.bits()};
            for (auto n = rng.below(5); n > 0; --n) fact.params[text(rng)] = value(rng);
            if (rng.below(2) == 0) fact.parent = search::Parent{TrialId(rng.bits()), number(rng)};
            return fact;
        }
        case 2:
            return core::AttemptStarted{trial, attempt, text(rng), text(rng), number(rng), number(rng), 1};
        case 3: {
            core::Reported fact{trial, attempt, number(rng), {}};
            for (auto n = rng.below(5); n > 0; --n) fact.metrics[text(rng)] = awkward(rng);
            return fact;
        }
        case 4: {
            core::VerdictGiven fact{
                trial, number(rng), static_cast<Verdict>(rng.below(3)), number(rng), text(rng), {}, {}};
            if (rng.below(2) == 0) fact.forecast = awkward(rng);
            if (rng.below(2) == 0) fact.threshold = finite(rng);
            if (rng.below(2) == 0) {
                fact.evidence = {number(rng), text(rng), finite(rng), finite(rng), text(rng)};
                if (rng.below(2) == 0) fact.evidence->rival_forecast = finite(rng);
                fact.evidence->audited = rng.below(2) == 0;
                if (rng.below(2) == 0) fact.evidence->energy_gap = finite(rng);
                if (rng.below(2) == 0) fact.evidence->random_energy_gap = finite(rng);
            }
            return fact;
        }
        case 5: {
            core::AttemptEnded fact{trial,     attempt, static_cast<Outcome>(rng.below(8)),
                                    text(rng), {},      finite(rng)};
            if (rng.below(2) == 0) fact.exit_status = static_cast<int>(rng.bits());
            return fact;
        }
        case 6:
            return core::TrialEnded{trial, static_cast<Ending>(rng.below(5)), finite(rng), text(rng)};
        case 7:
            return core::StudyEnded{static_cast<core::StudyEnding>(rng.below(3)), text(rng)};
        case 8:
            return created("study-" + std::to_string(rng.below(100)));
        case 9: {
            core::TrialLearned fact{text(rng), trial, {}, {}, static_cast<Ending>(rng.below(5))};
            for (auto n = rng.below(5); n > 0; --n) fact.params[text(rng)] = value(rng);
            for (auto n = rng.below(4); n > 0; --n)
                fact.curve.push_back({number(rng), {finite(rng), finite(rng)}});
            return fact;
        }
        default:
            return core::StudyPaused{text(rng)};
    }
}

namespace {

/// Writes the facts of one study, a millisecond apart.
class Storyteller {
  public:
    Storyteller(std::string name, std::uint64_t seed) : rng_(seed, "story:" + std::move(name)) {}

    void tell(core::Fact fact) {
        facts_.push_back(
            {base::TimePoint{1'795'214'525'979'322 + 1000 * std::int64_t(facts_.size())}, std::move(fact)});
    }
    void trial(TrialId id) {
        const bool gnn = rng_.below(2) == 0;
        search::space::Configuration params{{"lr", 1e-5 * std::pow(1000.0, rng_.uniform())},
                                            {"layers", std::int64_t(1 + rng_.below(6))},
                                            {"mix", 0.25 * double(rng_.below(5))}};
        if (gnn) {
            params["model"] = std::string("gnn");
            params["bin_size"] = std::int64_t(16) << rng_.below(3);
        } else {
            const search::space::Value others[] = {std::string("transformer"), true, std::int64_t(7), 2.5};
            params["model"] = others[rng_.below(4)];
        }
        tell(core::TrialProposed{id, params, 0, 3, id.value()});
        if (id.value() % 8 == 7) return;  // stays queued
        tell(core::AttemptStarted{id, AttemptId(1), "w1", "s-1", 0, 3, 1});
        const bool diverges = id.value() % 8 == 4;
        for (core::Resource step = 1; step <= 3; ++step) {
            const double loss = diverges && step == 3 ? std::nan("") : rng_.uniform() / double(step);
            tell(
                core::Reported{id, AttemptId(1), step, {{"val_loss", loss}, {"train_loss", rng_.uniform()}}});
            if (std::isfinite(loss)) last_ = loss;
        }
        if (id.value() % 8 == 6) return;  // stays running
        end(id);
    }
    std::vector<core::StampedFact> facts() && { return std::move(facts_); }

  private:
    void end(TrialId id) {
        const auto ended = [&](Outcome outcome) {
            tell(core::AttemptEnded{id, AttemptId(1), outcome, "", 0, 2.5});
        };
        switch (id.value() % 8) {
            case 1:
                tell(core::VerdictGiven{id, 3, Verdict::stop, 0, "rank 9 of 9", 0.5, 0.25});
                ended(Outcome::reached);
                tell(core::TrialEnded{id, Ending::stopped, last_, "rank 9 of 9"});
                return;
            case 2:
                ended(Outcome::crashed);
                tell(core::TrialEnded{id, Ending::failed, last_, "crashed 3 times"});
                return;
            case 3:
                ended(Outcome::infeasible);
                tell(core::TrialEnded{id, Ending::infeasible, {}, "too large"});
                return;
            case 4:
                ended(Outcome::diverged);
                tell(core::TrialEnded{id, Ending::diverged, last_, "val_loss is nan"});
                return;
            case 5:
                tell(core::VerdictGiven{id, 3, Verdict::pause, 0, "waits for its rung", {}, {}});
                ended(Outcome::reached);
                return;
            default:
                ended(Outcome::reached);
                tell(core::TrialEnded{id, Ending::completed, last_, "reached 3 epochs"});
        }
    }

    base::Rng rng_;
    double last_ = 0;
    std::vector<core::StampedFact> facts_;
};

}  // namespace

std::vector<core::StampedFact> story(const std::string& name, std::uint64_t trials, std::uint64_t seed,
                                     core::Direction direction) {
    Storyteller teller(name, seed);
    teller.tell(created(name, direction));
    teller.tell(core::CoordinatorStarted{"n1", 4711, "0.1.0"});
    teller.tell(core::WorkerJoined{"w1", "s-1", "n2", 4712, 4});
    for (std::uint64_t i = 0; i < trials; ++i) teller.trial(TrialId(i));
    return std::move(teller).facts();
}

std::vector<std::string> texts_of(const std::vector<core::StampedFact>& facts) {
    std::vector<std::string> texts;
    for (const auto& [at, fact] : facts) {
        const auto [kind, body] = encode(fact);
        texts.push_back(std::to_string(at.us) + " " + kind + " " + body);
    }
    return texts;
}

}  // namespace quench::orchestrator::store
