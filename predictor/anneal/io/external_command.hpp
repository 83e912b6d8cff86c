// Somebody else's annealer, quantum ones included: a program that reads a problem file and writes samples.
#pragma once

#include "predictor/anneal/annealer.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace quench::predictor::anneal {

struct ExternalCommand {
    std::vector<std::string> command = {};  ///< program and first arguments; found in PATH; no shell
    std::chrono::milliseconds timeout{60'000};
    /// What a failed command wrote last stands in the error. It can differ from run to run, so where errors
    /// have to repeat themselves (a verdict's reason is verified) it is left out.
    bool output_in_errors = true;
    /// More than this is no result of num_reads samples but a program gone wild.
    std::size_t most_result_bytes = std::size_t{1} << 30;
};

/// Runs `COMMAND problem.coo result.txt request.json` in a folder of its own, removed afterwards.
///   problem.coo   the problem as COO text (qubo/format.hpp)
///   request.json  {"num_reads", "num_sweeps", "seed", "num_variables"}
///   result.txt    what the command has to write: a line `energy num_occurrences 0110...` a sample, one digit
///   a
///                 variable; empty lines and lines beginning with # are skipped
/// Energies are computed again, the command's are not used. The command runs in a process group of its own,
/// which is killed at the timeout, when the caller interrupts, and when the command has ended (its
/// stragglers).
///
/// An Error, never more: a program that is not there, fails (status and the end of its stderr are quoted), is
/// killed, hangs, or writes nothing, too much, or lines of the wrong length or form (with their numbers).
class ExternalCommandAnnealer final : public Annealer {
  public:
    explicit ExternalCommandAnnealer(ExternalCommand command) : command_(std::move(command)) {}

    [[nodiscard]] std::string_view name() const override { return "command"; }
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;

  private:
    ExternalCommand command_;
};

/// Reads what such a command wrote for `problem`.
[[nodiscard]] base::Result<SampleSet> read_result(std::string_view text, const Problem& problem);

}  // namespace quench::predictor::anneal
