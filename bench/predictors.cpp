// Question: is Q-SVR as good as the support vector regression that it encodes, from few curves, and what do
// the other predictors reach on the same splits?
// One line a set and number of training curves: R2 (truth first), mean over the splits.
#include "bench/curve_sets.hpp"
#include "predictor/catalogue.hpp"
#include "predictor/evaluation.hpp"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

using namespace quench;

namespace {

// The regressions that Q-SVR encodes have its features, tube and kernel.
const std::string like_qsvr =
    "epsilon=0.02,gamma=0.05,values=13,differences=1,parameters=false,target=chosen";
const std::vector<std::pair<const char*, std::string>> columns = {
    {"svr67", "svr:kind=epsilon,cost=67.61," + like_qsvr},
    {"qsvr", "qsvr"},
    {"svr13", "svr:kind=epsilon,cost=13," + like_qsvr},
    {"level67",
     "svr:kind=epsilon,cost=67.61,epsilon=0.02,gamma=0.1,scaling=quantile,values=13,differences=0,parameters="
     "false"},
    {"paper", "qsvr:preset=paper"},
    {"last", "last"},
    {"nusvr", "svr"},
    {"param", "parametric"},
    {"gp", "gp"}};

struct Mean {
    double sum = 0, square = 0, count = 0;
    void add(double value) {
        sum += value;
        square += value * value;
        ++count;
    }
    [[nodiscard]] double mean() const { return sum / count; }
    [[nodiscard]] double error() const {  // of the mean
        return std::sqrt(std::max(square / count - mean() * mean(), 0.0) / std::max(count - 1, 1.0));
    }
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("R2 of Q-SVR beside other regressions on the same splits of learning curves");
    std::size_t splits = 20;
    std::uint64_t seed = 1;
    std::vector<std::string> files;
    app.add_option("TABLES", files, "Learning curves (CSV), beside five synthetic families");
    app.add_option("--splits", splits, "Of each set")->capture_default_str();
    app.add_option("--seed", seed, "Of splits, families and fits")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    auto sets = bench::synthetic_sets(300, seed);
    for (const std::string& file : files) sets.push_back(bench::table_set(file));
    for (const std::size_t train : {20, 40, 80}) {
        std::printf("%zu training curves, %zu splits, seed %llu\n%-26s", train, splits,
                    static_cast<unsigned long long>(seed), "set");
        for (const auto& [name, text] : columns) std::printf(" %7s", name);
        std::printf("  qsvr-svr67        gap   random\n");
        std::vector<Mean> over_sets(columns.size()), fit_ms(columns.size());
        Mean difference_over_all;
        for (const auto& set : sets) {
            std::vector<std::vector<predictor::Score>> scores(columns.size(),
                                                              std::vector<predictor::Score>(splits));
            std::vector<char> usable(splits, 1);
            std::atomic<std::size_t> next = 0;
            const auto work = [&] {
                for (std::size_t s = next++; s < splits; s = next++) {
                    const auto split = predictor::random_split(
                        set.curves, train, 100, predictor::Together::configuration, seed + 7 * s);
                    for (std::size_t c = 0; c < columns.size(); ++c) {
                        const auto made = predictor::make_predictor_from(columns[c].second);
                        const auto found = predictor::score(**made, set.curves, split, set.question,
                                                            predictor::Judge::values, seed + s);
                        if (found)
                            scores[c][s] = *found;
                        else
                            usable[s] = 0;
                    }
                }
            };
            {
                std::jthread other(work);
                work();
            }
            std::vector<Mean> r2(columns.size());
            Mean difference, gap, random;
            for (std::size_t s = 0; s < splits; ++s) {
                if (usable[s] == 0) continue;
                for (std::size_t c = 0; c < columns.size(); ++c) {
                    r2[c].add(scores[c][s].r2);
                    fit_ms[c].add(scores[c][s].fit_ms);
                }
                difference.add(scores[1][s].r2 - scores[0][s].r2);
                difference_over_all.add(scores[1][s].r2 - scores[0][s].r2);
                gap.add(scores[1][s].energies->gap());
                random.add(scores[1][s].energies->random_gap());
            }
            if (difference.count == 0) {
                std::printf("%-26s too few curves\n", set.name.c_str());
                continue;
            }
            std::printf("%-26s", set.name.c_str());
            for (std::size_t c = 0; c < columns.size(); ++c) {
                std::printf(" %7.3f", r2[c].mean());
                over_sets[c].add(r2[c].mean());
            }
            std::printf("  %+.4f+-%.4f %5.1f%% %7.0f%%\n", difference.mean(), difference.error(),
                        100 * gap.mean(), 100 * random.mean());
            std::fflush(stdout);
        }
        std::printf("%-26s", "mean over sets");
        for (const Mean& mean : over_sets) std::printf(" %7.3f", mean.mean());
        std::printf("  %+.4f+-%.4f\n%-26s", difference_over_all.mean(), difference_over_all.error(),
                    "fit, ms");
        for (const Mean& mean : fit_ms) std::printf(" %7.2f", mean.mean());
        std::printf("\n\n");
    }
}
