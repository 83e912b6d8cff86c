#include "trainer/cli/train/verbs.hpp"

namespace quench::trainer::cli {

std::span<const Verb> verbs() {
    // In the order in which help shows them.
    return {};
}

}  // namespace quench::trainer::cli
