#include "base/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace quench::base {

void contract_broken(const char* file, int line, const char* condition, std::string_view message) noexcept {
    std::fprintf(stderr, "%s:%d: contract broken: %s (%.*s)\n", file, line, condition,
                 static_cast<int>(message.size()), message.data());
    std::fflush(stderr);
    std::abort();
}

}  // namespace quench::base
