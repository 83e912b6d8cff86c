// dimod's COO text: see format.hpp.
#include "predictor/qubo/format.hpp"
#include "predictor/qubo/text.hpp"

#include <algorithm>

namespace quench::predictor::qubo::text {
namespace {

enum class Domain { binary, spin };

/// What the comments of a file say beside its terms.
struct Heading {
    Domain domain = Domain::binary;
    double offset = 0;
};

/// The text behind `key` and "=" in a comment, blanks aside; nothing when the comment says something else.
std::optional<std::string_view> said(std::string_view comment, std::string_view key) {
    comment.remove_prefix(std::min(comment.find_first_not_of("# \t"), comment.size()));
    if (!comment.starts_with(key)) return std::nullopt;
    const auto rest = words(comment.substr(key.size()));
    if (rest.size() == 1 && rest[0].starts_with('=')) return rest[0].substr(1);
    if (rest.size() == 2 && rest[0] == "=") return rest[1];
    return std::nullopt;
}

base::Result<> read_comment(std::string_view comment, std::size_t line, Heading& heading) {
    if (const auto domain = said(comment, "vartype")) {
        if (*domain != "BINARY" && *domain != "SPIN")
            return at_line(line, "unknown vartype (" + quoted(*domain) + ") write BINARY or SPIN");
        heading.domain = *domain == "SPIN" ? Domain::spin : Domain::binary;
    }
    if (const auto offset = said(comment, "offset")) {
        const auto value = number(*offset);
        if (!value)
            return at_line(
                line, "not an offset (" + quoted(*offset) + " is no finite number) write a decimal number");
        heading.offset = *value;
    }
    return base::success();
}

}  // namespace

base::Result<Qubo> read_coo(std::string_view content) {
    Heading heading;
    std::vector<Term> terms;
    std::size_t size = 0;
    std::size_t line_number = 0;
    while (const auto line = next_line(content)) {
        ++line_number;
        const std::size_t first = line->find_first_not_of(" \t");
        if (first == std::string_view::npos) continue;
        if ((*line)[first] == '#') {
            if (auto understood = read_comment(line->substr(first), line_number, heading); !understood)
                return understood.error();
            continue;
        }
        const auto read = term(*line, line_number);
        if (!read) return read.error();
        size = std::max({size, read->i + 1, read->j + 1});
        terms.push_back(*read);
    }
    if (terms.empty()) return base::Error("no terms (the file has no line 'i j bias') write at least one");
    Qubo qubo(size);
    qubo.add_offset(heading.offset);
    for (const Term& t : terms) qubo.add_coupling(t.i, t.j, t.value);
    return heading.domain == Domain::spin ? from_ising(qubo) : qubo;
}

std::string write_coo(const Qubo& qubo) {
    std::string written = "# vartype=BINARY\n";
    if (qubo.offset() != 0) written += "# offset=" + fixed(qubo.offset()) + "\n";
    for (std::size_t i = 0; i < qubo.size(); ++i) {
        const std::string name = std::to_string(i) + ' ';
        // Zero linear terms are written too: they say how many variables there are.
        written += name + name + fixed(qubo.linear(i)) + '\n';
        for (std::size_t j = i + 1; j < qubo.size(); ++j) {
            if (qubo.coupling(i, j) == 0) continue;
            written += name + std::to_string(j) + ' ' + fixed(qubo.coupling(i, j)) + '\n';
        }
    }
    return written;
}

}  // namespace quench::predictor::qubo::text
