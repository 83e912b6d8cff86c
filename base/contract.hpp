// Contract checks: on in every build, because a coordinator that runs on with a broken invariant writes
// wrong facts that outlive it.
//
// A failed check is a bug of ours, never bad input: nothing that arrives from a user or another process may
// reach one. It prints place, condition and message on stderr and aborts.
#pragma once

#include <string_view>

namespace quench::base {

/// Prints "file:line: contract broken: condition (message)" and aborts.
[[noreturn]] void contract_broken(const char* file, int line, const char* condition,
                                  std::string_view message) noexcept;

}  // namespace quench::base

/// QUENCH_CHECK(condition, message): `message` is anything a std::string_view can be made from.
#define QUENCH_CHECK(condition, message) \
    (static_cast<bool>(condition)        \
         ? void()                        \
         : ::quench::base::contract_broken(__FILE__, __LINE__, #condition, message))
