// mlpf-train predict FILE --checkpoint-dir DIR --out PRED.h5
// mlpf-train predict --time-sizes 500,1000,2000 [--checkpoint-dir DIR]
#include "trainer/cli/train/predict.hpp"

#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace quench::trainer::cli {
namespace {

// An untrained network is as fast as a trained one.
std::unique_ptr<training::Model> untrained(const Settings& settings) {
    const Configuration configuration = configuration_from(params_from(settings));
    if (configuration.infeasible) throw Refused(configuration.infeasible->why);
    constexpr std::uint64_t seed = 0;
    constexpr auto detector = event::Detector::delphes;
    nn::Parameters<float> parameters(seed);
    const mlpf::Network<float> network(parameters, configuration.hyper,
                                       static_cast<mlpf::Index>(event::feature_columns(detector)));
    return std::make_unique<training::Model>(training::Model::Form{configuration.hyper, seed, detector},
                                             parameters.values());
}

std::unique_ptr<training::Model> model_of(const PredictOptions& options, const mpi::Session& ranks) {
    if (options.checkpoint_dir.empty()) return untrained(options.settings);
    auto model = training::load_model(options.checkpoint_dir, ranks);
    if (!model) throw Refused(model.error().text());
    return std::move(model).value();
}

void check(const PredictOptions& options, const mpi::Session& ranks) {
    if (options.file.empty() == options.sizes.empty())
        throw Refused("predict needs events (and one kind of them) name a FILE or say --time-sizes");
    if (!options.checkpoint_dir.empty() && !options.settings.empty())
        throw Refused(
            "--set beside --checkpoint-dir (the checkpoint has the model's hyperparameters) leave one out");
    if (!options.sizes.empty()) {
        if (ranks.size() > 1)
            throw Refused("--time-sizes under several ranks (they would disturb each other) start one");
        if (!options.out.empty())
            throw Refused("--time-sizes writes no file (it only measures) leave --out out");
        return;
    }
    if (options.checkpoint_dir.empty())
        throw Refused("there is no model (nothing to predict with) say --checkpoint-dir DIR");
    if (options.out.empty()) throw Refused("there is no place for the candidates say --out PRED.h5");
}

}  // namespace

Action declare_predict(CLI::App& app) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<PredictOptions>();
    app.add_option("FILE", options->file, "Events, a file of mlpf-events or mlpf-import");
    add_checkpoint(app, options->checkpoint_dir);
    app.add_option("--out", options->out, "The file to write: FILE with the model's candidates");
    app.add_flag("--force", options->force, "Replace an existing file");
    app.add_option("--time-sizes", options->sizes,
                   "Instead of a file: measure time and memory on generated events of these numbers of "
                   "elements, as in 500,1000,2000")
        ->delimiter(',')
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
    app.add_option("--set", options->settings,
                   "NAME=VALUE, for --time-sizes without a checkpoint: a hyperparameter of the untrained "
                   "network that is measured");
    add_output(app, options->output);
    return [options](const mpi::Session& ranks) {
        check(*options, ranks);
        const auto model = model_of(*options, ranks);
        if (options->sizes.empty())
            predict_file(*options, *model, ranks);
        else
            measure_sizes(*options, *model);
    };
}

}  // namespace quench::trainer::cli
