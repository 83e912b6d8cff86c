#include "orchestrator/cli/output.hpp"

#include "orchestrator/cli/text.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

std::string dumped(const Json& value, int indent) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json& member(const Json& row, const std::string& key) {
    static const Json nothing;
    const auto found = row.find(key);
    return found == row.end() ? nothing : *found;
}

std::string exact_text(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_float()) {
        const double number = value.get<double>();
        if (std::isnan(number)) return "nan";
        if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    }
    return dumped(value, -1);
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::string blanks(width - std::min(width, display_width(text)), ' ');
    return align == Align::right ? blanks + text : text + blanks;
}

void flatten(std::ostream& out, const std::string& path, const Json& value) {
    const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    if (value.is_object()) {
        for (const auto& [key, item] : value.items()) flatten(out, below(key), item);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) flatten(out, below(std::to_string(i)), value[i]);
    } else {
        out << csv_field(path) << "," << csv_field(exact_text(value)) << "\r\n";
    }
}

}  // namespace

std::string cell_text(const Json& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return printable(value.get<std::string>());
    if (value.is_number_float()) return short_number(value.get<double>());
    if (value.is_array()) {
        std::string out;
        for (const Json& item : value) out += (out.empty() ? "" : ", ") + cell_text(item);
        return out;
    }
    if (value.is_object()) {
        std::string out;
        for (const auto& [key, item] : value.items())
            out += (out.empty() ? "" : " ") + printable(key) + "=" + cell_text(item);
        return out;
    }
    return dumped(value, -1);
}

void print_table(std::ostream& out, const std::vector<Column>& columns, const Json& rows) {
    std::vector<std::vector<std::string>> lines(1);
    for (const Column& column : columns) lines[0].push_back(column.title);
    for (const Json& row : rows) {
        auto& line = lines.emplace_back();
        for (const Column& column : columns) line.push_back(cell_text(member(row, column.key)));
    }
    std::vector<std::size_t> widths(columns.size(), 0);
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
    for (const auto& line : lines) {
        std::string text;
        for (std::size_t i = 0; i < line.size(); ++i)
            text += (i ? "  " : "") + padded(line[i], widths[i], columns[i].align);
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << "\n";
    }
}

void print_csv(std::ostream& out, const std::vector<Column>& columns, const Json& rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) out << (i ? "," : "") << csv_field(columns[i].key);
    out << "\r\n";
    for (const Json& row : rows) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            out << (i ? "," : "") << csv_field(exact_text(member(row, columns[i].key)));
        out << "\r\n";
    }
}

void print_json(std::ostream& out, const Json& value) {
    out << dumped(value, 2) << "\n";
}

void print_rows(std::ostream& out, Output output, const std::vector<Column>& columns, const Json& rows) {
    switch (output) {
        case Output::table:
            return print_table(out, columns, rows);
        case Output::json:
            return print_json(out, rows);
        case Output::csv:
            return print_csv(out, columns, rows);
    }
}

void print_flat_csv(std::ostream& out, const Json& object) {
    out << "key,value\r\n";
    flatten(out, "", object);
}

}  // namespace quench::orchestrator::cli
