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
// built into programs that are not ours. README.md beside contract/ tells the contract.
#pragma once

#include <cerrno>
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

/// Whether a file is to survive a crash of the machine, or only of the process.
enum class Sync { no, yes };

/// Puts `bytes` at `path` so that a reader sees the old content or the new, never a part, whatever is killed
/// and whenever: written beside it, synced, renamed, folder synced. With `Sync::no` only if the
/// process is killed, not if the machine fails. Throws std::system_error.
inline void write_atomically(const std::filesystem::path& path, std::string_view bytes,
                             Sync sync = Sync::yes) {
    const auto check = [&](bool ok, const char* what) {
        if (!ok)
            throw std::system_error(errno, std::generic_category(), std::string(what) + " " + path.string());
    };
    std::filesystem::path folder = path.parent_path();
    if (folder.empty()) folder = ".";
    std::filesystem::create_directories(folder);
    const std::filesystem::path beside = folder / ("." + path.filename().string() + ".new");

    struct File {
        explicit File(int number) : fd(number) {}
        File(const File&) = delete;
        File& operator=(const File&) = delete;
        ~File() {
            if (fd >= 0) ::close(fd);
        }
        int fd;
    };
    {
        const File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        check(file.fd >= 0, "cannot create a file beside");
        while (!bytes.empty()) {
            const ssize_t n = ::write(file.fd, bytes.data(), bytes.size());
            check(n >= 0 || errno == EINTR, "cannot write");
            if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        check(sync == Sync::no || ::fsync(file.fd) == 0, "cannot sync");
    }
    check(::rename(beside.c_str(), path.c_str()) == 0, "cannot rename to");
    if (sync == Sync::no) return;
    const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    check(directory.fd >= 0 && ::fsync(directory.fd) == 0, "cannot sync the folder of");
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
        if (trial.under_quench_) {
            if (const auto report = trial.read_checkpoint(last_report)) trial.print(*report);
        }
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
    /// resume may be repeated.
    void report(std::int64_t step, std::initializer_list<std::pair<const char*, double>> metrics) const {
        std::string line = "quench: {\"step\": " + std::to_string(step);
        for (const auto& [name, value] : metrics)
            line += ", " + nlohmann::json(name).dump() + ": " + number(value);
        line += "}";
        // Kept, so that a trial that is lost between its last checkpoint and the receipt of its last report
        // says it again when it is started anew and finds nothing left to train.
        if (under_quench_ && reports_) write_atomically(checkpoint_dir_ / last_report, line, Sync::no);
        print(line);
    }

    /// Says that this configuration cannot work. Return from main afterwards.
    void infeasible(const std::string& why) const {
        print("quench: " + nlohmann::json{{"infeasible", why}}.dump(
                               -1, ' ', false, nlohmann::json::error_handler_t::replace));
    }

    /// Writes `bytes` to checkpoint_dir/name, whole or not at all. With several ranks: rank 0 calls this.
    void write_checkpoint(const std::string& name, std::string_view bytes) const {
        if (const auto report = read_checkpoint(last_report))
            write_atomically(checkpoint_dir_ / last_report, *report);
        write_atomically(checkpoint_dir_ / name, bytes);
    }

    /// The bytes of checkpoint_dir/name, or nothing if no checkpoint was written yet.
    [[nodiscard]] std::optional<std::string> read_checkpoint(const std::string& name) const {
        std::ifstream in(checkpoint_dir_ / name, std::ios::binary);
        if (!in) return std::nullopt;
        return std::string(std::istreambuf_iterator<char>(in), {});
    }

  private:
    static constexpr const char* last_report = ".last_report";

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

    static std::string number(double value) {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
        return nlohmann::json(value).dump();
    }

    void print(const std::string& line) const {
        if (!reports_) return;
        std::fputs((line + "\n").c_str(), stdout);
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
};

}  // namespace quench::trial
