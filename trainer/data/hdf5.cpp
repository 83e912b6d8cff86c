#include "trainer/data/hdf5.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

namespace quench::trainer::data::hdf5 {
namespace {

using base::Error;
using base::Result;

// The library is one for the process: its mutex too. The first to take it silences the library's own
// printing.
class Library {
  public:
    Library() : lock_(mutex()) {
        static const bool quiet = [] {
            // At the end the library closes what is open, which crashes if it could not be written before.
            H5dont_atexit();
            std::atexit([] {
                if (!abandoned) H5close();
            });
            H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
            H5PLset_loading_state(0);  // a file must not make us load code
            return true;
        }();
        static_cast<void>(quiet);
        H5Eclear2(H5E_DEFAULT);
    }

    static bool abandoned;  ///< a file was left open for good

  private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    std::lock_guard<std::mutex> lock_;
};

bool Library::abandoned = false;

// Closes what it holds. To be used under Library.
class Handle {
  public:
    using Close = herr_t (*)(hid_t);
    Handle() = default;
    Handle(hid_t id, Close closer) : id_(id), close_(closer) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Handle() { close(); }

    [[nodiscard]] bool ok() const { return id_ >= 0; }
    operator hid_t() const { return id_; }
    void abandon() { id_ = -1; }
    bool close() {
        if (!ok()) return true;
        return close_(std::exchange(id_, -1)) >= 0;
    }

  private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

// The innermost sentence of the library's error stack.
std::string reason() {
    std::string text;
    const auto keep = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
        if (error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep, &text);
    // What the system said is inside a long list of numbers.
    constexpr std::string_view mark = "error message = '";
    if (const std::size_t at = text.find(mark); at != std::string::npos) {
        text.erase(0, at + mark.size());
        text.erase(std::min(text.find('\''), text.size()));
    }
    std::ranges::replace(text, '\n', ' ');
    return text.empty() ? "no reason given" : text;
}

Error failed(const std::string& what) {
    return Error(fmt::format("{} (HDF5: {})", what, reason()));
}

hid_t memory_type(Number number) {
    switch (number) {
        case Number::float32:
            return H5T_NATIVE_FLOAT;
        case Number::uint32:
            return H5T_NATIVE_UINT32;
        case Number::uint64:
            return H5T_NATIVE_UINT64;
    }
    return -1;
}

std::size_t bytes_of(Number number) {
    return number == Number::uint64 ? 8 : 4;
}

// Local file access without locks for reading: a file under its final name never changes, and parallel file
// systems often have no locks.
Handle access(bool reading) {
    Handle properties(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_libver_bounds(properties, H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(properties, H5F_CLOSE_STRONG);
    H5Pset_file_locking(properties, reading ? 0 : 1, 1);
    return properties;
}

constexpr std::size_t longest_text = 64 * 1024;
constexpr hsize_t largest_chunk_bytes = 64 << 20;

// The group that a table's name begins with, if it is not there yet. Times as in File::create.
void make_group_of(hid_t file, const std::string& name) {
    const std::size_t slash = name.rfind('/');
    const std::string group = slash == name.npos ? "" : name.substr(0, slash);
    if (group.empty() || H5Lexists(file, group.c_str(), H5P_DEFAULT) > 0) return;
    const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties, false);
    const Handle made(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Gclose);
}

}  // namespace

struct File::Open {
    std::string path;
    Handle file;
    std::map<std::string, Handle> tables;  // those that are written to

    bool writing = false;  // until it is closed

    // A file that was not written to its end is left to the end of the process: the library crashes when it
    // has to close what it could not write (a full disk).
    ~Open() {
        if (!writing) return;
        Library::abandoned = true;
        for (auto& [name, table] : tables) table.abandon();
        file.abandon();
    }
};

File::File(std::unique_ptr<Open> open) : open_(std::move(open)) {}

File::~File() {
    const Library library;
    open_.reset();
}

Result<std::unique_ptr<File>> File::create(const std::string& path) {
    const Library library;
    auto open = std::make_unique<Open>();
    open->path = path;
    const Handle how = access(false);  // named: closing it would clear the reason of a failure
    // No times in the file: the same events give the same bytes, whenever they are written.
    const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties, false);
    open->file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties, how), H5Fclose);
    if (!open->file.ok()) return failed(path + " cannot be written");
    open->writing = true;
    return std::unique_ptr<File>(new File(std::move(open)));
}

Result<std::unique_ptr<File>> File::open(const std::string& path) {
    constexpr std::array<unsigned char, 8> signature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    constexpr unsigned char first_with_checksums = 2;
    std::array<unsigned char, 9> head{};
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return Error(path +
                     " cannot be read (no such file, or no permission); name another, or make it with "
                     "mlpf-events generate");
    in.read(reinterpret_cast<char*>(head.data()), head.size());
    if (in.gcount() != head.size() || !std::equal(signature.begin(), signature.end(), head.begin()))
        return Error(path +
                     " is not an HDF5 file (it does not begin as one); mlpf-events generate and mlpf-import "
                     "make such files");
    if (head.back() < first_with_checksums)
        return Error(path +
                     " is an HDF5 file without checksums (an old format) and is not read; rewrite it with "
                     "mlpf-import, or in h5py with libver='latest'");
    const Library library;
    auto open = std::make_unique<Open>();
    open->path = path;
    const Handle how = access(true);
    open->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, how), H5Fclose);
    if (!open->file.ok()) return failed(path + " is damaged or cut short; copy it again, or make it anew");
    return std::unique_ptr<File>(new File(std::move(open)));
}

