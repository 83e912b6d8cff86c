#include "trainer/training/model_file.hpp"

#include "base/contract.hpp"
#include "trainer/training/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace quench::trainer::training {
namespace {

using base::Error;
using base::Result;

const char* name_of(event::Detector detector) {
    return detector == event::Detector::delphes ? "delphes" : "clic";
}

mlpf::Index columns(event::Detector detector) {
    return static_cast<mlpf::Index>(event::feature_columns(detector));
}

// The bytes, or why there are none.
Result<std::string> read(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return Error(
            "there is no checkpoint (no such file); train one with mlpf-train --checkpoint-dir, or name "
            "the folder that holds " +
            std::string(checkpoint_name));
    std::ifstream in(path, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (bytes.empty()) return Error("the checkpoint cannot be read, or is empty (nothing to load)");
    return bytes;
}

// The configuration reads "NAME=VALUE ... seed=N data: ..." (configuration_of).
std::optional<std::uint64_t> seed_of(std::string_view configuration) {
    constexpr std::string_view mark = " seed=";
    const std::size_t at = configuration.find(mark);
    if (at == configuration.npos) return std::nullopt;
    const std::string_view digits = configuration.substr(at + mark.size());
    std::uint64_t seed = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
    if (read.ec != std::errc()) return std::nullopt;
    return seed;
}

}  // namespace

Model::Model(const Form& form, std::span<const float> values)
    : form_(form), parameters_(form.seed), network_(parameters_, form.hyper, columns(form.detector)) {
    QUENCH_CHECK(values.size() == parameters_.size(), "values of another network");
    std::ranges::copy(values, parameters_.values().begin());
    network_.set_standardization(form_.standardization);
}

Result<std::unique_ptr<Model>> model_from_bytes(std::string_view bytes) {
    auto checkpoint = checkpoint_from_bytes(bytes);
    if (!checkpoint) return checkpoint.error();
    const auto hyper = mlpf::hyperparameters_from_text(checkpoint->configuration);
    if (!hyper)
        return Error(
            fmt::format("the checkpoint's hyperparameters are unknown here ({}) use the mlpf-train "
                        "that wrote it",
                        hyper.error().text()));
    const auto seed = seed_of(checkpoint->configuration);
    if (!seed) return Error("the checkpoint names no seed (it was written by another program) train anew");
    for (const auto detector : {event::Detector::delphes, event::Detector::clic})
        if (mlpf::parameter_count(*hyper, columns(detector)) ==
                static_cast<double>(checkpoint->values.size()) &&
            checkpoint->standardization.mean.size() ==
                (hyper->standardize ? mlpf::encoded_columns(columns(detector)) : 0)) {
            auto model = std::make_unique<Model>(
                Model::Form{*hyper, *seed, detector, checkpoint->standardization}, checkpoint->values);
            model->epoch = checkpoint->epoch;
            model->configuration = std::move(checkpoint->configuration);
            return model;
        }
    return Error(
        fmt::format("the checkpoint's {} parameters fit no network of its hyperparameters (it was written by "
                    "another version of mlpf-train) use that version",
                    checkpoint->values.size()));
}

Result<std::unique_ptr<Model>> load_model(const std::filesystem::path& checkpoint,
                                          const mpi::Session& ranks) {
    std::error_code ignored;
    const std::filesystem::path path =
        std::filesystem::is_regular_file(checkpoint, ignored) ? checkpoint : checkpoint / checkpoint_name;
    std::string bytes, problem;
    if (ranks.is_root()) {
        auto found = read(path);
        if (found)
            bytes = std::move(found).value();
        else
            problem = found.error().text();
    }
    ranks.broadcast(problem);
    if (!problem.empty()) return Error(problem).in(path.string());
    ranks.broadcast(bytes);
    auto model = model_from_bytes(bytes);
    if (!model) return model.error().in(path.string());
    return model;
}

Result<> check_detector(const Model& model, event::Detector detector, const std::string& events) {
    if (model.detector() == detector) return base::success();
    return Error(fmt::format(
        "{}: the events are of the detector {} (the model was trained on {}) give events of one detector",
        events, name_of(detector), name_of(model.detector())));
}

}  // namespace quench::trainer::training
