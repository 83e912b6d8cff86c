// mlpf-train predict FILE --checkpoint-dir DIR --out PRED.h5
// mlpf-train predict --time-sizes 500,1000,2000 [--checkpoint-dir DIR]
#include "trainer/cli/train/predict.hpp"

#include "trainer/cli/train/chosen_model.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace quench::trainer::cli {
namespace {

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
        const auto model = chosen_model(options->checkpoint_dir, params_from(options->settings), ranks);
        if (options->sizes.empty())
            predict_file(*options, *model, ranks);
        else
            measure_sizes(*options, *model);
    };
}

}  // namespace quench::trainer::cli
