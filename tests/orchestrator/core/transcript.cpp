#include "tests/orchestrator/core/transcript.hpp"

#include "orchestrator/store/fact_codec.hpp"
#include "tests/orchestrator/core/rig.hpp"
#include "worker/protocol/codec.hpp"

#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::core {
namespace {

/// "w1 reports trial=0 step=1": words, and fields by name.
struct Line {
    std::string text;
    std::vector<std::string> words;
    std::map<std::string, std::string> fields;

    explicit Line(const std::string& line) : text(line) {
        std::istringstream in(line);
        for (std::string word; in >> word;) {
            const auto equals = word.find('=');
            if (equals == std::string::npos) {
                words.push_back(word);
            } else {
                fields[word.substr(0, equals)] = word.substr(equals + 1);
            }
        }
    }
    [[nodiscard]] std::string word(std::size_t i) const { return i < words.size() ? words[i] : ""; }
    [[nodiscard]] std::string field(const std::string& name, const std::string& otherwise) const {
        const auto found = fields.find(name);
        return found == fields.end() ? otherwise : found->second;
    }
    [[nodiscard]] std::uint64_t number(const std::string& name, std::uint64_t otherwise) const {
        const auto found = fields.find(name);
        return found == fields.end() ? otherwise : std::stoull(found->second);
    }
};

std::string text_of(const protocol::AttemptKey& key) {
    return fmt::format("{}/{}", key.trial, key.attempt);
}

struct Printer {
    std::string operator()(const protocol::Welcome&) const { return ""; }
    std::string operator()(const protocol::Introduce&) const { return ""; }
    std::string operator()(const protocol::Refused& message) const { return ": " + message.reason; }
    std::string operator()(const protocol::Start& message) const {
        return fmt::format(" {} from {} to {} with {} ranks: {}{}", text_of(message.key), message.from,
                           message.to, message.ranks, message.params,
                           message.parent_folder ? " beginning with " + *message.parent_folder : "");
    }
    std::string operator()(const protocol::Stop& message) const {
        return fmt::format(" {}: {}", text_of(message.key), message.reason);
    }
    std::string operator()(const protocol::Ack& message) const {
        std::string text;
        for (const auto seq : message.seqs) text += " " + std::to_string(seq);
        return text;
    }
    std::string operator()(const protocol::Dismiss& message) const { return ": " + message.reason; }
    std::string operator()(const protocol::Reply& message) const {
        return (message.ok ? " yes: " : " no: ") + message.text;
    }
};

std::string printed(const std::vector<StampedFact>& facts, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < facts.size(); ++i) {
        const auto encoded = store::encode(facts[i].fact);
        const bool long_one = std::holds_alternative<StudyCreated>(facts[i].fact);
        text += fmt::format("  fact {}{}\n", encoded.kind, long_one ? "" : " " + encoded.body);
    }
    return text;
}

std::string printed(const Batch& batch) {
    std::string text;
    for (const Send& send : batch.sends) {
        text += fmt::format("  send {} {}{}\n", send.peer, protocol::kind_of(send.message),
                            std::visit(Printer{}, send.message));
    }
    if (batch.work) text += "  work for the compute thread\n";
    for (const std::string& note : batch.notes) text += fmt::format("  note {}\n", note);
    return text;
}

Study study_of(const Line& line) {
    Study study = small_study(line.field("scheduler", "none"), static_cast<Resource>(line.number("max", 1)));
    study.fidelity.min = static_cast<Resource>(line.number("min", 1));
    study.fidelity.eta = static_cast<int>(line.number("eta", 3));
    if (line.fields.contains("predictor"))
        study.fidelity.predictor = {.model = line.field("predictor", ""), .options = {}};
    if (line.fields.contains("population")) study.fidelity.population = line.number("population", 0);
    study.sampler.name = line.field("sampler", "random");
    study.sampler.seed = line.number("seed", 7);
    study.trial.retries = static_cast<int>(line.number("retries", 2));
    study.trial.ranks = static_cast<int>(line.number("ranks", 1));
    if (line.fields.contains("trials")) study.stop.trials = line.number("trials", 0);
    if (line.field("direction", "minimize") == "maximize") study.objective.direction = Direction::maximize;
    return study;
}