Result<> File::write_text(const std::string& name, const std::string& text) {
    const Library library;
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    H5Tset_size(type, text.size() + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const Handle attribute(H5Acreate2(open_->file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute.ok() || H5Awrite(attribute, type, text.c_str()) < 0)
        return failed(open_->path + ": the attribute " + name + " cannot be written");
    return base::success();
}

Result<> File::write_number(const std::string& name, std::uint64_t number) {
    const Library library;
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(
        H5Acreate2(open_->file, name.c_str(), H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!attribute.ok() || H5Awrite(attribute, H5T_NATIVE_UINT64, &number) < 0)
        return failed(open_->path + ": the attribute " + name + " cannot be written");
    return base::success();
}

Result<std::string> File::read_text(const std::string& name) const {
    const Library library;
    const std::string what = "the attribute " + name;
    if (H5Aexists(open_->file, name.c_str()) <= 0) return Error(what + " is missing");
    const Handle attribute(H5Aopen(open_->file, name.c_str(), H5P_DEFAULT), H5Aclose);
    if (!attribute.ok()) return failed(what + " cannot be read");
    const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1)
        return Error(what + " is not a text");
    // Texts of variable length lie in the one part of a file that has no checksum.
    if (H5Tis_variable_str(type) > 0)
        return Error(what +
                     " is a text of variable length (write one of fixed length: in h5py numpy.bytes_)");
    const std::size_t size = H5Tget_size(type);
    if (size > longest_text) return Error(what + " is too long");
    std::string out(size + 1, '\0');
    if (H5Aread(attribute, type, out.data()) < 0) return failed(what + " cannot be read");
    out.resize(strnlen(out.data(), size));
    return out;
}

Result<std::uint64_t> File::read_number(const std::string& name) const {
    const Library library;
    const std::string what = "the attribute " + name;
    if (H5Aexists(open_->file, name.c_str()) <= 0) return Error(what + " is missing");
    const Handle attribute(H5Aopen(open_->file, name.c_str(), H5P_DEFAULT), H5Aclose);
    if (!attribute.ok()) return failed(what + " cannot be read");
    const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
    if (H5Tget_class(type) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1)
        return Error(what + " is not a whole number");
    std::uint64_t number = 0;
    if (H5Aread(attribute, H5T_NATIVE_UINT64, &number) < 0) return failed(what + " cannot be read");
    return number;
}

Result<> File::create_table(const std::string& name, Number number, std::size_t columns,
                            std::size_t chunk_rows, Compression compression) {
    const Library library;
    const int rank = columns == 0 ? 1 : 2;
    const hsize_t now[2] = {0, columns}, most[2] = {H5S_UNLIMITED, columns}, chunk[2] = {chunk_rows, columns};
    const Handle space(H5Screate_simple(rank, now, most), H5Sclose);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    make_group_of(open_->file, name);
    H5Pset_chunk(properties, rank, chunk);
    H5Pset_obj_track_times(properties, false);
    if (compression == Compression::deflate) {
        constexpr unsigned fast = 4;
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, fast);
    }
    H5Pset_fletcher32(properties);
    const hid_t type = number == Number::float32  ? H5T_IEEE_F32LE
                       : number == Number::uint32 ? H5T_STD_U32LE
                                                  : H5T_STD_U64LE;
    Handle table(H5Dcreate2(open_->file, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                 H5Dclose);
    if (!table.ok()) return failed(open_->path + ": the table " + name + " cannot be made");
    open_->tables[name] = std::move(table);
    return base::success();
}

Result<> File::append_raw(const std::string& name, const void* values, std::size_t size, Number number) {
    const Library library;
    QUENCH_CHECK(open_->tables.contains(name), "rows for a table that was not made");
    const Handle& table = open_->tables[name];
    Handle space(H5Dget_space(table), H5Sclose);
    hsize_t extent[2] = {0, 1};
    const int rank = H5Sget_simple_extent_dims(space, extent, nullptr);
    if (rank < 1) return failed(open_->path + " cannot be written");
    QUENCH_CHECK(size % extent[1] == 0, "not whole rows");
    const hsize_t rows = size / extent[1];
    if (rows == 0) return base::success();
    const hsize_t first[2] = {extent[0], 0}, count[2] = {rows, extent[1]};
    extent[0] += rows;
    if (H5Dset_extent(table, extent) < 0) return failed(open_->path + " cannot be written");
    space = Handle(H5Dget_space(table), H5Sclose);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, first, nullptr, count, nullptr);
    const Handle memory(H5Screate_simple(rank, count, nullptr), H5Sclose);
    if (H5Dwrite(table, memory_type(number), memory, space, H5P_DEFAULT, values) < 0)
        return failed(open_->path + " cannot be written");
    return base::success();
}

Result<> File::append(const std::string& name, const std::vector<float>& values) {
    return append_raw(name, values.data(), values.size(), Number::float32);
}
Result<> File::append(const std::string& name, const std::vector<std::uint32_t>& values) {
    return append_raw(name, values.data(), values.size(), Number::uint32);
}
Result<> File::append(const std::string& name, const std::vector<std::uint64_t>& values) {
    return append_raw(name, values.data(), values.size(), Number::uint64);
}

Result<> File::close() {
    const Library library;
    // Everything is on its way before anything is closed.
    if (H5Fflush(open_->file, H5F_SCOPE_GLOBAL) < 0)
        return failed(open_->path + " cannot be written to its end");
    bool ok = true;
    for (auto& [name, table] : open_->tables) ok = table.close() && ok;
    ok = open_->file.close() && ok;
    open_->writing = !ok;
    if (!ok) return failed(open_->path + " cannot be written to its end");
    return base::success();
}

Result<Shape> File::shape(const std::string& name) const {
    const Library library;
    const std::string what = "the table " + name;
    // Only what lies in this file: a link could lead to any other.
    for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
        H5L_info_t link{};
        const std::string part = name.substr(0, end);
        if (H5Lexists(open_->file, part.c_str(), H5P_DEFAULT) <= 0) return Error(what + " is missing");
        if (H5Lget_info(open_->file, part.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
            return Error(what + " is a link (only tables of the file itself are read)");
        if (end == std::string::npos) break;
    }
    const Handle table(H5Dopen2(open_->file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!table.ok()) return failed(what + " is damaged or is none");
    const Handle properties(H5Dget_create_plist(table), H5Pclose), type(H5Dget_type(table), H5Tclose),
        space(H5Dget_space(table), H5Sclose);
    if (!properties.ok() || !type.ok() || !space.ok()) return failed(what + " is damaged");
    hsize_t chunk[2] = {0, 1};
    if (H5Pget_layout(properties) != H5D_CHUNKED || H5Pget_external_count(properties) != 0)
        return Error(what + " is not kept in chunks in this file");
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank != 1 && rank != 2) return Error(what + " is neither a list nor a table");
    hsize_t extent[2] = {0, 0};
    H5Sget_simple_extent_dims(space, extent, nullptr);
    Shape shape{.rows = extent[0], .columns = rank == 2 ? extent[1] : 0};
    const std::size_t size = H5Tget_size(type);
    const H5T_class_t kind = H5Tget_class(type);
    const bool is_unsigned = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE;
    if (kind == H5T_FLOAT && size == 4)
        shape.number = Number::float32;
    else if (is_unsigned && size == 4)
        shape.number = Number::uint32;
    else if (is_unsigned && size == 8)
        shape.number = Number::uint64;
    else
        return Error(what +
                     " holds numbers of another type (32-bit floats, 32- or 64-bit unsigned are read)");
    if (H5Pget_chunk(properties, rank, chunk) != rank || chunk[0] > largest_chunk_bytes ||
        chunk[1] > largest_chunk_bytes || chunk[0] * chunk[1] * bytes_of(shape.number) > largest_chunk_bytes)
        return Error(what + " has chunks of more than 64 MiB");
    return shape;
}

namespace {

// Rows of a table of known rank and type into `out`.
template <class T>
Result<std::vector<T>> read_rows(hid_t file, const std::string& name, std::size_t first, std::size_t count,
                                 Number number) {
    const Library library;
    const std::string what = "the table " + name;
    const Handle table(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!table.ok()) return failed(what + " is damaged");
    const Handle space(H5Dget_space(table), H5Sclose);
    hsize_t extent[2] = {0, 1};
    const int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : 0;
    if (rank != 1 && rank != 2) return Error(what + " is damaged");
    H5Sget_simple_extent_dims(space, extent, nullptr);
    QUENCH_CHECK(first + count <= extent[0], "rows beyond a table's end");
    std::vector<T> out(count * extent[1]);
    if (out.empty()) return out;
    const hsize_t from[2] = {first, 0}, size[2] = {count, extent[1]};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, from, nullptr, size, nullptr);
    const Handle memory(H5Screate_simple(rank, size, nullptr), H5Sclose);
    if (H5Dread(table, memory_type(number), memory, space, H5P_DEFAULT, out.data()) < 0)
        return failed(what + " cannot be read");
    return out;
}

}  // namespace

Result<std::vector<float>> File::read_floats(const std::string& name, std::size_t first,
                                             std::size_t count) const {
    return read_rows<float>(open_->file, name, first, count, Number::float32);
}

Result<std::vector<std::uint64_t>> File::read_integers(const std::string& name, std::size_t first,
                                                       std::size_t count) const {
    return read_rows<std::uint64_t>(open_->file, name, first, count, Number::uint64);
}

}  // namespace quench::trainer::data::hdf5
