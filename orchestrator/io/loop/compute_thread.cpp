#include "orchestrator/io/loop/compute_thread.hpp"

#include "base/contract.hpp"
#include "worker/io/descriptor.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <sys/eventfd.h>

namespace quench::orchestrator::io {

struct ComputeThread::Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<core::AskJob> job;
    std::optional<core::ProposalComputed> answer;
    bool closing = false;
    worker::io::Descriptor answered{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::thread thread;

    void work() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [&] { return job.has_value() || closing; });
            if (closing) return;
            const core::AskJob mine = std::move(*job);
            job.reset();
            lock.unlock();
            auto configurations = mine.sampler->ask(mine.ask.first, 1);
            lock.lock();
            answer = core::ProposalComputed{mine.ask, mine.told, std::move(configurations)};
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

void ComputeThread::submit(core::AskJob job) {
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

std::optional<core::ProposalComputed> ComputeThread::take() {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->answer) return std::nullopt;
    eventfd_t count = 0;
    eventfd_read(shared_->answered.get(), &count);
    return std::exchange(shared_->answer, std::nullopt);
}

}  // namespace quench::orchestrator::io
