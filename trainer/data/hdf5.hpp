// HDF5 behind a wall: tables of numbers that grow by rows, and attributes of a file. The library's headers
// are included by hdf5.cpp alone.
//
// Written files have the format of HDF5 1.10, in which all bookkeeping carries checksums, and a checksum on
// every chunk of numbers; files without are refused. A flipped or missing byte is therefore an error and
// neither a wrong number nor a crash of the library on its own structures. Thread rule: everything may be
// called from any thread; one mutex serves the library, whose common builds are not thread-safe.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace quench::trainer::data::hdf5 {

enum class Number { float32, uint32, uint64 };

/// What a table is: `columns` is 0 for a plain list.
struct Shape {
    Number number = Number::float32;
    std::size_t rows = 0;
    std::size_t columns = 0;
};

enum class Compression { none, deflate };

/// An open file; closed with the object. Names of tables may have one folder: "event/begin".
class File {
  public:
    /// A new file; replaces one of the same name.
    static base::Result<std::unique_ptr<File>> create(const std::string& path);
    /// To read. Refuses what is no HDF5 file, is cut short, or has no checksums.
    static base::Result<std::unique_ptr<File>> open(const std::string& path);

    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    base::Result<> write_text(const std::string& name, const std::string& text);
    base::Result<> write_number(const std::string& name, std::uint64_t number);
    /// At most 64 KiB.
    [[nodiscard]] base::Result<std::string> read_text(const std::string& name) const;
    [[nodiscard]] base::Result<std::uint64_t> read_number(const std::string& name) const;

    /// An empty table that keeps its rows in chunks of `chunk_rows`.
    base::Result<> create_table(const std::string& name, Number number, std::size_t columns,
                                std::size_t chunk_rows, Compression compression);
    /// `values` holds whole rows of the table's type.
    base::Result<> append(const std::string& name, const std::vector<float>& values);
    base::Result<> append(const std::string& name, const std::vector<std::uint32_t>& values);
    base::Result<> append(const std::string& name, const std::vector<std::uint64_t>& values);
    /// Writes what is left; says what destructors cannot. Nothing but destruction may follow.
    base::Result<> close();

    /// Fails for anything that create_table does not make: other types, links to other files, huge chunks.
    [[nodiscard]] base::Result<Shape> shape(const std::string& name) const;
    /// The rows from `first`. The caller has compared with shape(): type, and first + count <= rows.
    [[nodiscard]] base::Result<std::vector<float>> read_floats(const std::string& name, std::size_t first,
                                                               std::size_t count) const;
    [[nodiscard]] base::Result<std::vector<std::uint64_t>> read_integers(const std::string& name,
                                                                         std::size_t first,
                                                                         std::size_t count) const;

  private:
    struct Open;
    explicit File(std::unique_ptr<Open> open);
    base::Result<> append_raw(const std::string& name, const void* values, std::size_t size, Number number);

    std::unique_ptr<Open> open_;
};

}  // namespace quench::trainer::data::hdf5
