#include "orchestrator/io/loop/compute_thread.hpp"

#include "base/contract.hpp"
#include "worker/io/descriptor.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <sys/eventfd.h>

namespace quench::orchestrator::io {

namespace {

core::Input answer_to(const core::AskJob& job) {
    return core::ProposalComputed{job.ask, job.told, job.sampler->ask(job.ask.first, 1)};
}

core::Input answer_to(const std::shared_ptr<const search::scheduler::Work>& work) {
    work->run();
    return core::WorkDone{};
}

}  // namespace

struct ComputeThread::Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<Job> job;
    std::optional<core::Input> answer;
    bool closing = false;
    worker::io::Descriptor answered{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::thread thread;

    void work() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [&] { return job.has_value() || closing; });
            if (closing) return;
            const Job mine = std::move(*job);
            job.reset();
            lock.unlock();
            core::Input found = std::visit([](const auto& any) { return answer_to(any); }, mine);
            lock.lock();
            answer = std::move(found);
            eventfd_write(answered.get(), 1);
        }
    }
};

ComputeThread::ComputeThread() : shared_(std::make_unique<Shared>()) {
    shared_->thread = std::thread([shared = shared_.get()] { shared->work(); });
}

ComputeThread::~ComputeThread() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->closing = true;
    }
    shared_->wake.notify_one();
    shared_->thread.join();
}

void ComputeThread::submit(Job job) {
    {
        const std::lock_guard lock(shared_->mutex);
        QUENCH_CHECK(!shared_->job && !shared_->answer, "one job at a time");
        shared_->job = std::move(job);
    }
    shared_->wake.notify_one();
}

int ComputeThread::fd() const {
    return shared_->answered.get();
}

std::optional<core::Input> ComputeThread::take() {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->answer) return std::nullopt;
    eventfd_t count = 0;
    eventfd_read(shared_->answered.get(), &count);
    return std::exchange(shared_->answer, std::nullopt);
}

}  // namespace quench::orchestrator::io
