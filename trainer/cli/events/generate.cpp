#include "trainer/cli/events/verbs.hpp"
#include "trainer/cli/progress.hpp"
#include "trainer/data/event_file.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using base::Error;
using base::Result;

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
    Progress progress("mlpf-events", "events", options.events);
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
