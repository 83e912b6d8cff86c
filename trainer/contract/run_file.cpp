#include "trainer/contract/run_file.hpp"

#include <cmath>
#include <limits>

namespace quench::trainer::contract {
namespace {

using nlohmann::json;

// Collects the first problem, so that the reading code stays a list of fields.
class Fields {
  public:
    Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

    void read(const char* key, std::string& out) {
        const json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_string()) return fail(key, "must be a string");
        out = value->get_ref<const std::string&>();
    }

    void read(const char* key, std::uint64_t& out) {
        const json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_number_unsigned()) return fail(key, "must be an integer from 0 to 2^64-1");
        out = value->get<std::uint64_t>();
    }

    void read(const char* key, std::int64_t& out) {
        std::uint64_t number = 0;
        read(key, number);
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return fail(key, "is too large");
        out = static_cast<std::int64_t>(number);
    }

    const json* find(const char* key) {
        const auto found = object_.find(key);
        if (found != object_.end()) return &*found;
        fail(key, "is missing");
        return nullptr;
    }

    void fail(const char* key, const std::string& why) {
        if (problem_.empty()) problem_ = "run file: " + where_ + "'" + key + "' " + why;
    }

    [[nodiscard]] const std::string& problem() const { return problem_; }

  private:
    const json& object_;
    std::string where_;
    std::string problem_;
};

std::string read_resource(const json& value, Resource& out) {
    if (!value.is_object()) return "run file: 'resource' must be an object {from, to, unit}";
    Fields fields(value, "resource ");
    fields.read("from", out.from);
    fields.read("to", out.to);
    fields.read("unit", out.unit);
    if (out.from > out.to) fields.fail("from", "is larger than 'to'");
    return fields.problem();
}

}  // namespace

std::string to_text(const RunFile& run) {
    json out = {
        {"study", run.study},
        {"trial", run.trial},
        {"attempt", run.attempt},
        {"params", run.params},
        {"resource", {{"from", run.resource.from}, {"to", run.resource.to}, {"unit", run.resource.unit}}},
        {"seed", run.seed},
        {"ranks", run.ranks},
        {"checkpoint_dir", run.checkpoint_dir}};
    if (run.time_left_s) out["time_left_s"] = *run.time_left_s;
    return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

base::Result<RunFile> run_file_from_text(std::string_view text) {
    const json all = json::parse(text, nullptr, false);
    if (all.is_discarded()) return base::Error("run file: not valid JSON");
    if (!all.is_object()) return base::Error("run file: must be a JSON object");

    RunFile run;
    Fields fields(all, "");
    fields.read("study", run.study);
    fields.read("trial", run.trial);
    fields.read("attempt", run.attempt);
    fields.read("seed", run.seed);
    fields.read("checkpoint_dir", run.checkpoint_dir);
    if (const json* params = fields.find("params")) {
        if (params->is_object())
            run.params = *params;
        else
            fields.fail("params", "must be an object");
    }
    std::int64_t ranks = 0;
    fields.read("ranks", ranks);
    if (ranks < 1 || ranks > std::numeric_limits<int>::max()) fields.fail("ranks", "must be at least 1");
    if (const json* resource = fields.find("resource")) {
        if (std::string problem = read_resource(*resource, run.resource); !problem.empty())
            return base::Error(problem);
    }
    if (const auto left = all.find("time_left_s"); left != all.end() && !left->is_null()) {
        if (left->is_number())
            run.time_left_s = left->get<double>();
        else
            fields.fail("time_left_s", "must be a number of seconds");
    }
    if (!fields.problem().empty()) return base::Error(fields.problem());
    run.ranks = static_cast<int>(ranks);
    return run;
}

}  // namespace quench::trainer::contract
