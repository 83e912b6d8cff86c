// The verbs of mlpf-events. Data goes to stdout, progress to stderr.
#pragma once

#include "base/result.hpp"
#include "trainer/data/hdf5.hpp"
#include "trainer/event/generator.hpp"

#include <cstdint>
#include <string>

namespace quench::trainer::cli {

enum class Output { table, json };

struct GenerateOptions {
    event::GeneratorOptions generator;
    std::uint64_t first = 0;  ///< number of the first event
    std::uint64_t events = 0;
    unsigned threads = 1;
    std::string out{};
    bool force = false;  ///< replace a file of that name
    data::hdf5::Compression compression = data::hdf5::Compression::none;
};

/// Writes a file of generated events, the same whatever the number of threads.
base::Result<> generate(const GenerateOptions& options);

/// Describes a file, and thereby reads and checks all of it.
base::Result<> info(const std::string& path, Output output);

struct BaselineOptions {
    std::string path{};  ///< a file with candidates; empty to generate events
    event::GeneratorOptions generator;
    std::uint64_t events = 0;
};

/// The rule-based candidates beside the published figures.
base::Result<> baseline(const BaselineOptions& options, Output output);

}  // namespace quench::trainer::cli
