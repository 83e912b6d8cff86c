// A trained network from its checkpoint alone.
//
// A checkpoint's configuration begins with every hyperparameter (mlpf::to_text) and the seed, on which the
// directions of the hashing depend; the number of values tells for which detector the network was made. So
// nothing beside the file has to be remembered, and checkpoints of before are read as well.
#pragma once

#include "base/result.hpp"
#include "trainer/event/event.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/mpi/session.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace quench::trainer::training {

/// Made whole or not at all; `network` belongs to `parameters`. Const use is safe from several threads, with
/// a cache of Network<float> each.
class Model {
  public:
    /// What decides the network's form, and what in it is random and not trained.
    struct Form {
        mlpf::Hyperparameters hyper;
        std::uint64_t seed = 0;
        event::Detector detector = event::Detector::delphes;
        mlpf::Standardization<float> standardization{};
    };
    /// `form` gives as many parameters as `values` has.
    Model(const Form& form, std::span<const float> values);

    [[nodiscard]] const mlpf::Hyperparameters& hyper() const { return form_.hyper; }
    [[nodiscard]] event::Detector detector() const { return form_.detector; }
    [[nodiscard]] const nn::Parameters<float>& parameters() const { return parameters_; }
    [[nodiscard]] const mlpf::Network<float>& network() const { return network_; }

    std::uint64_t epoch = 0;      ///< epochs that it was trained
    std::string configuration{};  ///< hyperparameters, seed and data of its training, as text

  private:
    Form form_;
    nn::Parameters<float> parameters_;
    mlpf::Network<float> network_;
};

/// From the bytes of a checkpoint.
base::Result<std::unique_ptr<Model>> model_from_bytes(std::string_view bytes);

/// From the checkpoint in this folder, or from the file itself if it is one: rank 0 reads it, all ranks get
/// the model or all the same error, which names the file, what is wrong with it and what to do.
base::Result<std::unique_ptr<Model>> load_model(const std::filesystem::path& checkpoint,
                                                const mpi::Session& ranks);

/// Fails, with words for users, if events of this detector are not what the model was trained on.
base::Result<> check_detector(const Model& model, event::Detector detector, const std::string& events);

}  // namespace quench::trainer::training
