#include "trainer/training/sources.hpp"

#include "trainer/data/event_file.hpp"
#include "trainer/data/generated_events.hpp"
#include "trainer/data/subset.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace quench::trainer::training {
namespace {

constexpr std::uint64_t first_validation_event = std::uint64_t{1} << 40;  // no training set reaches it

std::shared_ptr<const data::EventFile> open(const std::string& path) {
    auto file = data::EventFile::open(path);
    if (!file) throw std::runtime_error(file.error().text());
    return std::move(file).value();
}

std::string described(const data::EventFile& file) {
    return fmt::format("{} events of '{}', seed {}, {} rows", file.size(), file.info().source,
                       file.info().seed, file.rows());
}

// Events first .. of a file, `count` of them or all that are left.
std::shared_ptr<const data::EventSource> part(const std::string& path,
                                              const std::shared_ptr<const data::EventFile>& file,
                                              std::size_t first, std::size_t count) {
    const std::size_t most = file->size() - std::min(first, file->size());
    if (count > most || most == 0)
        throw std::runtime_error(
            fmt::format("{}: {} events are asked for ({} of the file's {} are left) ask for "
                        "fewer, or make a larger file with mlpf-events generate",
                        path, std::max<std::size_t>(count, 1), most, file->size()));
    return std::make_shared<data::Subset>(file, first, count == 0 ? most : count);
}

}  // namespace

Sources open_sources(const DataOptions& o) {
    if (o.file.empty())
        return {
            std::make_shared<data::GeneratedEvents>(o.generator, 0, o.events),
            std::make_shared<data::GeneratedEvents>(o.generator, first_validation_event, o.validation_events),
            fmt::format("generated process={} pileup={} seed={} events={} validation_events={}",
                        event::to_text(o.generator.process), o.generator.pileup, o.generator.seed, o.events,
                        o.validation_events)};
    const auto file = open(o.file);
    Sources sources;
    if (!o.validation_file.empty()) {
        const auto other = open(o.validation_file);
        if (other->detector() != file->detector())
            throw std::runtime_error(fmt::format(
                "{}: the events are of another detector ({} has the training's) give files of one detector",
                o.validation_file, o.file));
        sources = {part(o.file, file, 0, o.events), part(o.validation_file, other, 0, o.validation_events),
                   described(*file) + "; validation: " + described(*other)};
    } else {
        const std::size_t validation =
            o.validation_events > 0 ? o.validation_events : std::max<std::size_t>(1, file->size() / 5);
        if (o.events == 0 && validation >= file->size())
            throw std::runtime_error(
                fmt::format("{}: no event is left to train on (of {}, {} are for validation) give a larger "
                            "file, or --validation-data",
                            o.file, file->size(), validation));
        const std::size_t training =
            o.events > 0 ? o.events : file->size() - std::min(validation, file->size());
        sources = {part(o.file, file, 0, training),
                   part(o.file, file, file->size() - std::min(validation, file->size()), validation),
                   described(*file)};
        if (training + validation > file->size())
            throw std::runtime_error(fmt::format(
                "{}: {} events for training and {} for validation (the file has {}) ask for fewer", o.file,
                training, validation, file->size()));
    }
    sources.description +=
        fmt::format("; events={} validation_events={}", sources.training->size(), sources.validation->size());
    return sources;
}

}  // namespace quench::trainer::training
