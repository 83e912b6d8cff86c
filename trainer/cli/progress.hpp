// How far a program is, in a line on stderr every few seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace quench::trainer::cli {

/// Counts `all` of `what` ("events").
class Progress {
  public:
    Progress(std::string program, std::string what, std::uint64_t all)
        : program_(std::move(program)), what_(std::move(what)), all_(all) {}

    void at(std::uint64_t done) {
        constexpr std::chrono::seconds pause(3);
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < pause) return;
        last_ = now;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        const double rate = static_cast<double>(done) / seconds;
        fmt::print(stderr, "{}: {} of {} {}, {:.0f} a second, {:.0f} s to go\n", program_, done, all_, what_,
                   rate, static_cast<double>(all_ - done) / rate);
    }

  private:
    std::string program_, what_;
    std::uint64_t all_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_ = start_;
};

}  // namespace quench::trainer::cli
