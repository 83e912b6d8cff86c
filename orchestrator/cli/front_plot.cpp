#include "orchestrator/cli/front_plot.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

constexpr double width = 420, height = 300, left = 72, top = 52, between = 92, legend_row = 20;
constexpr const char* front_colour = "#d55e00";

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out;
}

struct Dot {
    double x, y;
    std::uint64_t trial;
};

/// An axis that holds all values, with a margin.
struct Axis {
    double low = 0, high = 1;
    explicit Axis(const std::vector<double>& values) {
        if (values.empty()) return;
        low = *std::min_element(values.begin(), values.end());
        high = *std::max_element(values.begin(), values.end());
        const double margin = high > low ? 0.05 * (high - low) : 0.5;
        low -= margin;
        high += margin;
    }
    [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};

std::string panel(double x0, const std::string& x_label, const std::string& y_label,
                  const std::vector<Dot>& all, std::vector<Dot> front) {
    std::vector<double> xs, ys;
    for (const Dot& dot : all) {
        xs.push_back(dot.x);
        ys.push_back(dot.y);
    }
    const Axis x_axis(xs), y_axis(ys);
    const auto x = [&](double value) { return x0 + width * x_axis.share(value); };
    const auto y = [&](double value) { return top + height * (1 - y_axis.share(value)); };
    std::string out;
    constexpr int steps = 4;
    for (int i = 0; i <= steps; ++i) {
        const double share = static_cast<double>(i) / steps;
        const double across = x_axis.low + share * (x_axis.high - x_axis.low);
        const double up = y_axis.low + share * (y_axis.high - y_axis.low);
        out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.3g}</text>\n", x(across),
                           top + height + 18, across);
        out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.3g}</text>\n", x0 - 6,
                           y(up) + 4, up);
    }
    out += fmt::format("<rect fill=\"none\" stroke=\"#333\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                       x0, top, width, height);
    out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x0 + width / 2,
                       top + height + 38, escaped(x_label));
    out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", x0, top - 8, escaped(y_label));
    for (const Dot& dot : all)
        out +=
            fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"#aaa\"/>\n", x(dot.x), y(dot.y));
    std::sort(front.begin(), front.end(), [](const Dot& a, const Dot& b) { return a.x < b.x; });
    std::string path;
    for (const Dot& dot : front) {
        path += fmt::format("{:.1f},{:.1f} ", x(dot.x), y(dot.y));
        out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", x(dot.x), y(dot.y),
                           front_colour);
        out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"10\">{}</text>\n", x(dot.x) + 6,
                           y(dot.y) - 5, dot.trial);
    }
    return out + fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", path, front_colour);
}

}  // namespace

std::string front_plot(const core::State& state, const core::Front& front) {
    const auto objectives = state.study().objectives();
    const auto value = [](const core::Point& point, std::size_t i) {
        return i == 0 ? point.value : point.others[i - 1];
    };
    std::string panels;
    double x0 = left;
    for (std::size_t a = 0; a < objectives.size(); ++a)
        for (std::size_t b = a + 1; b < objectives.size(); ++b) {
            std::vector<Dot> all, best;
            for (const core::Trial& trial : state.trials)
                if (const core::Point* result = trial.result())
                    all.push_back({value(*result, a), value(*result, b), trial.id.value()});
            for (std::size_t i = 0; i < front.trials.size(); ++i)
                best.push_back({front.values[i][a], front.values[i][b], front.trials[i].trial.value()});
            panels += panel(x0, objectives[a].metric, objectives[b].metric, all, std::move(best));
            x0 += width + between;
        }
    const double legend = top + height + 62;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        "<text x=\"{}\" y=\"24\" font-size=\"15\">{}</text>\n",
        x0, legend + legend_row, left, escaped(state.study().name));
    out += panels;
    out += fmt::format(
        "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"/><text x=\"{}\" y=\"{}\">trials that nothing "
        "beats, with their numbers</text>\n",
        left, legend - 4, front_colour, left + 12, legend);
    return out + "</svg>\n";
}

}  // namespace quench::orchestrator::cli
