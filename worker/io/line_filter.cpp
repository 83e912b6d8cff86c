#include "worker/io/line_filter.hpp"

#include <algorithm>
#include <utility>

namespace quench::worker::io {
namespace {

constexpr std::string_view prefix = "quench:";

}  // namespace

void LineFilter::feed(std::string_view text, std::vector<std::string>& lines) {
    while (!text.empty()) {
        if (state_ == State::skipping) {  // nearly all of a flood
            const auto end = std::ranges::find_if(text, [](char c) { return c == '\n' || c == '\r'; });
            text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
            if (text.empty()) return;
        }
        take(text.front(), lines);
        text.remove_prefix(1);
    }
}

void LineFilter::take(char c, std::vector<std::string>& lines) {
    if (c == '\n') {
        if (state_ == State::keeping || state_ == State::returned) lines.push_back(std::move(kept_));
        if (state_ == State::overlong) ++too_long_;
        kept_.clear();
        state_ = State::deciding;
        return;
    }
    if (c == '\r') {
        if (state_ == State::keeping) {
            state_ = State::returned;
        } else if (state_ != State::returned) {
            kept_.clear();
            state_ = State::deciding;
        }
        return;
    }
    if (state_ == State::returned) {
        kept_.clear();
        state_ = State::deciding;
    }
    if (state_ == State::overlong || state_ == State::skipping) return;
    kept_ += c;
    if (state_ == State::deciding) {
        if (c != prefix[kept_.size() - 1]) {
            kept_.clear();
            state_ = State::skipping;
        } else if (kept_.size() == prefix.size()) {
            state_ = State::keeping;
        }
    } else if (kept_.size() > line_bytes_) {
        kept_ = {};
        state_ = State::overlong;
    }
}

}  // namespace quench::worker::io
