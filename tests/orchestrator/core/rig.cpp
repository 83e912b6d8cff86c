#include "tests/orchestrator/core/rig.hpp"

#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/invariants.hpp"
#include "orchestrator/core/verify.hpp"
#include "orchestrator/store/fact_codec.hpp"
#include "tests/orchestrator/core/digest.hpp"
#include "worker/protocol/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {

using testing::IsEmpty;

Study small_study(const std::string& scheduler, Resource max) {
    Study study;
    study.name = "t";
    study.objective = {"loss", Direction::minimize};
    study.space = search::space::Space::make({{"x", search::space::FloatDomain{}, {}}}).value();
    study.sampler = {.name = "random", .seed = 7};
    study.fidelity = {.name = scheduler, .unit = "epoch", .min = 1, .max = max, .eta = 3};
    study.trial.command = {"train", "{study_dir}/data"};
    return study;
}

StudyCreated created_as(Study study) {
    return {std::move(study), "", "/studies", "/scratch", "/scratch/trials"};
}

void expect_survives_the_wire(const protocol::FromCoordinator& message) {
    const auto back = protocol::decode_from_coordinator(protocol::encode(message));
    ASSERT_TRUE(back.ok()) << back.error().text();
    EXPECT_EQ(*back, message) << protocol::kind_of(message);
}

std::vector<StampedFact> read_back(const std::vector<StampedFact>& facts) {
    std::vector<StampedFact> again;
    for (const StampedFact& fact : facts) {
        again.push_back(fact);
        if (std::holds_alternative<StudyCreated>(fact.fact))
            continue;  // read from the study file's text, which is empty here
        const auto encoded = store::encode(fact.fact);
        auto back = store::decode(encoded.kind, encoded.body);
        EXPECT_TRUE(back.ok()) << encoded.kind << ' ' << encoded.body;
        if (!back) continue;
        EXPECT_EQ(*back, fact.fact) << encoded.kind << ' ' << encoded.body;
        again.back().fact = *std::move(back);
    }
    return again;
}

Rig::Rig(Study study, Options options)
    : options_(std::move(options)), coordinator_(std::make_unique<Coordinator>(State{}, options_)) {
    step(StudySubmitted{created_as(std::move(study))});
    step(Started{"head", 1, "test"});
}

Rig::Rig(State state, Options options)
    : options_(std::move(options)), coordinator_(std::make_unique<Coordinator>(std::move(state), options_)) {}

Rig::~Rig() {
    if (!verifies || journal.empty()) return;
    EXPECT_THAT(verify(journal), IsEmpty());
    auto replayed = replay(journal);
    EXPECT_TRUE(replayed.ok()) << replayed.error().text();
    if (replayed) {
        EXPECT_EQ(difference(digest(*replayed), digest(state())), "");
    }
}

const Batch& Rig::step(const Input& input) {
    const Progress before = progress_of(state());
    last_ = Batch{};
    coordinator_->step(input, now, last_);
    journal.insert(journal.end(), last_.facts.begin(), last_.facts.end());
    EXPECT_THAT(broken_invariants(state()), IsEmpty());
    EXPECT_THAT(broken_transitions(before, state()), IsEmpty());
    for (const Send& send : last_.sends) expect_survives_the_wire(send.message);
    read_back(last_.facts);
    return last_;
}

const Batch& Rig::hear(const Peer& peer, protocol::ToCoordinator message) {
    return step(Received{peer, std::move(message)});
}

const Batch& Rig::join(const std::string& worker, int slots, std::vector<protocol::AttemptKey> held) {
    return hear(worker, protocol::Hello{.build = "test",
                                        .worker = worker,
                                        .session = worker,
                                        .host = "node",
                                        .pid = 2,
                                        .slots = slots,
                                        .held = std::move(held)});
}

const Batch& Rig::beat(const std::string& worker, std::vector<protocol::AttemptKey> held) {
    return hear(worker, protocol::Heartbeat{std::move(held)});
}

protocol::AttemptKey Rig::key(std::uint64_t number, std::uint64_t attempt) const {
    return {state().study().name, number, attempt == 0 ? trial(number).attempts : attempt};
}

const Batch& Rig::report(const std::string& worker, std::uint64_t trial, Resource step, double loss) {
    return hear(worker, protocol::Report{++seq_, key(trial), step, {{"loss", loss}}});
}

const Batch& Rig::report(const std::string& worker, std::uint64_t trial, Resource step,
                         std::map<std::string, double> metrics) {
    return hear(worker, protocol::Report{++seq_, key(trial), step, std::move(metrics)});
}

const Batch& Rig::end(const std::string& worker, std::uint64_t trial, Outcome outcome,
                      const std::string& detail) {
    return hear(worker, protocol::AttemptEnded{.seq = ++seq_,
                                               .key = key(trial),
                                               .outcome = outcome,
                                               .detail = detail,
                                               .exit_status = std::nullopt,
                                               .seconds = 1});
}

void Rig::train(const std::string& worker, std::uint64_t number, double loss) {
    const Resource to = std::get<Running>(trial(number).phase).to;
    const protocol::AttemptKey running = key(number);
    for (Resource step = trial(number).reached + 1; step <= to; ++step)
        hear(worker, protocol::Report{++seq_, running, step, {{"loss", loss}}});
    hear(worker, protocol::AttemptEnded{.seq = ++seq_,
                                        .key = running,
                                        .outcome = Outcome::reached,
                                        .detail = "",
                                        .exit_status = 0,
                                        .seconds = 1});
}

const Batch& Rig::tick(base::Duration later) {
    now = now + later;
    return step(Tick{});
}

const Batch& Rig::ask(const std::string& verb) {
    return hear("client", protocol::Request{.id = 5, .verb = verb, .study = ""});
}

const Batch& Rig::restart() {
    auto replayed = replay(journal);
    EXPECT_TRUE(replayed.ok()) << replayed.error().text();
    EXPECT_EQ(difference(digest(*replayed), digest(state())), "");
    coordinator_ = std::make_unique<Coordinator>(std::move(replayed).value(), options_);
    return step(Started{"head", 3, "test"});
}

}  // namespace quench::orchestrator::core
