#include "trainer/data/event_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace quench::trainer::data {
namespace {

using base::Error;
using base::Result;
using hdf5::Number;
using hdf5::Shape;

constexpr const char* way_out = "; copy it again, or make it anew with mlpf-events generate or mlpf-import";
constexpr std::uint64_t most_events = 100'000'000;
constexpr float most_energy = 1e6F;                      // [GeV], seventy times that of the largest collider
constexpr float most_sine = 10;                          // more is not rounding but another column
constexpr std::uint64_t most_rows_an_event = 1'000'000;  // 5 times the busiest event of a hadron collider

// A table of this type and width; its rows.
Result<std::size_t> rows_of(const hdf5::File& file, const char* name, Number number, std::size_t columns) {
    const Result<Shape> shape = file.shape(name);
    if (!shape) return shape.error();
    if (shape->number != number)
        return Error(
            fmt::format("the table {} holds {} (32-bit floats are for values, unsigned integers for counts)",
                        name, shape->number == Number::float32 ? "floats" : "other integers"));
    if (shape->columns != columns)
        return Error(fmt::format("the table {} has {} columns (not {})", name, shape->columns, columns));
    return shape->rows;
}

// Offsets: one more than events, from 0 to `end`, falling nowhere and in steps of at most `largest`.
Result<std::vector<std::uint64_t>> offsets(const hdf5::File& file, const char* name, std::size_t events,
                                           std::size_t end, std::uint64_t largest) {
    const auto rows = rows_of(file, name, Number::uint64, 0);
    if (!rows) return rows.error();
    if (*rows != events + 1)
        return Error(fmt::format("the table {} has {} entries (for {} events it must have one more)", name,
                                 *rows, events));
    auto values = file.read_integers(name, 0, *rows);
    if (!values) return values.error();
    if (values->front() != 0 || values->back() != end)
        return Error(fmt::format("the table {} runs from {} to {} (not from 0 to {})", name, values->front(),
                                 values->back(), end));
    for (std::size_t i = 0; i < events; ++i) {
        const std::uint64_t from = (*values)[i], to = (*values)[i + 1];
        if (to < from || to - from > largest)
            return Error(fmt::format(
                "the table {} goes from {} to {} at event {} (offsets rise, by at most {} an event)", name,
                from, to, i, largest));
    }
    return values;
}

}  // namespace

Result<std::unique_ptr<EventFile>> EventFile::open(const std::string& path) {
    auto file = hdf5::File::open(path);
    if (!file) return file.error();
    auto events = std::unique_ptr<EventFile>(new EventFile(path));
    events->file_ = std::move(file).value();
    const auto refused = [&](const Error& error) { return Error(error.text() + way_out).in(path); };
    if (const auto done = events->read_head(); !done) return refused(done.error());
    if (const auto done = events->read_offsets(); !done) return refused(done.error());
    return events;
}

Result<> EventFile::read_head() {
    const auto format = file_->read_text("format");
    if (!format || *format != "mlpf-events")
        return Error("it holds no events (its attribute format is not mlpf-events)");
    const auto version = file_->read_number("version");
    if (!version) return version.error();
    if (*version != 1)
        return Error(fmt::format("its layout has version {} (this program reads version 1)", *version));
    const auto detector = file_->read_text("detector");
    if (!detector) return detector.error();
    if (*detector != "delphes" && *detector != "clic")
        return Error("its detector is unknown (delphes and clic are known)");
    info_.detector = *detector == "delphes" ? event::Detector::delphes : event::Detector::clic;
    const auto source = file_->read_text("source");
    if (!source) return source.error();
    info_.source = *source;
    const auto seed = file_->read_number("seed");
    if (!seed) return seed.error();
    info_.seed = *seed;
    return base::success();
}

Result<> EventFile::read_offsets() {
    const auto events = rows_of(*file_, "event/particles", Number::uint32, 0);
    if (!events) return events.error();
    // Counts are never compressed, so a file cannot speak of more events than it has bytes.
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(path_, ignored);
    if (ignored || *events > most_events || *events > bytes / sizeof(std::uint64_t))
        return Error(fmt::format("it claims {} events (more than it can hold)", *events));
    const auto rows = rows_of(*file_, "elements", Number::float32, event::feature_columns(info_.detector));
    if (!rows) return rows.error();
    const auto targets = rows_of(*file_, "targets", Number::float32, event::target_columns);
    if (!targets) return targets.error();
    const auto candidates = rows_of(*file_, "candidates", Number::float32, event::target_columns);
    if (!candidates) return candidates.error();
    const auto jets = rows_of(*file_, "jets", Number::float32, 4);
    if (!jets) return jets.error();
    if (*targets != *rows || (*candidates != *rows && *candidates != 0))
        return Error(fmt::format("its tables disagree ({} elements, {} targets, {} candidates)", *rows,
                                 *targets, *candidates));
    has_candidates_ = *candidates > 0;
    auto begin = offsets(*file_, "event/begin", *events, *rows, most_rows_an_event);
    if (!begin) return begin.error();
    begin_ = std::move(begin).value();
    auto jets_begin = offsets(*file_, "event/jets_begin", *events, *jets, most_rows_an_event);
    if (!jets_begin) return jets_begin.error();
    jets_begin_ = std::move(jets_begin).value();
    auto particles = file_->read_integers("event/particles", 0, *events);
    if (!particles) return particles.error();
    particles_ = std::move(particles).value();
    for (std::size_t i = 0; i < *events; ++i)
        if (particles_[i] > begin_[i + 1] - begin_[i])
            return Error(fmt::format("event {} claims {} particles in {} elements", i, particles_[i],
                                     begin_[i + 1] - begin_[i]));
    return base::success();
}

