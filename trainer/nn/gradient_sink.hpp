// Where a backward pass says which gradients it has finished.
#pragma once

#include "trainer/nn/matrix.hpp"

namespace quench::trainer::nn {

/// Told how far a backward pass has come. Parameters are registered in forward order, so a backward pass
/// finishes their gradients from the end of the block towards its beginning, and whoever sums gradients over
/// ranks can begin with the end while the pass goes on.
class GradientSink {
  public:
    GradientSink() = default;
    GradientSink(const GradientSink&) = delete;
    GradientSink& operator=(const GradientSink&) = delete;
    virtual ~GradientSink() = default;

    /// Gradients `offset` and after will not be read or written by this pass any more. Called with falling
    /// offsets, from the thread that runs the pass, and cheap enough to be called after every layer.
    virtual void final_from(Index offset) = 0;
};

}  // namespace quench::trainer::nn
