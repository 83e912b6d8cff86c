#include "base/contract.hpp"
#include "trainer/data/event_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace quench::trainer::data {
namespace {

using base::Error;
using base::Result;
using hdf5::Compression;
using hdf5::Number;

constexpr std::size_t chunk_rows = 2048;  // an event or a few: a read touches one chunk or two
constexpr std::size_t chunk_events = 4096;
constexpr std::size_t waiting_rows = 16384;  // of elements, before they are written

// To the disk, so that the rename does not overtake the content.
Result<> sync(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool ok = file >= 0 && ::fsync(file) == 0;
    const int why = errno;
    if (file >= 0) ::close(file);
    if (!ok) return Error(fmt::format("{} cannot be written ({})", path, std::strerror(why)));
    return base::success();
}

Result<> write_head(hdf5::File& file, const FileInfo& info, Compression compression) {
    const std::size_t columns = event::feature_columns(info.detector);
    const char* detector = info.detector == event::Detector::delphes ? "delphes" : "clic";
    if (auto done = file.write_text("format", "mlpf-events"); !done) return done;
    if (auto done = file.write_number("version", 1); !done) return done;
    if (auto done = file.write_text("detector", detector); !done) return done;
    if (auto done = file.write_text("source", info.source); !done) return done;
    if (auto done = file.write_number("seed", info.seed); !done) return done;
    struct Table {
        const char* name;
        Number number;
        std::size_t columns, chunk;
        Compression compression;
    };
    for (const Table& table :
         {Table{"elements", Number::float32, columns, chunk_rows, compression},
          Table{"targets", Number::float32, event::target_columns, chunk_rows, compression},
          Table{"candidates", Number::float32, event::target_columns, chunk_rows, compression},
          Table{"jets", Number::float32, 4, chunk_rows, compression},
          Table{"event/begin", Number::uint64, 0, chunk_events, Compression::none},
          Table{"event/jets_begin", Number::uint64, 0, chunk_events, Compression::none},
          Table{"event/particles", Number::uint32, 0, chunk_events, Compression::none}})
        if (auto done =
                file.create_table(table.name, table.number, table.columns, table.chunk, table.compression);
            !done)
            return done;
    return base::success();
}

}  // namespace

EventFileWriter::EventFileWriter(std::string path, std::unique_ptr<hdf5::File> file, event::Detector detector)
    : path_(std::move(path)), file_(std::move(file)), detector_(detector), begin_{0}, jets_begin_{0} {}

Result<std::unique_ptr<EventFileWriter>> EventFileWriter::create(const std::string& path,
                                                                 const FileInfo& info,
                                                                 Compression compression) {
    auto file = hdf5::File::create(path + ".part");
    if (!file) {
        // The beginning of a file that did not fit; another writer's is never empty for long.
        std::error_code ignored;
        if (std::filesystem::file_size(path + ".part", ignored) == 0 && !ignored)
            ::unlink((path + ".part").c_str());
        return file.error();
    }
    auto writer =
        std::unique_ptr<EventFileWriter>(new EventFileWriter(path, std::move(file).value(), info.detector));
    if (auto done = write_head(*writer->file_, info, compression); !done) return done.error();
    return writer;
}

EventFileWriter::~EventFileWriter() {
    file_.reset();
    if (!finished_) ::unlink(unfinished().c_str());
}

Result<> EventFileWriter::append(const event::Event& event) {
    QUENCH_CHECK(event.detector == detector_, "an event of another detector than the file's");
    QUENCH_CHECK(event.elements.size() == event.rows * event::feature_columns(detector_) &&
                     event.targets.size() == event.rows * event::target_columns,
                 "tables of an event with different numbers of rows");
    // Events without elements have no rows to tell.
    if (rows_ == 0) has_candidates_ = !event.candidates.empty();
    QUENCH_CHECK(event.candidates.size() == (has_candidates_ ? event.targets.size() : 0),
                 "candidates in some events only");
    const auto add = [](std::vector<float>& to, const std::vector<float>& rows) {
        to.insert(to.end(), rows.begin(), rows.end());
    };
    add(elements_, event.elements);
    add(targets_, event.targets);
    add(candidates_, event.candidates);
    for (const event::Jet& jet : event.jets)
        jets_.insert(jets_.end(), {jet.pt, jet.eta, jet.phi, jet.energy});
    ++events_;
    rows_ += event.rows;
    jets_rows_ += event.jets.size();
    begin_.push_back(rows_);
    jets_begin_.push_back(jets_rows_);
    particles_.push_back(static_cast<std::uint32_t>(count(event).particles));
    if (targets_.size() < waiting_rows * event::target_columns && particles_.size() < chunk_events)
        return base::success();
    return flush();
}

Result<> EventFileWriter::flush() {
    const auto write = [&](const char* name, auto& values) {
        auto done = file_->append(name, values);
        values.clear();
        return done;
    };
    if (auto done = write("elements", elements_); !done) return done;
    if (auto done = write("targets", targets_); !done) return done;
    if (auto done = write("candidates", candidates_); !done) return done;
    if (auto done = write("jets", jets_); !done) return done;
    if (auto done = write("event/begin", begin_); !done) return done;
    if (auto done = write("event/jets_begin", jets_begin_); !done) return done;
    return write("event/particles", particles_);
}

Result<> EventFileWriter::finish() {
    QUENCH_CHECK(!finished_, "a file is finished once");
    if (auto done = flush(); !done) return done;
    if (auto done = file_->close(); !done) return done;
    if (auto done = sync(unfinished()); !done) return done;
    if (::rename(unfinished().c_str(), path_.c_str()) != 0)
        return Error(fmt::format("{} cannot be written ({})", path_, std::strerror(errno)));
    finished_ = true;
    return base::success();
}

}  // namespace quench::trainer::data
