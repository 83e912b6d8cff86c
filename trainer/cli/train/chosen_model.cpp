#include "trainer/cli/train/chosen_model.hpp"

#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/together.hpp"

#include <nlohmann/json.hpp>

namespace quench::trainer::cli {

std::unique_ptr<training::Model> chosen_model(const std::string& checkpoint_dir, const nlohmann::json& params,
                                              const mpi::Session& ranks) {
    if (!checkpoint_dir.empty()) {
        auto model = training::load_model(checkpoint_dir, ranks);
        if (!model) throw Refused(model.error().text());
        return std::move(model).value();
    }
    const Configuration configuration = configuration_from(params);
    if (configuration.infeasible) throw Refused(configuration.infeasible->why);
    constexpr std::uint64_t seed = 0;
    constexpr auto detector = event::Detector::delphes;
    nn::Parameters<float> parameters(seed);
    const mlpf::Network<float> network(parameters, configuration.hyper,
                                       static_cast<mlpf::Index>(event::feature_columns(detector)));
    return std::make_unique<training::Model>(training::Model::Form{configuration.hyper, seed, detector},
                                             parameters.values());
}

}  // namespace quench::trainer::cli
