// NumPy's .npy files, version 1.0, for exchange with Python.
#pragma once

#include "trainer/nn/matrix.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace quench::bench {

/// Write `path`, and its folder, anew. Throw std::runtime_error.
void write_npy(const std::filesystem::path& path, const trainer::nn::View<float>& values);
void write_npy(const std::filesystem::path& path, const trainer::nn::View<double>& values);
void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& values);

}  // namespace quench::bench
