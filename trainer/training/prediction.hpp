// What a trained model makes of events.
#pragma once

#include "trainer/event/event.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/training/model_file.hpp"

#include <vector>

namespace quench::trainer::training {

struct Prediction {
    std::vector<float> candidates;  ///< rows x 7, the columns of targets; a row of zeros for class none
    double seconds = 0;             ///< forward pass and candidates; no reading, no writing
    double processor_s = 0;         ///< the same without the waiting for other programs
};

/// One event at a time, so that what is said of an event does not depend on its neighbours, nor on the rank
/// that had it. One thread each; `model` outlives it.
class Predictor {
  public:
    explicit Predictor(const Model& model) : model_(model) {}

    /// `event` is of the model's detector.
    Prediction of(const event::Event& event);

  private:
    const Model& model_;
    mlpf::Matrix<float> features_;
    mlpf::Network<float>::Space space_;
    mlpf::Matrix<float> candidates_;
};

}  // namespace quench::trainer::training
