// Expected failures as values: a lost worker, a busy database, a malformed frame.
//
// `Result<T>` holds a T or an `Error`. An Error is a chain: what failed outermost, and why, down to the root.
#pragma once

#include "base/contract.hpp"

#include <string>
#include <utility>
#include <variant>

namespace quench::base {

/// What went wrong, as one sentence a user can act on. `because` puts a new outermost sentence in front.
class Error {
  public:
    explicit Error(std::string text) : text_(std::move(text)) {}

    /// "context: text". Used where a caller knows what was being attempted.
    [[nodiscard]] Error in(const std::string& context) const { return Error(context + ": " + text_); }
    [[nodiscard]] const std::string& text() const { return text_; }

    friend bool operator==(const Error&, const Error&) = default;

  private:
    std::string text_;
};

struct Nothing {
    friend bool operator==(const Nothing&, const Nothing&) = default;
};

/// A value or an Error. Reading the wrong side is a contract violation.
template <class T = Nothing>
class [[nodiscard]] Result {
  public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return content_.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] const T& value() const& {
        QUENCH_CHECK(ok(), error_text());
        return std::get<0>(content_);
    }
    [[nodiscard]] T& value() & {
        QUENCH_CHECK(ok(), error_text());
        return std::get<0>(content_);
    }
    [[nodiscard]] T&& value() && {
        QUENCH_CHECK(ok(), error_text());
        return std::get<0>(std::move(content_));
    }
    [[nodiscard]] const Error& error() const {
        QUENCH_CHECK(!ok(), "no error in a result that succeeded");
        return std::get<1>(content_);
    }

    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

  private:
    [[nodiscard]] std::string error_text() const { return ok() ? "" : std::get<1>(content_).text(); }

    std::variant<T, Error> content_;
};

inline Result<> success() {
    return Nothing{};
}

}  // namespace quench::base
