#include "orchestrator/store/names.hpp"

#include "worker/protocol/codec.hpp"

#include <array>
#include <cstddef>

namespace quench::orchestrator::store {

namespace {

template <class Enum>
struct Word {
    Enum value;
    std::string_view text;
};

constexpr std::array verdicts{Word{search::Verdict::proceed, "proceed"},
                              Word{search::Verdict::pause, "pause"}, Word{search::Verdict::stop, "stop"}};

constexpr std::array endings{Word{search::Ending::completed, "completed"},
                             Word{search::Ending::stopped, "stopped"}, Word{search::Ending::failed, "failed"},
                             Word{search::Ending::diverged, "diverged"},
                             Word{search::Ending::infeasible, "infeasible"}};

constexpr std::array study_endings{Word{core::StudyEnding::completed, "completed"},
                                   Word{core::StudyEnding::cancelled, "cancelled"},
                                   Word{core::StudyEnding::failed, "failed"}};

template <class Enum, std::size_t n>
std::string_view word_of(const std::array<Word<Enum>, n>& words, Enum value) {
    for (const auto& word : words)
        if (word.value == value) return word.text;
    QUENCH_CHECK(false, "an enumeration holds a value that has no name");
    return {};
}

template <class Enum, std::size_t n>
bool find_word(const std::array<Word<Enum>, n>& words, std::string_view text, Enum& value) {
    for (const auto& word : words)
        if (word.text == text) {
            value = word.value;
            return true;
        }
    return false;
}

}  // namespace

std::string_view to_text(search::Verdict verdict) {
    return word_of(verdicts, verdict);
}
std::string_view to_text(search::Ending ending) {
    return word_of(endings, ending);
}
std::string_view to_text(core::StudyEnding ending) {
    return word_of(study_endings, ending);
}
std::string_view to_text(core::Direction direction) {
    return direction == core::Direction::minimize ? "minimize" : "maximize";
}

std::string_view to_text(core::Outcome outcome) {
    return worker::protocol::to_text(outcome);
}

bool from_text(std::string_view text, search::Verdict& value) {
    return find_word(verdicts, text, value);
}
bool from_text(std::string_view text, search::Ending& value) {
    return find_word(endings, text, value);
}
bool from_text(std::string_view text, core::StudyEnding& value) {
    return find_word(study_endings, text, value);
}

bool from_text(std::string_view text, core::Outcome& value) {
    const auto outcome = worker::protocol::outcome_from_text(std::string(text));
    if (outcome) value = *outcome;
    return outcome.ok();
}

}  // namespace quench::orchestrator::store