class Player {
  public:
    /// What the input caused.
    std::string play(const Line& line) {
        if (line.word(0) == "study") {
            rig_ = std::make_unique<Rig>(study_of(line));
            return printed(rig_->journal, 0) + told(rig_->last());
        }
        if (!rig_) throw std::runtime_error("the first line must describe the study");
        const std::size_t before = rig_->journal.size();
        std::string sent = act(line);
        return printed(rig_->journal, before) + sent;
    }

  private:
    std::string act(const Line& line) {
        const std::string first = line.word(0);
        if (first == "tick") return told(rig_->tick(base::duration_from_text(line.word(1)).value()));
        if (first == "client") return told(rig_->ask(line.word(1)));
        if (first == "coordinator" && line.word(1) == "restarts") return told(rig_->restart());
        if (first == "coordinator")
            return told(rig_->step(ShutdownAsked{"the coordinator was asked to stop"}));
        if (first == "work") {
            if (!work_) throw std::runtime_error("there is no work to do");
            std::exchange(work_, nullptr)->run();
            return told(rig_->step(WorkDone{}));
        }
        if (first == "worker")
            return told(rig_->join(line.word(1), static_cast<int>(line.number("slots", 1)), held(line)));
        return worker_says(line);
    }

    std::string worker_says(const Line& line) {
        const std::string worker = line.word(0);
        const std::string verb = line.word(1);
        if (verb == "beats") return told(rig_->beat(worker, held(line)));
        if (verb == "leaves") return told(rig_->hear(worker, protocol::Goodbye{"it was told to go"}));
        const std::uint64_t trial = line.number("trial", 0);
        if (verb == "reports") return report(worker, line, static_cast<Resource>(line.number("step", 1)));
        if (verb == "ends") return end(worker, line, line.field("outcome", "reached"));
        if (verb != "trains") throw std::runtime_error("not a line of a transcript: " + line.text);
        std::string sent;
        const Resource to = std::get<Running>(rig_->trial(trial).phase).to;
        for (Resource step = rig_->trial(trial).reached + 1; step <= to; ++step)
            sent += report(worker, line, step);
        return sent + end(worker, line, "reached");
    }

    std::string report(const std::string& worker, const Line& line, Resource step) {
        const double loss = std::stod(line.field("loss", "nan"));
        return told(rig_->hear(worker, protocol::Report{++seq_, key(line), step, {{"loss", loss}}}));
    }

    std::string end(const std::string& worker, const Line& line, const std::string& outcome) {
        return told(
            rig_->hear(worker, protocol::AttemptEnded{.seq = ++seq_,
                                                      .key = key(line),
                                                      .outcome = protocol::outcome_from_text(outcome).value(),
                                                      .detail = line.field("detail", ""),
                                                      .exit_status = std::nullopt,
                                                      .seconds = 1}));
    }

    [[nodiscard]] protocol::AttemptKey key(const Line& line) const {
        return rig_->key(line.number("trial", 0), line.number("attempt", 0));
    }

    std::string told(const Batch& batch) {
        if (batch.work) work_ = batch.work;
        return printed(batch);
    }

    static std::vector<protocol::AttemptKey> held(const Line& line) {
        std::vector<protocol::AttemptKey> keys;
        std::istringstream in(line.field("holds", ""));
        for (std::string one; std::getline(in, one, ',');) {
            const auto slash = one.find('/');
            keys.push_back({"t", std::stoull(one.substr(0, slash)), std::stoull(one.substr(slash + 1))});
        }
        return keys;
    }

    std::unique_ptr<Rig> rig_;
    std::uint64_t seq_ = 0;
    std::shared_ptr<const search::scheduler::Work> work_;  ///< for the compute thread
};

}  // namespace

std::string played(const std::string& transcript) {
    Player player;
    std::string text;
    std::istringstream in(transcript);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("  ")) continue;
        text += line + "\n";
        if (line.starts_with(">")) text += player.play(Line(line.substr(1)));
    }
    return text;
}

}  // namespace quench::orchestrator::core
