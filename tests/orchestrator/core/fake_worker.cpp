#include "tests/orchestrator/core/fake_worker.hpp"

#include <algorithm>

namespace quench::orchestrator::core {

namespace protocol = worker::protocol;

std::uint64_t parent_of(const protocol::Start& start) {
    return std::stoull(start.parent_folder->substr(start.parent_folder->rfind('/') + 1));
}

FakeWorker::FakeWorker(std::string name, std::string session, int slots, Checkpoints& checkpoints)
    : name_(std::move(name)), session_(std::move(session)), slots_(slots), checkpoints_(checkpoints) {}

void FakeWorker::hear(const protocol::FromCoordinator& message) {
    std::visit([this](const auto& any) { on(any); }, message);
}

void FakeWorker::speak() {
    if (!welcome_) {
        outbox.emplace_back(protocol::Hello{.build = "fake",
                                            .worker = name_,
                                            .session = session_,
                                            .host = "node",
                                            .pid = 1,
                                            .slots = slots_,
                                            .held = held()});
        return;
    }
    outbox.emplace_back(protocol::Heartbeat{held()});
    for (const auto& [seq, message] : unacknowledged_) outbox.push_back(message);
}

void FakeWorker::advance(std::size_t index, double loss) {
    Program& program = programs_.at(index);
    if (program.at < program.to) {
        ++program.at;
        Resource& checkpoint = checkpoints_[program.key.trial];
        checkpoint = std::max(checkpoint, program.at);
        const protocol::Report report{++seq_, program.key, program.at, {{"loss", loss}}};
        unacknowledged_[report.seq] = report;
        outbox.emplace_back(report);
    } else {
        end(index, Outcome::reached);
    }
}

void FakeWorker::end(std::size_t index, Outcome outcome) {
    const protocol::AttemptKey key = programs_.at(index).key;
    programs_.erase(programs_.begin() + static_cast<std::ptrdiff_t>(index));
    say_ended(key, outcome, "");
}

void FakeWorker::say_ended(const protocol::AttemptKey& key, Outcome outcome, const std::string& detail) {
    const protocol::AttemptEnded ended{.seq = ++seq_,
                                       .key = key,
                                       .outcome = outcome,
                                       .detail = detail,
                                       .exit_status = std::nullopt,
                                       .seconds = 1};
    unacknowledged_[ended.seq] = ended;
    outbox.emplace_back(ended);
}

bool FakeWorker::gone() const {
    return refused_ || (dismissed_ && unacknowledged_.empty());
}

const protocol::ToCoordinator* FakeWorker::unacknowledged(std::uint64_t seq) const {
    const auto found = unacknowledged_.find(seq);
    return found == unacknowledged_.end() ? nullptr : &found->second;
}

std::vector<protocol::AttemptKey> FakeWorker::held() const {
    std::vector<protocol::AttemptKey> keys;
    for (const Program& program : programs_) keys.push_back(program.key);
    for (const auto& [seq, message] : unacknowledged_)
        if (const auto* ended = std::get_if<protocol::AttemptEnded>(&message)) keys.push_back(ended->key);
    return keys;
}

void FakeWorker::on(const protocol::Welcome&) {
    welcome_ = true;
}

void FakeWorker::on(const protocol::Introduce&) {
    welcome_ = false;
    speak();
}

void FakeWorker::on(const protocol::Refused&) {
    refused_ = true;
}

void FakeWorker::on(const protocol::Start& start) {
    std::uint64_t& seen = seen_[start.key.trial];
    if (start.key.attempt <= seen) return;
    seen = start.key.attempt;
    int free = slots_;
    for (std::size_t i = programs_.size(); i-- > 0;) {
        if (programs_[i].key.trial == start.key.trial) {
            end(i, Outcome::stopped);
        } else {
            free -= programs_[i].ranks;
        }
    }
    if (free < start.ranks) return say_ended(start.key, Outcome::preempted, "no room");
    if (start.parent_folder && !checkpoints_.contains(start.key.trial))
        checkpoints_[start.key.trial] = checkpoints_[parent_of(start)];
    programs_.push_back({start.key, start.from, start.to, start.ranks});
}

void FakeWorker::on(const protocol::Stop& stop) {
    for (std::size_t i = 0; i < programs_.size(); ++i)
        if (programs_[i].key == stop.key) return end(i, Outcome::stopped);
    std::uint64_t& seen = seen_[stop.key.trial];
    if (stop.key.attempt <= seen) return;
    seen = stop.key.attempt;
    say_ended(stop.key, Outcome::stopped, "not started");
}

void FakeWorker::on(const protocol::Ack& ack) {
    for (const std::uint64_t seq : ack.seqs) unacknowledged_.erase(seq);
}

void FakeWorker::on(const protocol::Dismiss&) {
    dismissed_ = true;
}

void FakeWorker::on(const protocol::Reply&) {}

}  // namespace quench::orchestrator::core
