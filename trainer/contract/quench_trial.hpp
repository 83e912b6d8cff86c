// A trial program's side of the contract, for C++ programs: one header on the standard library, POSIX and
// nlohmann/json. Copy it or add it to the include path.
//
//   int main() {
//       auto trial = quench::trial::Trial::start({.params = {{"lr", 1e-3}}, .to = 3});
//       const auto lr = trial.param<double>("lr");
//       Model model = trial.read_checkpoint("model") ? ... : ...;        // epoch: where it stands
//       for (; epoch < trial.to() && !trial.stop_requested(); ++epoch) {
//           ...
//           trial.report(epoch + 1, {{"val_loss", loss}});
//           trial.write_checkpoint("model", bytes);
//       }
//   }
//
// It stands apart from the rest of the tree (own namespace, exceptions, nothing of base/), because it is
// built into programs that are not ours. README.md beside it tells the contract.
#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace quench::trial {

/// A run file, parameter or checkpoint is not as it should be. The text says which and why.
class TrialError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

namespace detail {

/// A file descriptor that closes itself; what fails on it throws std::system_error with the path.
class File {
  public:
    File(std::filesystem::path path, int flags)
        : path_(std::move(path)), fd_(::open(path_.c_str(), flags | O_CLOEXEC, 0644)) {
        check(fd_ >= 0, "cannot open");
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
            check(n >= 0 || errno == EINTR, "cannot write");
            if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    void sync() const { check(::fsync(fd_) == 0, "cannot sync"); }

  private:
    void check(bool ok, const char* what) const {
        if (!ok)
            throw std::system_error(errno, std::generic_category(), std::string(what) + " " + path_.string());
    }

    std::filesystem::path path_;
    int fd_;
};

}  // namespace detail

/// Puts `bytes` at `path` so that a reader sees the old content or the new, never a part, whatever is killed
/// and whenever, the machine included: written beside it, synced, renamed, folder synced. What cannot
/// be written whole (a full disk) leaves nothing beside it. Throws std::system_error.
inline void write_atomically(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::path folder = path.parent_path();
    if (folder.empty()) folder = ".";
    std::filesystem::create_directories(folder);
    const std::filesystem::path beside = folder / ("." + path.filename().string() + ".new");
    try {
        {
            const detail::File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
            file.write(bytes);
            file.sync();
        }
        std::filesystem::rename(beside, path);
    } catch (...) {
        ::unlink(beside.c_str());  // half a file would take the room that is missing
        throw;
    }
    detail::File(folder, O_RDONLY | O_DIRECTORY).sync();
}

namespace detail {
inline volatile std::sig_atomic_t stop = 0;
inline void on_stop(int) {
    stop = 1;
}
}  // namespace detail

/// SIGTERM, and SIGUSR1 which mpirun hands on without ending, only set a flag from here on.
inline void catch_stop_signals() {
    struct sigaction action = {};
    action.sa_handler = detail::on_stop;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGUSR1, &action, nullptr);
}

/// Whether the worker asked this process to write its checkpoint and exit 0.
inline bool stop_requested() {
    return detail::stop != 0;
}

/// What a run by hand, without QUENCH_RUN, works with.
struct HandRun {
    nlohmann::json params = nlohmann::json::object();
    std::int64_t to = 1;
    std::string checkpoint_dir = "checkpoint";
    std::uint64_t seed = 0;
};

/// One attempt of a trial. Single-threaded, except stop_requested().
class Trial {
  public:
    /// Reads the run file that QUENCH_RUN names, or takes `by_hand`; catches the stop signals.
    /// Throws TrialError if the run file cannot be read.
    static Trial start(HandRun by_hand = {}) {
        catch_stop_signals();
        Trial trial;
        if (const char* path = std::getenv("QUENCH_RUN")) {
            trial.read_run_file(path);
        } else {
            trial.params_ = std::move(by_hand.params);
            trial.to_ = by_hand.to;
            trial.checkpoint_dir_ = std::move(by_hand.checkpoint_dir);
            trial.seed_ = by_hand.seed;
        }
        trial.reports_ = trial.is_first_process();
        if (trial.under_quench_ && trial.reports_) trial.repeat_reports();
        return trial;
    }

