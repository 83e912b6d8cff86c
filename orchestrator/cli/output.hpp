// Data on stdout in the form that --output asks for.
#pragma once

#include "orchestrator/cli/verb.hpp"

#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::cli {

/// Keys keep the order in which they were set: readers see the important ones first.
using Json = nlohmann::ordered_json;

enum class Align { left, right };

struct Column {
    std::string key;    ///< of the row's JSON object; the CSV header
    std::string title;  ///< in the table
    Align align = Align::left;
};

/// Aligned, as wide as it needs to be (a pipe gets whole lines), two blanks between columns.
void print_table(std::ostream& out, const std::vector<Column>& columns, const Json& rows);

/// RFC 4180: CRLF, quotes where needed. Floats at full precision, NaN as "nan", null as nothing.
void print_csv(std::ostream& out, const std::vector<Column>& columns, const Json& rows);

/// Indented by two; NaN and infinities as null; never throws on text that is not UTF-8.
void print_json(std::ostream& out, const Json& value);

/// A list of objects in any form.
void print_rows(std::ostream& out, Output output, const std::vector<Column>& columns, const Json& rows);

/// One object as CSV: two columns, key and value, with nested keys as "params.lr" and "attempts.0.worker".
void print_flat_csv(std::ostream& out, const Json& object);

/// What a cell of the table shows: six digits for floats, "-" for null, "a, b" for lists.
std::string cell_text(const Json& value);

}  // namespace quench::orchestrator::cli
