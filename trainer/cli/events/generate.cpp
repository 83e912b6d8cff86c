#include "trainer/cli/events/verbs.hpp"
#include "trainer/data/event_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using base::Error;
using base::Result;

// A line on stderr every few seconds.
class Progress {
  public:
    explicit Progress(std::uint64_t all) : all_(all) {}

    void at(std::uint64_t done) {
        constexpr std::chrono::seconds pause(3);
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < pause) return;
        last_ = now;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        const double rate = static_cast<double>(done) / seconds;
        fmt::print(stderr, "mlpf-events: {} of {} events, {:.0f} a second, {:.0f} s to go\n", done, all_,
                   rate, static_cast<double>(all_ - done) / rate);
    }

  private:
    std::uint64_t all_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_ = start_;
};

// Events `first` to `first` + `count` - 1; thread t makes every `threads`-th.
std::vector<event::Event> make(const GenerateOptions& options, std::uint64_t first, std::size_t count) {
    std::vector<event::Event> events(count);
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < options.threads; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < count; i += options.threads)
                events[i] = event::generate(options.generator, first + i);
        });
    threads.clear();
    return events;
}

}  // namespace

Result<> generate(const GenerateOptions& options) {
    if (!options.force && std::filesystem::exists(options.out))
        return Error(options.out + " exists (nothing was written); choose another name or say --force");
    const std::string source =
        fmt::format("mlpf-events generate --process {} --pileup {} --seed {} --first {} (generator {})",
                    event::to_text(options.generator.process), options.generator.pileup,
                    options.generator.seed, options.first, event::generator_version);
    auto writer = data::EventFileWriter::create(
        options.out, {event::Detector::delphes, source, options.generator.seed}, options.compression);
    if (!writer) return writer.error();
    Progress progress(options.events);
    constexpr std::uint64_t at_once = 256;
    for (std::uint64_t done = 0; done < options.events;) {
        const std::uint64_t count = std::min(at_once, options.events - done);
        for (const event::Event& event : make(options, options.first + done, count))
            if (auto appended = (*writer)->append(event); !appended) return appended;
        done += count;
        progress.at(done);
    }
    return (*writer)->finish();
}

}  // namespace quench::trainer::cli
