// Where the events of a training and of its validation come from.
#pragma once

#include "trainer/data/source.hpp"
#include "trainer/event/generator.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace quench::trainer::training {

struct DataOptions {
    std::string file{};             ///< empty: generated events
    std::string validation_file{};  ///< empty: the last events of `file`
    event::GeneratorOptions generator{};
    /// Of training and validation; 0: all that the files have, with a fifth of `file` for validation if there
    /// is no other.
    std::size_t events = 200;
    std::size_t validation_events = 50;
};

struct Sources {
    std::shared_ptr<const data::EventSource> training, validation;
    std::string description;  ///< what tells these events from others, for checkpoints
};

/// Throws std::runtime_error with what is wrong with a file, or with the numbers.
Sources open_sources(const DataOptions& options);

}  // namespace quench::trainer::training
