#include "trainer/cli/train/hepscore.hpp"

#include "base/contract.hpp"

#include <cmath>
#include <numeric>

namespace quench::trainer::cli {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double x, int decimals) {
    const double scale = std::pow(10.0, decimals);
    return std::round(x * scale) / scale;
}

std::vector<double> rounded(std::vector<double> values, int decimals) {
    for (double& x : values) x = rounded(x, decimals);
    return values;
}

double sum_but_first(const std::vector<double>& values) {
    return std::accumulate(values.begin() + 1, values.end(), 0.0);
}

double mean_but_first(const std::vector<double>& values) {
    QUENCH_CHECK(values.size() >= 2, "a mean without the first of one");
    return sum_but_first(values) / static_cast<double>(values.size() - 1);
}

std::vector<double> throughputs(std::size_t events, const std::vector<double>& times) {
    std::vector<double> out;
    for (const double t : times) out.push_back(static_cast<double>(events) / t);
    return out;
}

}  // namespace

Json hepscore_of(const TrainingTimes& t) {
    constexpr int decimals = 2;
    const std::size_t batch = t.batch_per_device * t.devices;
    const std::size_t steps = (t.train_set_size + batch - 1) / batch;
    const std::vector<double> throughput = throughputs(t.train_set_size, t.epochs);
    return {{"wl-scores",
             {{"mean_throughput", rounded(mean_but_first(throughput), decimals)},
              {"mean_epoch_time", rounded(mean_but_first(t.epochs), decimals)}}},
            {"wl-stats",
             {{"num_epochs", t.epochs.size()},
              {"epoch_times", t.epochs},
              {"train_start", t.start},
              {"train_stop", t.stop},
              {"train_time", rounded(t.stop - t.start, decimals)},
              {"horovod_enabled", t.ranks > 1},
              {"GPU", 0},
              {"CPU", t.devices},
              {"train_set_size", t.train_set_size},
              {"batch_size_per_device", t.batch_per_device},
              {"batch_size_total", batch},
              {"steps_per_epoch", steps},
              {"events_per_epoch", batch * steps},
              {"throughput_per_epoch", throughput}}}};
}

Json hepscore_of(const InferenceTimes& t) {
    constexpr int decimals = 4;
    const std::vector<double> throughput = throughputs(t.events, t.runs);
    return {{"wl-scores",
             {{"mean_throughput", rounded(mean_but_first(throughput), decimals)},
              {"mean_run_time", rounded(mean_but_first(t.runs), decimals)}}},
            {"wl-stats",
             {{"num_runs", t.runs.size()},
              {"run_times", rounded(t.runs, decimals)},
              {"total_inference_time", rounded(sum_but_first(t.runs), decimals)},
              {"GPU", 0},
              {"CPU", t.devices},
              {"batch_size", t.batch_size},
              {"steps_per_run", (t.events + t.batch_size - 1) / t.batch_size},
              {"events_per_run", t.events},
              {"throughput_per_run", rounded(throughput, decimals)}}}};
}

}  // namespace quench::trainer::cli
