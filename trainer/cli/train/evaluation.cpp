#include "trainer/cli/train/evaluation.hpp"

#include "trainer/cli/progress.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/data/event_file.hpp"
#include "trainer/training/prediction.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

constexpr std::size_t at_once = 32;  // events of a rank, between two exchanges

template <class T>
T valued(base::Result<T> result) {
    if (!result) throw Refused(result.error().text());
    return std::move(result).value();
}

// The events by number, each made or read when it is asked for.
class Events {
  public:
    Events(const EvaluationEvents& options, const training::Model& model) : options_(options) {
        if (options.file.empty()) {
            valued(training::check_detector(model, event::Detector::delphes, "the generated events"));
            return;
        }
        file_ = valued(data::EventFile::open(options.file));
        valued(training::check_detector(model, file_->detector(), options.file));
        if (file_->size() == 0)
            throw Refused(fmt::format(
                "{}: there is nothing to evaluate (the file has no events) name another", options.file));
        if (options.events > file_->size())
            throw Refused(fmt::format("{}: {} events are asked for (the file has {}) ask for fewer",
                                      options.file, options.events, file_->size()));
        if (options_.events == 0) options_.events = file_->size();
    }
    [[nodiscard]] std::size_t size() const { return options_.events; }
    [[nodiscard]] bool has_baseline() const { return !file_ || file_->has_candidates(); }
    [[nodiscard]] event::Event at(std::size_t i) const {
        return file_ ? valued(file_->read(i))
                     : event::generate(options_.generator, first_evaluation_event + i);
    }
    [[nodiscard]] std::string description() const {
        if (file_) return options_.file;
        return fmt::format("generated, {}, pile-up {}, seed {}", event::to_text(options_.generator.process),
                           options_.generator.pileup, options_.generator.seed);
    }

  private:
    EvaluationEvents options_;
    std::unique_ptr<data::EventFile> file_;
};

void add(const Events& events, std::size_t i, training::Predictor& predictor, metrics::Share& share) {
    const event::Event event = events.at(i);
    const std::vector<float> model = predictor.of(event).candidates;
    const std::span<const float> both[] = {model, event.candidates};
    share.add(i, event, std::span(both).first(events.has_baseline() ? 2 : 1));
}

}  // namespace

std::optional<Evaluation> evaluate(const EvaluationEvents& options, const event::JetDefinition& jets,
                                   const training::Model& model, const mpi::Session& ranks) {
    std::optional<Events> events;
    do_all_or_none(ranks, [&] { events.emplace(options, model); });
    const metrics::Share::Options of = {.reconstructions = events->has_baseline() ? 2U : 1U, .jets = jets};
    // Not predict_events: metrics cost 2 to 3 ms for 1000 elements, a good third of a small network's pass,
    // so ranks count as well and hand over what they have counted.
    metrics::Share whole(of);
    training::Predictor predictor(model);
    Progress progress("mlpf-train", "events", events->size());
    const auto size = static_cast<std::size_t>(ranks.size());
    for (std::size_t first = 0; first < events->size(); first += at_once * size) {
        const std::size_t last = std::min(first + at_once * size, events->size());
        std::string mine;
        do_all_or_none(ranks, [&] {
            metrics::Share share(of);
            for (std::size_t i = first + static_cast<std::size_t>(ranks.rank()); i < last; i += size)
                add(*events, i, predictor, share);
            mine = metrics::to_bytes(share);
        });
        const std::vector<std::string> all = ranks.gather(mine);
        do_all_or_none(ranks, [&] {
            for (const std::string& bytes : all)
                valued(whole.merge(valued(metrics::share_from_bytes(bytes, of))));
        });
        if (ranks.any(trial::stop_requested()))
            throw Refused("stopped as asked (nothing was printed) start it again to evaluate");
        if (ranks.is_root()) progress.at(last);
    }
    if (!ranks.is_root()) return std::nullopt;
    std::vector<std::string> names = {"model", "baseline"};
    names.resize(of.reconstructions);
    return Evaluation{events->description(), metrics::metrics_of(whole, names)};
}

}  // namespace quench::trainer::cli
