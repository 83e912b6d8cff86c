#include "trainer/cli/train/verbs.hpp"

#include <array>

namespace quench::trainer::cli {

std::span<const Verb> verbs() {
    // In the order in which help shows them.
    static constexpr std::array table{
        Verb{"predict", "Write the candidates of a trained model, or measure its cost", declare_predict},
        Verb{"evaluate", "Compare a trained model and the baseline with the truth", declare_evaluate},
        Verb{"benchmark", "Time training or inference, with a result.json of HEPscore", declare_benchmark},
    };
    return table;
}

}  // namespace quench::trainer::cli
