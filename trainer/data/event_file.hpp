// Events in an HDF5 file.
//
// Layout, version 1. Events lie one after the other; event i has the rows begin[i] to begin[i + 1] - 1 of
// every table that has one row an element.
//   attributes of the root:
//     format    "mlpf-events"          version   1
//     detector  "delphes" or "clic"    source    where the events come from, in words
//     seed      of the generator, 0 for imported events
//   /elements         float32, rows x 12 (delphes) or 17 (clic): what the detector saw (event.hpp has the
//   columns) /targets          float32, rows x 7: class, charge, pt, eta, sin phi, cos phi, E; class 0 where
//   nothing is
//                     to be built (classes: 1 charged hadron, 2 neutral hadron, 3 photon, 4 electron, 5 muon)
//   /candidates       float32, rows x 7, of the rule-based reconstruction; 0 x 7 if there was none
//   /jets             float32, jets x 4: pt, eta, phi, E
//   /event/begin      uint64, events + 1, rising from 0 to the number of rows
//   /event/jets_begin uint64, events + 1, rising from 0 to the number of jets
//   /event/particles  uint32, events: rows with a target of class 1 to 5
// All tables are chunked with the Fletcher-32 filter, in HDF5's format of 1.10 (h5py: libver="latest",
// fletcher32=True, chunks=True), so that damage is noticed; deflate is allowed in the float32 tables.
#pragma once

#include "trainer/data/hdf5.hpp"
#include "trainer/data/source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace quench::trainer::data {

/// What a file says about itself.
struct FileInfo {
    event::Detector detector = event::Detector::delphes;
    std::string source;
    std::uint64_t seed = 0;

    friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

/// Reads events when they are asked for. The file's structure is checked when it is opened, the values of an
/// event when it is read, so that no file can do worse than to be refused. Safe to use from several threads.
class EventFile final : public EventSource {
  public:
    /// Fails for anything that does not have the layout above, with the reason.
    static base::Result<std::unique_ptr<EventFile>> open(const std::string& path);

    [[nodiscard]] event::Detector detector() const override { return info_.detector; }
    [[nodiscard]] std::size_t size() const override { return particles_.size(); }
    [[nodiscard]] Counts counts(std::size_t i) const override {
        return {begin_[i + 1] - begin_[i], particles_[i]};
    }
    /// Fails for values that are not finite, unknown classes and types, and a wrong number of particles.
    [[nodiscard]] base::Result<event::Event> read(std::size_t i) const override;

    [[nodiscard]] const FileInfo& info() const { return info_; }
    [[nodiscard]] bool has_candidates() const { return has_candidates_; }
    /// Of all events.
    [[nodiscard]] std::size_t rows() const { return begin_.back(); }
    [[nodiscard]] std::size_t jets() const { return jets_begin_.back(); }

  private:
    explicit EventFile(std::string path) : path_(std::move(path)) {}
    base::Result<> read_head();
    base::Result<> read_offsets();
    [[nodiscard]] base::Result<> check(const event::Event& event, std::size_t i) const;

    std::string path_;
    std::unique_ptr<hdf5::File> file_;
    FileInfo info_;
    bool has_candidates_ = false;
    std::vector<std::uint64_t> begin_, jets_begin_, particles_;
};

/// Writes a file beside its final name (with ".part" behind) and renames it when it is complete: a killed
/// program leaves no half file under the final name. Not thread-safe.
class EventFileWriter {
  public:
    static base::Result<std::unique_ptr<EventFileWriter>> create(const std::string& path,
                                                                 const FileInfo& info,
                                                                 hdf5::Compression compression);
    EventFileWriter(const EventFileWriter&) = delete;
    EventFileWriter& operator=(const EventFileWriter&) = delete;
    /// Without finish() the unfinished file is removed.
    ~EventFileWriter();

    /// `event` is of the file's detector, and has candidates if the first one had.
    base::Result<> append(const event::Event& event);
    /// Completes the file and gives it its name.
    base::Result<> finish();

  private:
    EventFileWriter(std::string path, std::unique_ptr<hdf5::File> file, event::Detector detector);
    [[nodiscard]] std::string unfinished() const { return path_ + ".part"; }
    base::Result<> flush();

    std::string path_;
    std::unique_ptr<hdf5::File> file_;
    event::Detector detector_;
    bool finished_ = false, has_candidates_ = false;
    std::size_t events_ = 0;
    std::uint64_t rows_ = 0, jets_rows_ = 0;
    // Rows that wait for a larger write.
    std::vector<float> elements_, targets_, candidates_, jets_;
    std::vector<std::uint64_t> begin_, jets_begin_;
    std::vector<std::uint32_t> particles_;
};

}  // namespace quench::trainer::data
