#include "trainer/variant.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace quench::trainer {
namespace {

bool is_supported([[maybe_unused]] std::string_view name) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (name == "x86-64-v3")
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");
    if (name == "x86-64-v4")
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && is_supported("x86-64-v3");
#endif
    return false;
}

// From the oldest, `generic`, to the newest.
std::vector<std::string> variants() {
    std::vector<std::string> names(1);
    for (const char c : std::string_view(QUENCH_ARCHITECTURES)) {
        if (c == ',')
            names.emplace_back();
        else
            names.back() += c;
    }
    return names;
}

}  // namespace

std::string_view architecture() {
    return QUENCH_ARCHITECTURE;
}

void hand_over_to_best_variant(char** argv) {
    if (architecture() != "generic") return;
    const char* asked = std::getenv("QUENCH_ARCHITECTURE");
    std::error_code failure;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
    if (failure) return;
    const std::vector<std::string> names = variants();
    bool allowed = asked == nullptr;
    for (std::size_t i = names.size(); i-- > 1;) {
        allowed = allowed || names[i] == asked;
        if (!allowed || !is_supported(names[i])) continue;
        // Returns only where that program is missing or cannot run here; then an older one does.
        ::execv((self.string() + "-" + names[i]).c_str(), argv);
    }
}

}  // namespace quench::trainer
