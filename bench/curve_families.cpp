// Writes the synthetic families of learning curves as tables.
#include "bench/curve_sets.hpp"

#include <cstdio>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

int main(int argc, char** argv) {
    CLI::App app("Write the synthetic families of learning curves as tables");
    std::string folder;
    std::size_t count = 300;
    std::uint64_t seed = 1;
    app.add_option("FOLDER", folder, "Where they go")->required();
    app.add_option("CURVES", count, "Of each family")->capture_default_str();
    app.add_option("SEED", seed, "The same seed gives the same curves")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    for (const std::string& family : quench::bench::family_names()) {
        const std::string path = fmt::format("{}/{}.csv", folder, family);
        std::ofstream file(path);
        const auto set = quench::bench::synthetic_set(family, count, seed);
        for (std::size_t row = 0; row < set.curves.size(); ++row) {
            const auto& values = set.curves[row].values;
            if (row == 0) {
                file << "hp.x";
                for (std::size_t step = 1; step <= values.size(); ++step) file << ",loss@" << step;
                file << '\n';
            }
            file << (static_cast<double>(row) + 0.5) / static_cast<double>(count);
            for (const double value : values) file << fmt::format(",{:.7g}", value);
            file << '\n';
        }
        file.close();
        if (!file) {
            std::fprintf(stderr, "%s cannot be written (is its folder there?) name another\n", path.c_str());
            return 1;
        }
    }
}
