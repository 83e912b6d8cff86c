#include "search/scheduler/amount.hpp"

namespace quench::search::scheduler {

std::string amount_text(Resource amount, const std::string& unit) {
    std::string text = std::to_string(amount) + " " + unit;
    if (amount != 1 && !text.ends_with('s')) text += 's';
    return text;
}

}  // namespace quench::search::scheduler
