#include "predictor/anneal/io/external_command.hpp"

#include "predictor/anneal/io/child_process.hpp"
#include "predictor/qubo/format.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace quench::predictor::anneal {
namespace {

using base::Error;
namespace fs = std::filesystem;

/// A new folder, removed with everything in it at the end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::error_code error;
        std::string name = (fs::temp_directory_path(error) / "quench-anneal-XXXXXX").string();
        if (!error && mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }  ///< empty if there is none

  private:
    fs::path path_;
};

bool write(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    return static_cast<bool>(out.flush());
}

/// At most `most` bytes from the end of a file, unprintable ones as '?'.
std::string end_of(const fs::path& file, std::streamoff most) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : 0;
    const std::streamoff length = std::min(size, most);
    std::string text(static_cast<std::size_t>(std::max<std::streamoff>(length, 0)), '\0');
    in.seekg(size - length);
    in.read(text.data(), length);
    for (char& c : text) c = c == '\n' ? ' ' : (c >= ' ' && c <= '~' ? c : '?');
    return text;
}

base::Result<std::string> content(const fs::path& file, std::size_t most) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error || !fs::is_regular_file(file))
        return Error(
            "the command wrote no result (its second argument names no file afterwards) let it write there");
    if (size > most)
        return Error("the result is too large (" + std::to_string(size) + " bytes, more than " +
                     std::to_string(most) + ") check the command");
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

std::string request(const Problem& problem, const Parameters& parameters) {
    return "{\"num_reads\": " + std::to_string(parameters.num_reads) +
           ", \"num_sweeps\": " + std::to_string(parameters.num_sweeps) +
           ", \"seed\": " + std::to_string(parameters.seed) +
           ", \"num_variables\": " + std::to_string(size(problem)) + "}\n";
}

/// The sample of one line; `why` says what is wrong with it otherwise.
std::optional<Sample> sample_of(const std::string& line, std::size_t variables, std::string& why) {
    std::istringstream words(line);
    std::string energy, occurrences, digits, more;
    words >> energy >> occurrences >> digits >> more;
    Sample sample;
    const auto [end, error] =
        std::from_chars(occurrences.data(), occurrences.data() + occurrences.size(), sample.num_occurrences);
    if (!more.empty() || occurrences.empty() || (digits.empty() && variables > 0))
        why = "is not 'energy num_occurrences 0110...'";
    else if (error != std::errc() || end != occurrences.data() + occurrences.size() ||
             sample.num_occurrences == 0 || sample.num_occurrences > most_reads)
        why = "has a num_occurrences that is no number from 1 to " + std::to_string(most_reads);
    else if (digits.size() != variables)
        why = "has " + std::to_string(digits.size()) + " digits where the problem has " +
              std::to_string(variables) + " variables";
    else if (digits.find_first_not_of("01") != std::string::npos)
        why = "has digits other than 0 and 1";
    if (!why.empty()) return std::nullopt;
    for (const char digit : digits) sample.bits.push_back(digit == '1' ? 1 : 0);
    return sample;
}

}  // namespace

base::Result<SampleSet> read_result(std::string_view text, const Problem& problem) {
    std::istringstream lines{std::string(text)};
    std::vector<Sample> samples;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.ends_with('\r')) line.pop_back();
        if (line.find_first_not_of(" \t") == std::string::npos || line.starts_with('#')) continue;
        std::string why;
        auto sample = sample_of(line, size(problem), why);
        if (!sample)
            return Error("result line " + std::to_string(number) + " " + why +
                         " (a sample has one digit a variable) correct the command");
        sample->energy = energy(problem, sample->bits);
        samples.push_back(std::move(*sample));
    }
    if (samples.empty())
        return Error("the command found no sample (its result is empty) check what it wrote");
    Info info;
    info.annealer = "command";
    return SampleSet(std::move(samples), std::move(info));
}

base::Result<SampleSet> ExternalCommandAnnealer::sample(const Problem& problem,
                                                        const Parameters& parameters) const {
    if (auto checked = check(problem, parameters); !checked) return checked.error();
    if (command_.command.empty()) return Error("no annealer command (the list is empty) name a program");
    const TemporaryFolder folder;
    if (folder.path().empty())
        return Error("no temporary folder (it cannot be made) check TMPDIR and the space there");
    const fs::path problem_file = folder.path() / "problem.coo", result_file = folder.path() / "result.txt",
                   request_file = folder.path() / "request.json", log_file = folder.path() / "log.txt";
    if (!write(problem_file, qubo::write(dense(problem), qubo::Format::coo)) ||
        !write(request_file, request(problem, parameters)))
        return Error("the problem cannot be written (to the temporary folder) check the space there");
    ChildProcess child{command_.command, log_file, command_.timeout, parameters.interrupt_function};
    for (const fs::path& file : {problem_file, result_file, request_file})
        child.command.push_back(file.string());
    const auto begin = std::chrono::steady_clock::now();
    if (auto ran = run(child); !ran) {
        const std::string wrote = command_.output_in_errors ? end_of(log_file, 300) : "";
        return wrote.empty() ? ran.error() : Error(ran.error().text() + "; its output ends: " + wrote);
    }
    const auto text = content(result_file, command_.most_result_bytes);
    if (!text) return text.error();
    auto set = read_result(*text, problem);
    if (set) set->info().sampling_ns = nanoseconds_since(begin);
    return set;
}

}  // namespace quench::predictor::anneal
