// qbsolv's .qubo text: see format.hpp.
#include "predictor/qubo/format.hpp"
#include "predictor/qubo/text.hpp"

#include <algorithm>
#include <set>

namespace quench::predictor::qubo::text {
namespace {

/// The program line `p qubo topology maxNodes nNodes nCouplers`.
struct Announced {
    std::size_t size = 0, nodes = 0, couplers = 0;
};

base::Result<Announced> program_line(std::string_view line, std::size_t line_number) {
    const auto parts = words(line);
    const auto malformed = [&](const std::string& why) {
        return at_line(line_number,
                       "not a program line (" + why + ") write 'p qubo 0 maxNodes nNodes nCouplers'");
    };
    if (parts.size() != 6 || parts[0] != "p" || parts[1] != "qubo") return malformed("found " + quoted(line));
    if (parts[2] != "0" && parts[2] != "unconstrained")
        return malformed("the topology " + quoted(parts[2]) + " is not the unconstrained one");
    const auto size = index(parts[3]);
    const auto nodes = index(parts[4]);
    const auto couplers = index(parts[5]);
    if (!size || !nodes || !couplers) return malformed("a count is no whole number >= 0");
    if (*size > max_variables)
        return malformed("maxNodes is above " + std::to_string(max_variables) +
                         ", the most for a dense problem");
    return Announced{*size, *nodes, *couplers};
}

base::Result<> check_order(const Term& term, bool couplers_began, std::size_t line) {
    const std::string pair = std::to_string(term.i) + " " + std::to_string(term.j);
    if (term.i > term.j)
        return at_line(
            line, "the coupler " + pair + " is the wrong way round (qbsolv wants i < j) swap its indices");
    if (term.i == term.j && couplers_began)
        return at_line(line, "the node " + pair + " stands behind couplers (nodes come first) move it up");
    return base::success();
}

}  // namespace

base::Result<Qubo> read_qbsolv(std::string_view content) {
    std::optional<Announced> announced;
    Qubo qubo;
    std::set<std::pair<std::size_t, std::size_t>> seen;
    std::size_t nodes = 0, couplers = 0, line_number = 0;
    double offset = 0;
    while (const auto line = next_line(content)) {
        ++line_number;
        const auto parts = words(*line);
        if (parts.empty()) continue;
        if (parts[0].starts_with('c')) {
            if (parts.size() != 3 || parts[0] != "c" || parts[1] != "offset") continue;
            const auto value = number(parts[2]);
            if (!value)
                return at_line(line_number, "not an offset (" + quoted(parts[2]) +
                                                " is no finite number) write a decimal number");
            offset = *value;
        } else if (parts[0] == "p") {
            if (announced)
                return at_line(line_number, "a second program line (a file holds one problem) remove it");
            const auto program = program_line(*line, line_number);
            if (!program) return program.error();
            announced = *program;
            qubo = Qubo(program->size);
        } else {
            if (!announced)
                return at_line(line_number, "a term before the program line (found " + quoted(*line) +
                                                ") begin with 'p qubo 0 maxNodes nNodes nCouplers'");
            const auto read = term(*line, line_number);
            if (!read) return read.error();
            if (auto ordered = check_order(*read, couplers > 0, line_number); !ordered)
                return ordered.error();
            if (read->j >= announced->size)
                return at_line(line_number, "an index is too large (" + std::to_string(read->j) +
                                                " where maxNodes is " + std::to_string(announced->size) +
                                                ") raise maxNodes");
            if (!seen.emplace(read->i, read->j).second)
                return at_line(line_number,
                               "a repeated term (" + quoted(*line) + ") add its value to the first one");
            ++(read->i == read->j ? nodes : couplers);
            qubo.add_coupling(read->i, read->j, read->value);
        }
    }
    if (!announced)
        return base::Error(
            "no program line (the file has no 'p qubo ...') write 'p qubo 0 maxNodes nNodes nCouplers'");
    if (nodes != announced->nodes || couplers != announced->couplers)
        return base::Error("the counts are wrong (the program line announces " +
                           std::to_string(announced->nodes) + " nodes and " +
                           std::to_string(announced->couplers) + " couplers, the file has " +
                           std::to_string(nodes) + " and " + std::to_string(couplers) +
                           ") it may be cut off; correct the program line");
    qubo.add_offset(offset);
    return qubo;
}

std::string write_qbsolv(const Qubo& qubo) {
    std::string nodes, couplers;
    std::size_t count = 0;
    for (std::size_t i = 0; i < qubo.size(); ++i) {
        const std::string name = std::to_string(i) + ' ';
        nodes += name + name + fixed(qubo.linear(i)) + '\n';
        for (std::size_t j = i + 1; j < qubo.size(); ++j) {
            if (qubo.coupling(i, j) == 0) continue;
            ++count;
            couplers += name + std::to_string(j) + ' ' + fixed(qubo.coupling(i, j)) + '\n';
        }
    }
    const std::string size = std::to_string(qubo.size());
    const std::string offset = qubo.offset() != 0 ? "c offset " + fixed(qubo.offset()) + "\n" : "";
    return offset + "p qubo 0 " + size + ' ' + size + ' ' + std::to_string(count) + '\n' + nodes + couplers;
}

}  // namespace quench::predictor::qubo::text
