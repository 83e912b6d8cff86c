// Writes the synthetic families of learning curves as tables: curve-families FOLDER [CURVES [SEED]]
#include "bench/curve_sets.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

int main(int argc, char** argv) {
    if (argc < 2 || argc > 4) {
        std::fprintf(stderr, "usage: curve-families FOLDER [CURVES (300) [SEED (1)]]\n");
        return 2;
    }
    const auto number = [&](int at, unsigned long otherwise) {
        return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
    };
    const std::size_t count = number(2, 300);
    for (const std::string& family : quench::bench::family_names()) {
        const std::string path = fmt::format("{}/{}.csv", argv[1], family);
        std::ofstream file(path);
        const auto set = quench::bench::synthetic_set(family, count, number(3, 1));
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
