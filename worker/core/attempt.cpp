#include "worker/core/attempt.hpp"

#include <algorithm>
#include <string_view>

namespace quench::worker::core {
namespace {

using protocol::Outcome;

std::string_view signal_words(int signal) {
    switch (signal) {  // Linux on every machine we know
        case 1:
            return "hangup";
        case 2:
            return "interrupt";
        case 3:
            return "quit";
        case 4:
            return "illegal instruction";
        case 5:
            return "trap";
        case 6:
            return "abort";
        case 7:
            return "bus error";
        case 8:
            return "arithmetic error";
        case 9:
            return "kill; perhaps out of memory";
        case 11:
            return "segmentation fault";
        case 13:
            return "broken pipe";
        case 14:
            return "alarm";
        case 15:
            return "termination";
        case 24:
            return "CPU time limit";
        case 25:
            return "file size limit";
        default:
            return "";
    }
}

std::string signal_text(int signal) {
    const auto words = signal_words(signal);
    return std::to_string(signal) + (words.empty() ? "" : " (" + std::string(words) + ")");
}

std::string how_it_ended(const Attempt& attempt, const ProcessEnded& end) {
    if (const auto* exited = std::get_if<Exited>(&end.how)) {
        const int status = exited->status;
        auto text = "exit status " + std::to_string(status);
        // A shell and mpirun turn a signal into 128 + its number.
        if (status > 128 && status < 128 + 32) text += ": killed by signal " + signal_text(status - 128);
        if (status != 0) return text;
        const auto& last = attempt.tally.last_step;
        return text + " without a report for step " + std::to_string(attempt.order.to) +
               (last ? " (last was " + std::to_string(*last) + ")" : " (there was none at all)");
    }
    if (const auto* signalled = std::get_if<Signalled>(&end.how))
        return "killed by signal " + signal_text(signalled->signal);
    return "the process that watched over it was killed";
}

std::string count(std::uint64_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void also(std::string& detail, const std::string& text) {
    detail += (detail.empty() ? "" : "; ") + text;
}

}  // namespace

std::string last_words(std::string_view output) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at < output.size();) {
        const std::size_t end = std::min(output.find('\n', at), output.size());
        lines.push_back(output.substr(at, end - at));
        at = end + 1;
    }
    const auto is_rule = [](std::string_view line) {
        return line.size() >= 10 && line.find_first_not_of('-') == std::string_view::npos;
    };
    bool in_notice = false;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (is_rule(*line)) {
            in_notice = !in_notice;
        } else if (!in_notice && !line->starts_with("quench:") &&
                   line->find_first_not_of(" \t\r") != std::string_view::npos) {
            constexpr std::size_t most = 200;
            return std::string(line->substr(0, most));
        }
    }
    return "";
}

protocol::AttemptEnded judge(const Attempt& attempt, const std::optional<Ending>& ending,
                             const ProcessEnded& end, base::Duration ran) {
    protocol::AttemptEnded out;
    out.key = attempt.order.key;
    out.seconds = std::max(0.0, base::seconds(ran));
    if (const auto* exited = std::get_if<Exited>(&end.how)) out.exit_status = exited->status;
    const Tally& tally = attempt.tally;
    const bool arrived = tally.last_step == attempt.order.to && out.exit_status == 0;
    const bool its_choice =
        !ending || (ending->outcome != Outcome::stopped && ending->outcome != Outcome::infeasible);
    if (arrived && its_choice) {
        out.outcome = Outcome::reached;
    } else if (ending) {
        out.outcome = ending->outcome;
        out.detail = ending->why;
        if (std::holds_alternative<Killing>(attempt.state))
            also(out.detail, "ignored SIGTERM for " + base::to_text(attempt.order.grace) + " and was killed");
    } else {
        out.outcome = Outcome::crashed;
        out.detail = how_it_ended(attempt, end);
        const std::string words = last_words(end.last_output);
        if (!words.empty()) also(out.detail, "its last output: " + words);
    }
    if (end.leftovers > 0)
        also(out.detail, "left " + std::to_string(end.leftovers) +
                             (end.leftovers == 1 ? " process" : " processes") + " behind, killed");
    if (tally.malformed > 0)
        also(out.detail,
             count(tally.malformed, "malformed report line") + ", the first: " + tally.first_malformed);
    if (end.lines_too_long > 0) also(out.detail, count(end.lines_too_long, "report line") + " too long");
    if (tally.out_of_order > 0)
        also(out.detail, count(tally.out_of_order, "report") + " dropped: steps must rise and end at " +
                             std::to_string(attempt.order.to));
    if (end.log_left_out > 0) also(out.detail, count(end.log_left_out, "byte") + " left out of the log");
    return out;
}

}  // namespace quench::worker::core
