#include "trainer/cli/train/predict.hpp"
#include "trainer/cli/train/predict_events.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/data/event_file.hpp"
#include "trainer/training/scaling.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

using training::Cost;
using Json = nlohmann::ordered_json;

template <class T>
T valued(base::Result<T> result) {
    if (!result) throw Refused(result.error().text());
    return std::move(result).value();
}

constexpr double ms_per_s = 1000;

// Of every event, in the file's order [ms].
struct Costs {
    std::vector<Cost> wall{}, processor{};
};

class FilePrediction {
  public:
    FilePrediction(const PredictOptions& options, const training::Model& model, const mpi::Session& ranks)
        : ranks_(ranks), model_(model) {
        do_all_or_none(ranks, [&] {
            if (!options.force && std::filesystem::exists(options.out))
                throw Refused(options.out +
                              " exists (nothing was written); choose another name or say --force");
            file_ = valued(data::EventFile::open(options.file));
            valued(training::check_detector(model, file_->detector(), options.file));
            if (!ranks.is_root()) return;
            data::FileInfo info = file_->info();
            info.source += fmt::format("; candidates: mlpf-train predict, {} epochs of {}", model.epoch,
                                       model.configuration);
            writer_ = valued(data::EventFileWriter::create(options.out, info, data::hdf5::Compression::none));
        });
    }

    // All events; what each cost, on rank 0.
    Costs run() {
        Costs costs;
        predict_events(model_, *file_, file_->size(), ranks_,
                       [&](event::Event event, training::Prediction prediction) {
                           costs.wall.push_back({event.rows, prediction.seconds * ms_per_s});
                           costs.processor.push_back({event.rows, prediction.processor_s * ms_per_s});
                           event.candidates = std::move(prediction.candidates);
                           valued(writer_->append(event));
                       });
        do_all_or_none(ranks_, [&] {
            if (writer_) valued(writer_->finish());
        });
        return costs;
    }

  private:
    const mpi::Session& ranks_;
    const training::Model& model_;
    std::unique_ptr<data::EventFile> file_;
    std::unique_ptr<data::EventFileWriter> writer_;  // of rank 0
};

Json to_json(const PredictOptions& options, const training::Model& model, const mpi::Session& ranks,
             const Costs& costs) {
    std::size_t elements = 0;
    for (const Cost& cost : costs.wall) elements += cost.elements;
    const auto exponent = training::fitted_exponent(costs.processor);
    Json bins = Json::array();
    for (const training::SizeBin& bin : training::by_size(costs.wall))
        bins.push_back({{"from", bin.from},
                        {"to", bin.to},
                        {"events", bin.events},
                        {"median_ms", bin.median},
                        {"p95_ms", bin.p95},
                        {"ms_per_1000_elements", bin.per_1000}});
    return {{"file", options.file},
            {"out", options.out},
            {"epoch", model.epoch},
            {"ranks", ranks.size()},
            {"events", costs.wall.size()},
            {"elements", elements},
            {"bins", bins},
            {"exponent", exponent ? Json(*exponent) : Json(nullptr)}};
}

void print_table(const Json& json) {
    fmt::print("{} events, {} elements, model of epoch {}, {} rank{}: {}\n\n", json["events"].dump(),
               json["elements"].dump(), json["epoch"].dump(), json["ranks"].dump(),
               json["ranks"] == 1 ? "" : "s", json["out"].get<std::string>());
    fmt::print("{:<16}{:>8}{:>12}{:>12}{:>22}\n", "elements", "events", "median ms", "p95 ms",
               "ms per 1000 elements");
    for (const Json& bin : json["bins"])
        fmt::print("{:<16}{:>8}{:>12.3f}{:>12.3f}{:>22.3f}\n",
                   fmt::format("{} - {}", bin["from"].get<std::size_t>(), bin["to"].get<std::size_t>() - 1),
                   bin["events"].get<std::size_t>(), bin["median_ms"].get<double>(),
                   bin["p95_ms"].get<double>(), bin["ms_per_1000_elements"].get<double>());
    if (json["exponent"].is_null())
        fmt::print("\nthe events are too alike in size for a fitted exponent\n");
    else
        fmt::print("\ncpu time ~ elements^{:.2f}\n", json["exponent"].get<double>());
}

}  // namespace

void predict_file(const PredictOptions& options, const training::Model& model, const mpi::Session& ranks) {
    FilePrediction prediction(options, model, ranks);
    const Costs costs = prediction.run();
    if (!ranks.is_root()) return;
    const Json json = to_json(options, model, ranks, costs);
    if (options.output == Output::json)
        print_line(ranks, json.dump(2, ' ', false, Json::error_handler_t::replace));
    else
        print_table(json);
}

}  // namespace quench::trainer::cli
