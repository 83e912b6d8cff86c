#include "bench/npy.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace quench::bench {
namespace {

std::ofstream begin(const std::filesystem::path& path, const char* type, const std::string& shape) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    if (!out) throw std::runtime_error("cannot write " + path.string());
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
    constexpr std::size_t before = 10, alignment = 64;  // magic, version and length; of what follows
    header.append(alignment - (before + header.size() + 1) % alignment, ' ');
    header += '\n';
    const auto size = static_cast<std::uint16_t>(header.size());
    out.write("\x93NUMPY\x01\x00", 8);
    out.put(static_cast<char>(size & 0xff));
    out.put(static_cast<char>(size >> 8));
    out << header;
    return out;
}

template <class Scalar>
void write_matrix(const std::filesystem::path& path, const char* type,
                  const trainer::nn::View<Scalar>& values) {
    std::ofstream out = begin(path, type, fmt::format("({}, {})", values.rows(), values.cols()));
    for (Eigen::Index row = 0; row < values.rows(); ++row)
        out.write(reinterpret_cast<const char*>(values.row(row).data()),
                  static_cast<std::streamsize>(sizeof(Scalar)) * values.cols());
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

void write_npy(const std::filesystem::path& path, const trainer::nn::View<float>& values) {
    write_matrix<float>(path, "<f4", values);
}

void write_npy(const std::filesystem::path& path, const trainer::nn::View<double>& values) {
    write_matrix<double>(path, "<f8", values);
}

void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& values) {
    std::ofstream out = begin(path, "<i8", fmt::format("({},)", values.size()));
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(sizeof(std::int64_t) * values.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace quench::bench
