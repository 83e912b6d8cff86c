// What a forward pass costs on events of a given size, in time and in memory.
#pragma once

#include "trainer/event/event.hpp"
#include "trainer/training/model_file.hpp"

#include <cstddef>
#include <optional>

namespace quench::trainer::training {

/// A Delphes event of exactly `rows` elements: generated events at a pile-up that gives about so many, at
/// most `most_pileup`, put together where one is not enough, and thinned evenly, so that towers and tracks
/// keep their shares. Without candidates and jets. For another detector the columns that are missing are 0.
event::Event event_of_size(std::size_t rows, double most_pileup, event::Detector detector);

struct ForwardCost {
    std::size_t runs = 0;
    double median_s = 0, p95_s = 0;  ///< by the clock on the wall
    double least_processor_s = 0;    ///< of one pass, without the waiting for other programs
    /// What the pass added to the resident memory of a process at its peak [bytes]; nothing where the system
    /// does not tell.
    std::optional<double> peak_bytes{};
};

/// Times passes over `event` for half a second, five at least, after one that is not counted. Memory is
/// measured in a child process, so that what earlier passes left behind does not count: call it from a
/// program without other threads and without MPI. Throws std::bad_alloc.
ForwardCost forward_cost(const Model& model, const event::Event& event);

}  // namespace quench::trainer::training