Result<event::Event> EventFile::read(std::size_t i) const {
    QUENCH_CHECK(i < size(), "an event beyond the file's end");
    event::Event event{.detector = info_.detector, .rows = begin_[i + 1] - begin_[i]};
    const auto fetch = [&](const char* name, std::size_t first, std::size_t rows,
                           std::vector<float>& out) -> Result<> {
        auto values = file_->read_floats(name, first, rows);
        if (!values) return Error(values.error().text() + way_out).in(fmt::format("{}: event {}", path_, i));
        out = std::move(values).value();
        return base::success();
    };
    if (const auto done = fetch("elements", begin_[i], event.rows, event.elements); !done)
        return done.error();
    if (const auto done = fetch("targets", begin_[i], event.rows, event.targets); !done) return done.error();
    if (has_candidates_)
        if (const auto done = fetch("candidates", begin_[i], event.rows, event.candidates); !done)
            return done.error();
    std::vector<float> jets;
    if (const auto done = fetch("jets", jets_begin_[i], jets_begin_[i + 1] - jets_begin_[i], jets); !done)
        return done.error();
    for (std::size_t k = 0; k < jets.size(); k += 4)
        event.jets.push_back({jets[k], jets[k + 1], jets[k + 2], jets[k + 3]});
    if (const auto done = check(event, i); !done) return done.error();
    return event;
}

Result<> EventFile::check(const event::Event& event, std::size_t i) const {
    const auto bad = [&](const std::string& what) {
        return Error(fmt::format("{}: event {} {}{}", path_, i, what, way_out));
    };
    const auto finite = [](const std::vector<float>& values) {
        return std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
    };
    if (!finite(event.elements)) return bad("has an element that is not finite");
    if (!finite(event.targets)) return bad("has a target that is not finite");
    if (!finite(event.candidates)) return bad("has a candidate that is not finite");
    for (const event::Jet& jet : event.jets)
        if (!std::isfinite(jet.pt + jet.eta + jet.phi + jet.energy))
            return bad("has a jet that is not finite");
    const auto known_class = [](float x) {
        return x >= 0 && x < static_cast<float>(event::categories) && x == std::floor(x);
    };
    const auto possible_size = [](float x) { return x >= 0 && x <= most_energy; };
    const auto possible_sine = [](float x) { return std::abs(x) <= most_sine; };
    const auto known_charge = [](float x) { return x == -1 || x == 0 || x == 1; };
    const std::size_t columns = event::feature_columns(event.detector);
    for (std::size_t row = 0; row < event.rows; ++row) {
        const float type = event.elements[row * columns];
        if (type != 1 && type != 2)
            return bad(fmt::format("has an element of type {} (1 and 2 are known)", type));
        // Columns 0 to 5 are the same of every detector (event.hpp).
        const std::span<const float> element(event.elements.data() + row * columns, columns);
        if (!possible_size(element[1]) || !possible_size(element[5]))
            return bad(fmt::format("has an element of pt {} and energy {} GeV", element[1], element[5]));
        if (!possible_sine(element[3]) || !possible_sine(element[4]))
            return bad(fmt::format("has an element of sin phi {} and cos phi {}", element[3], element[4]));
        const std::size_t at = row * event::target_columns;
        if (!possible_size(event.targets[at + 2]) || !possible_size(event.targets[at + 6]))
            return bad(fmt::format("has a target of pt {} and energy {} GeV", event.targets[at + 2],
                                   event.targets[at + 6]));
        if (!possible_sine(event.targets[at + 4]) || !possible_sine(event.targets[at + 5]))
            return bad(fmt::format("has a target of sin phi {} and cos phi {}", event.targets[at + 4],
                                   event.targets[at + 5]));
        if (!known_class(event.targets[at]))
            return bad(fmt::format("has a target of class {}", event.targets[at]));
        if (!known_charge(event.targets[at + 1]))
            return bad(fmt::format("has a target of charge {}", event.targets[at + 1]));
        if (has_candidates_ && !known_class(event.candidates[at]))
            return bad(fmt::format("has a candidate of class {}", event.candidates[at]));
        if (has_candidates_ && !known_charge(event.candidates[at + 1]))
            return bad(fmt::format("has a candidate of charge {}", event.candidates[at + 1]));
    }
    if (data::count(event).particles != particles_[i])
        return bad(fmt::format("has {} particles, but its count says {}", data::count(event).particles,
                               particles_[i]));
    return base::success();
}

}  // namespace quench::trainer::data
