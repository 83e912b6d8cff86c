#include "orchestrator/cli/progress.hpp"

#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/views.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using core::State;

enum class Shade { plain, strong, good, faint };

class Page {
  public:
    Page(int width, bool colour) : width_(static_cast<std::size_t>(std::max(width, 1))), colour_(colour) {}

    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::string text() && { return std::move(text_); }

    /// Cut first, coloured then: a cut inside a colour code would leave the terminal coloured.
    void line(const std::string& content, Shade shade = Shade::plain) {
        const std::string cut = fitted(content, width_);
        const char* const code = shade == Shade::strong ? "\x1b[1m"
                                 : shade == Shade::good ? "\x1b[32m"
                                                        : "\x1b[2m";
        text_ += colour_ && shade != Shade::plain ? code + cut + "\x1b[0m" : cut;
        text_ += '\n';
    }

  private:
    std::size_t width_;
    bool colour_;
    std::string text_;
};

bool ended(const State& state) {
    return state.phase == core::StudyPhase::ended;
}

/// Under a coordinator, the time since the last fact counts as well.
base::Duration active_time(const State& state, const ProgressInfo& info) {
    const bool at_work = info.since && !ended(state) && info.now > state.last_at;
    return state.active + (at_work ? info.now - std::max(state.last_at, *info.since) : base::Duration{});
}

std::string head(const State& state, const ProgressInfo& info) {
    std::string text = fmt::format("{}  {}  {}", printable(state.study().name), state_name(state),
                                   base::to_text(active_time(state, info)));
    if (const std::string why = ending_text(state); !why.empty()) text += "  (" + printable(why) + ")";
    if (!state.ending && !info.since && info.now > state.last_at)
        text += fmt::format("  (last fact {} ago)", base::to_text(info.now - state.last_at));
    return text;
}

std::string bar(double share, std::size_t cells) {
    const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells));
    return "[" + std::string(full, '#') + std::string(cells - full, '-') + "]";
}

void add_resource(Page& page, const State& state, const ProgressInfo& info) {
    const std::string unit = printable(state.study().fidelity.unit);
    const auto planned = planned_resource(state);
    if (!planned || *planned <= 0) {
        page.line(fmt::format("spent    {} {}, no amount planned", state.spent, unit));
    } else {
        const double share = static_cast<double>(state.spent) / static_cast<double>(*planned);
        const std::size_t cells = std::clamp<std::size_t>(page.width() / 3, 5, 30);
        page.line(fmt::format("{} {:3.0f}%  spent {} of {} {}, left {}", bar(share, cells),
                              100 * std::min(share, 1.0), state.spent, *planned, unit,
                              std::max<core::Resource>(*planned - state.spent, 0)));
    }
    if (ended(state)) return;
    const auto left = time_left(state, info);
    if (!left)
        page.line("ends     unknown");
    else if (info.since)
        page.line(fmt::format("ends     in about {}, {} UTC", base::to_text(*left),
                              to_seconds_text(info.now + *left)));
    else  // nobody may be at work on it, so no date
        page.line(fmt::format("ends     after about {} of work", base::to_text(*left)));
}

void add_trials(Page& page, const State& state) {
    std::string text = fmt::format("trials   {}", state.trials.size());
    const auto counts = count_states(state);
    std::string parts;
    for (const std::string& name : state_names())
        if (counts.at(name) > 0)
            parts += fmt::format("{}{} {}", parts.empty() ? ": " : ", ", counts.at(name), name);
    page.line(text + parts);
}

void add_workers(Page& page, const State& state) {
    int slots = 0;
    int used = 0;
    for (const auto& [name, worker] : state.workers) {
        slots += worker.slots;
        used += worker.used;
    }
    page.line(fmt::format("workers  {}, {} of {} slots used", state.workers.size(), used, slots));
}

void add_best(Page& page, const State& state) {
    const auto best = best_of(state);
    if (!best) {
        page.line("best     none yet");
        return;
    }
    page.line(
        fmt::format("best     {} {} (trial {} at {} {}{})  {}", printable(state.study().objective.metric),
                    short_number(best->value), best->trial.value(), printable(state.study().fidelity.unit),
                    best->step, best->provisional ? ", provisional" : "",
                    short_params(state.trial(best->trial).params)),
        Shade::good);
}

void add_rungs(Page& page, const State& state) {
    const Json rows = rung_rows(state);
    if (rows.empty()) return;
    std::ostringstream table;
    print_table(table,
                {{"bracket", "BRACKET", Align::right},
                 {"at", "RUNG", Align::right},
                 {"running", "RUNNING", Align::right},
                 {"arrived", "ARRIVED", Align::right},
                 {"promoted", "PROMOTED", Align::right},
                 {"planned", "PLANNED", Align::right},
                 {"best", "BEST", Align::right}},
                rows);
    std::istringstream lines(table.str());
    std::string line;
    for (bool first = true; std::getline(lines, line); first = false)
        page.line(line, first ? Shade::faint : Shade::plain);
}

}  // namespace

std::optional<base::Duration> time_left(const State& state, const ProgressInfo& info) {
    if (!state.created || state.phase != core::StudyPhase::running) return std::nullopt;
    std::optional<double> left_s;
    const auto planned = planned_resource(state);
    const core::Resource spent = info.since ? state.spent - info.spent_before : state.spent;
    const double time_s = base::seconds(info.since ? info.now - *info.since : state.active);
    if (planned && spent > 0 && time_s > 0) {
        const double left = static_cast<double>(std::max<core::Resource>(*planned - state.spent, 0));
        left_s = left * time_s / static_cast<double>(spent);
    }
    if (const auto wall = state.study().stop.wall) {
        const double wall_left_s = std::max(0.0, base::seconds(*wall - active_time(state, info)));
        left_s = std::min(left_s.value_or(wall_left_s), wall_left_s);
    }
    constexpr double longest_s = 1e9;  // 30 years: a rate this low says nothing
    if (!left_s || *left_s > longest_s) return std::nullopt;
    return base::Duration(static_cast<std::int64_t>(*left_s * 1e6));
}

std::string live_view(const State& state, const ProgressInfo& info, int width, bool colour) {
    Page page(width, colour);
    if (!state.created) {
        page.line("no study yet");
        return std::move(page).text();
    }
    page.line(head(state, info), Shade::strong);
    add_resource(page, state, info);
    add_trials(page, state);
    add_workers(page, state);
    add_best(page, state);
    add_rungs(page, state);
    return std::move(page).text();
}

}  // namespace quench::orchestrator::cli
