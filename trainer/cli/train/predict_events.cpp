#include "trainer/cli/train/predict_events.hpp"

#include "trainer/cli/progress.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/contract/quench_trial.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace quench::trainer::cli {
namespace {

using training::Prediction;

constexpr std::size_t at_once = 32;  // events of a rank, between two exchanges

event::Event read(const data::EventSource& source, std::size_t i) {
    auto event = source.read(i);
    if (!event) throw Refused(event.error().text());
    return std::move(event).value();
}

// A rank's predictions as bytes, for rank 0: for each event its two times and its candidates.
void put(std::string& out, const Prediction& prediction) {
    for (const double seconds : {prediction.seconds, prediction.processor_s})
        out.append(reinterpret_cast<const char*>(&seconds), sizeof seconds);
    out.append(reinterpret_cast<const char*>(prediction.candidates.data()),
               prediction.candidates.size() * sizeof(float));
}

// The next prediction, of an event with so many elements.
Prediction taken(std::string_view& bytes, std::size_t rows) {
    Prediction out;
    out.candidates.resize(rows * event::target_columns);
    for (double* seconds : {&out.seconds, &out.processor_s}) {
        std::memcpy(seconds, bytes.data(), sizeof *seconds);
        bytes.remove_prefix(sizeof *seconds);
    }
    if (rows > 0) std::memcpy(out.candidates.data(), bytes.data(), out.candidates.size() * sizeof(float));
    bytes.remove_prefix(out.candidates.size() * sizeof(float));
    return out;
}

}  // namespace

void predict_events(const training::Model& model, const data::EventSource& source, std::size_t count,
                    const mpi::Session& ranks, const std::function<void(event::Event, Prediction)>& take) {
    training::Predictor predictor(model);
    // The first pass also fetches the program and its memory.
    do_all_or_none(ranks, [&] {
        if (count > 0) predictor.of(read(source, 0));
    });
    Progress progress("mlpf-train", "events", count);
    const auto rank = static_cast<std::size_t>(ranks.rank()), size = static_cast<std::size_t>(ranks.size());
    for (std::size_t first = 0; first < count; first += at_once * size) {
        const std::size_t last = std::min(first + at_once * size, count);
        std::string mine;
        do_all_or_none(ranks, [&] {
            for (std::size_t i = first + rank; i < last; i += size) put(mine, predictor.of(read(source, i)));
        });
        const std::vector<std::string> all = ranks.gather(mine);
        do_all_or_none(ranks, [&] {
            if (!ranks.is_root()) return;
            std::vector<std::string_view> parts(all.begin(), all.end());
            for (std::size_t i = first; i < last; ++i) {
                event::Event event = read(source, i);
                Prediction prediction = taken(parts[(i - first) % size], event.rows);
                take(std::move(event), std::move(prediction));
            }
        });
        if (ranks.any(trial::stop_requested()))
            throw Refused("stopped as asked (nothing was written); start it again to predict");
        if (ranks.is_root()) progress.at(last);
    }
}

}  // namespace quench::trainer::cli
