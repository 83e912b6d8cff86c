#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

// Nothing that a user meant to be a word is longer; bounds the cost of the table.
constexpr std::size_t longest_word = 64;
constexpr std::size_t most_listed = 12;

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Optimal string alignment; three rows of the table suffice for swapped neighbours.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> words) {
    if (word.size() > longest_word) return std::nullopt;
    const auto fold = [](std::string_view text) {
        std::string folded(text);
        std::transform(folded.begin(), folded.end(), folded.begin(), lower);
        return folded;
    };
    const std::string wanted = fold(word);
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : words) {
        if (candidate.size() > 2 * longest_word) continue;
        const std::string folded = fold(candidate);
        // A word that goes on where the other ends ("max" and "max_resource", "hyperband" and
        // "swift-hyperband") is meant more often than one of the same distance that differs inside.
        const bool contained = std::min(folded.size(), wanted.size()) >= 4 &&
                               (folded.find(wanted) != folded.npos || wanted.find(folded) != wanted.npos);
        const std::size_t distance = contained ? 1 : edit_distance(wanted, folded);
        if (distance >= best_distance || distance >= std::max(wanted.size(), folded.size())) continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

std::string listed(std::span<const std::string> words) {
    std::string out;
    for (std::size_t i = 0; i < words.size() && i < most_listed; ++i) out += (i ? ", " : "") + words[i];
    if (words.size() > most_listed) out += fmt::format(", ... ({} in all)", words.size());
    return out;
}

std::string suggestion(std::string_view word, std::span<const std::string> words) {
    if (const auto near = nearest(word, words)) return fmt::format("did you mean '{}'?", *near);
    return fmt::format("use one of {}", listed(words));
}

}  // namespace quench::orchestrator::study
