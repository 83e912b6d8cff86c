#include "orchestrator/study/yaml.hpp"

#include "orchestrator/study/report.hpp"

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace quench::orchestrator::study {
namespace {

/// Leaves the parser from inside one of its callbacks; caught in parse_yaml.
struct TooDeep {
    int line;
};

class TreeBuilder final : public YAML::EventHandler {
  public:
    TreeBuilder(Document& document, std::size_t deepest) : document_(document), deepest_(deepest) {}

    [[nodiscard]] int line() const { return line_; }

    void OnDocumentStart(const YAML::Mark& mark) override { line_ = mark.line + 1; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        place(make(Node::Kind::nothing, mark, anchor));
    }
    void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
        place(anchors_.at(anchor));  // the parser refuses aliases without an anchor
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node* node = make(Node::Kind::scalar, mark, anchor);
        node->text = value;
        node->quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        if (!node->quoted) set_tag(*node, tag);
        place(node);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(make(Node::Kind::list, mark, anchor), tag);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(make(Node::Kind::map, mark, anchor), tag);
    }
    void OnMapEnd() override { open_.pop_back(); }

  private:
    struct Open {
        Node* node;
        const Node* key;  ///< read, its value not yet
    };

    Node* make(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        Node& node = document_.nodes.emplace_back();
        node.kind = kind;
        node.line = mark.line + 1;
        if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
        return &node;
    }
    void place(const Node* node) {
        if (open_.empty()) {
            document_.root = node;
            return;
        }
        Open& parent = open_.back();
        if (parent.node->kind == Node::Kind::list)
            parent.node->items.push_back(node);
        else if (parent.key == nullptr)
            parent.key = node;
        else
            parent.node->entries.push_back({std::exchange(parent.key, nullptr), node});
    }
    void open(Node* node, const std::string& tag) {
        if (open_.size() >= deepest_) throw TooDeep{node->line};
        set_tag(*node, tag);
        place(node);
        open_.push_back({node, nullptr});
    }
    static void set_tag(Node& node, const std::string& tag) {
        const bool plain = tag.empty() || tag == "?" || tag == "!";
        // !!int, !!map and the like say what the text says already.
        if (!plain && tag.rfind("tag:yaml.org,2002:", 0) != 0) node.tag = tag;
    }

    Document& document_;
    std::size_t deepest_;
    int line_ = 0;
    std::map<YAML::anchor_t, const Node*> anchors_;
    std::vector<Open> open_;
};

/// The length of the UTF-8 character at `at`, 0 if there is none.
std::size_t character(const std::string& text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned first = byte(at);
    const auto follows = [&](std::size_t i) { return (byte(at + i) & 0xC0u) == 0x80u; };
    if (first < 0x80) return first >= 0x20 || first == '\n' || first == '\r' || first == '\t' ? 1 : 0;
    if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        const bool overlong = first == 0xE0 && byte(at + 1) < 0xA0;
        const bool surrogate = first == 0xED && byte(at + 1) >= 0xA0;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first < 0xF5) {
        const bool overlong = first == 0xF0 && byte(at + 1) < 0x90;
        const bool too_high = first == 0xF4 && byte(at + 1) >= 0x90;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
    }
    return 0;
}

std::optional<FileError> find_bad_text(const std::string& text, const YamlLimits& limits) {
    if (text.size() > limits.bytes)
        return FileError{
            0, to_text({fmt::format("the file has {} bytes", text.size()),
                        fmt::format("a study file has at most {}", limits.bytes), "is it the right file?"})};
    int line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character(text, at);
        if (length == 0)
            return FileError{
                line, to_text({fmt::format("byte 0x{:02x} is not text", static_cast<unsigned char>(text[at])),
                               "a study file is YAML in UTF-8",
                               "save the file as UTF-8, or is it the right file?"})};
        if (text[at] == '\n') ++line;
        at += length;
    }
    return std::nullopt;
}

FileError syntax_error(int line, const std::string& message) {
    return {line, to_text({"this is not YAML", message,
                           "look at indentation, brackets, quotes and colons at or before this line"})};
}

}  // namespace

std::variant<Document, FileError> parse_yaml(const std::string& text, const YamlLimits& limits) {
    if (auto bad = find_bad_text(text, limits)) return *std::move(bad);
    Document document;
    TreeBuilder builder(document, limits.depth);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) return document;
        Document rest;
        TreeBuilder second(rest, limits.depth);
        // A trailing "---" or "..." opens a document of nothing: harmless.
        if (parser.HandleNextDocument(second) && rest.root != nullptr &&
            rest.root->kind != Node::Kind::nothing)
            return FileError{rest.root->line,
                             to_text({"a second YAML document begins here", "a study file holds one study",
                                      "move it to a file of its own"})};
    } catch (const TooDeep& deep) {
        return FileError{deep.line,
                         to_text({fmt::format("more than {} levels of nesting", limits.depth),
                                  "no part of a study is nested like this", "is a bracket not closed?"})};
    } catch (const YAML::Exception& failure) {
        return syntax_error(failure.mark.is_null() ? 0 : failure.mark.line + 1, failure.msg);
    } catch (const std::exception& failure) {
        return syntax_error(0, failure.what());
    }
    return document;
}

}  // namespace quench::orchestrator::study
