// YAML as a tree with line numbers.
//
// Our own tree instead of yaml-cpp's nodes: it keeps lines, quotes and repeated keys, which its nodes do not,
// and it cannot throw on reading.
#pragma once

#include "orchestrator/study/study_file.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace quench::orchestrator::study {

struct Node;

struct Entry {
    const Node* key = nullptr;
    const Node* value = nullptr;
};

struct Node {
    enum class Kind { nothing, scalar, list, map };
    Kind kind = Kind::nothing;
    int line = 0;
    std::string text;     ///< of a scalar
    bool quoted = false;  ///< a scalar in quotes or tagged !!str: a string whatever it looks like
    std::string tag;      ///< one that we give no meaning; "" as a rule
    std::vector<const Node*> items;
    std::vector<Entry> entries;  ///< in the order of the file, repeated keys included
};

/// Owns the nodes. Aliases (*x) share the node of their anchor, so that a chain of them costs no memory; a
/// node can contain itself, so readers descend by what they expect, never by what is there.
struct Document {
    std::deque<Node> nodes;
    const Node* root = nullptr;  ///< null for an empty file
};

/// Limits that no honest study file meets.
struct YamlLimits {
    std::size_t bytes = std::size_t{1} << 20;
    std::size_t depth = 32;  ///< our deepest form needs 5; the parser recurses on the stack
};

std::variant<Document, FileError> parse_yaml(const std::string& text, const YamlLimits& limits = {});

}  // namespace quench::orchestrator::study