    [[nodiscard]] bool under_quench() const { return under_quench_; }
    [[nodiscard]] std::int64_t from() const { return from_; }
    [[nodiscard]] std::int64_t to() const { return to_; }
    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] int ranks() const { return ranks_; }
    [[nodiscard]] const nlohmann::json& params() const { return params_; }
    [[nodiscard]] const std::filesystem::path& checkpoint_dir() const { return checkpoint_dir_; }
    [[nodiscard]] bool stop_requested() const { return trial::stop_requested(); }

    /// A hyperparameter. Throws TrialError, with its name, if it is absent or of another type.
    template <class T>
    [[nodiscard]] T param(const std::string& name) const {
        const auto found = params_.find(name);
        if (found == params_.end()) throw TrialError("hyperparameter '" + name + "' is not in the run file");
        try {
            return found->template get<T>();
        } catch (const nlohmann::json::exception&) {
            throw TrialError("hyperparameter '" + name + "' has an unexpected type: " + found->dump());
        }
    }
    /// The same with a value for when it is absent, as inactive conditional parameters are.
    template <class T>
    [[nodiscard]] T param(const std::string& name, T otherwise) const {
        return params_.contains(name) ? param<T>(name) : otherwise;
    }

    /// Metrics at a step. Only rank 0 prints. Steps must rise; a step that was already reported before a
    /// resume may be repeated. Report a step before writing the checkpoint that stands at it: a kill in
    /// between then costs nothing, whereas a checkpoint ahead of its reports leaves a hole in the curve.
    void report(std::int64_t step, std::initializer_list<std::pair<const char*, double>> metrics) const {
        if (!reports_ || step <= repeated_) return;
        std::string line = "{\"step\": " + std::to_string(step);
        for (const auto& [name, value] : metrics)
            line += ", " + nlohmann::json(name).dump() + ": " + number(value);
        line += "}";
        // Kept, so that what is lost on the way to the coordinator is said again when the trial is started
        // anew.
        if (under_quench_) keep(line);
        print(line);
    }

    /// Says that this configuration cannot work. Return from main afterwards.
    void infeasible(const std::string& why) const {
        print(nlohmann::json{{"infeasible", why}}.dump(-1, ' ', false,
                                                       nlohmann::json::error_handler_t::replace));
    }

    /// Writes `bytes` to checkpoint_dir/name, whole or not at all. On rank 0 only; elsewhere it does nothing.
    void write_checkpoint(const std::string& name, std::string_view bytes) const {
        if (!reports_) return;
        const auto path = checkpoint_dir_ / kept_reports;
        // First: a checkpoint is never ahead of the reports.
        if (std::filesystem::exists(path)) detail::File(path, O_RDONLY).sync();
        write_atomically(checkpoint_dir_ / name, bytes);
    }

    /// The bytes of checkpoint_dir/name, or nothing if no checkpoint was written yet.
    [[nodiscard]] std::optional<std::string> read_checkpoint(const std::string& name) const {
        std::ifstream in(checkpoint_dir_ / name, std::ios::binary);
        if (!in) return std::nullopt;
        return std::string(std::istreambuf_iterator<char>(in), {});
    }

  private:
    static constexpr const char* kept_reports = ".reports";

    Trial() = default;

    // RANK is torchrun's. A launcher's variables count only if a launcher was used, and the innermost first:
    // a worker that Slurm started as task 3 hands SLURM_PROCID=3 on to each of its trials.
    [[nodiscard]] bool is_first_process() const {
        const auto is_zero = [](const char* text) { return std::string_view(text) == "0"; };
        if (const char* rank = std::getenv("RANK"); rank != nullptr && !is_zero(rank)) return false;
        if (under_quench_ && ranks_ == 1) return true;
        for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
            if (const char* rank = std::getenv(name)) return is_zero(rank);
        return true;
    }

    void read_run_file(const std::string& path) {
        std::ifstream in(path);
        if (!in) throw TrialError("cannot read the run file " + path + " that QUENCH_RUN names");
        try {
            const auto run = nlohmann::json::parse(in);
            params_ = run.at("params");
            from_ = run.at("resource").at("from").get<std::int64_t>();
            to_ = run.at("resource").at("to").get<std::int64_t>();
            seed_ = run.at("seed").get<std::uint64_t>();
            ranks_ = run.at("ranks").get<int>();
            checkpoint_dir_ = run.at("checkpoint_dir").get<std::string>();
        } catch (const nlohmann::json::exception& error) {
            throw TrialError("the run file " + path + " is not as expected: " + error.what());
        }
        under_quench_ = true;
    }

    // The step of a line of kept_reports, or nothing for one that a crash of the machine cut short.
    static std::optional<std::int64_t> step_of(std::string_view line) {
        constexpr std::string_view begin = "{\"step\": ";
        if (!line.starts_with(begin) || !line.ends_with('}')) return std::nullopt;
        std::int64_t step = 0;
        const auto [end, error] =
            std::from_chars(line.data() + begin.size(), line.data() + line.size(), step);
        if (error != std::errc{} || (*end != ',' && *end != '}')) return std::nullopt;
        return step;
    }

    void keep(const std::string& line) const {
        std::filesystem::create_directories(checkpoint_dir_);
        detail::File(checkpoint_dir_ / kept_reports, O_WRONLY | O_CREAT | O_APPEND).write(line + "\n");
    }

    // Prints the kept reports of steps after `from`, which may have been lost.
    void repeat_reports() {
        const auto text = read_checkpoint(kept_reports);
        if (!text) return;
        std::istringstream in(*text);
        std::string whole;
        for (std::string line; std::getline(in, line);) {
            const auto step = step_of(line);
            if (!step) continue;
            whole += line + "\n";
            if (*step <= std::max(from_, repeated_)) continue;
            print(line);
            repeated_ = *step;
        }
        if (whole != *text) write_atomically(checkpoint_dir_ / kept_reports, whole);
    }

    static std::string number(double value) {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
        return nlohmann::json(value).dump();
    }

    void print(const std::string& line) const {
        if (!reports_) return;
        std::fputs(("quench: " + line + "\n").c_str(), stdout);
        std::fflush(stdout);  // a report that waits in a buffer cannot stop a hopeless trial
    }

    nlohmann::json params_ = nlohmann::json::object();
    std::int64_t from_ = 0;
    std::int64_t to_ = 1;
    std::uint64_t seed_ = 0;
    int ranks_ = 1;
    std::filesystem::path checkpoint_dir_;
    bool under_quench_ = false;
    bool reports_ = true;
    std::int64_t repeated_ = -1;  // the last step that repeat_reports() printed
};

}  // namespace quench::trial
