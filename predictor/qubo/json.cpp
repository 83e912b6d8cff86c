// bqpjson (Los Alamos): see format.hpp.
#include "predictor/qubo/format.hpp"
#include "predictor/qubo/text.hpp"

#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

namespace quench::predictor::qubo::text {
namespace {

using Json = nlohmann::json;
using Places = std::map<std::int64_t, std::size_t>;  // where an id stands in variable_ids

/// A value of the file, for a message.
std::string shown(const Json& value) {
    return text::quoted(value.dump(-1, ' ', true, Json::error_handler_t::replace));
}

base::Result<double> finite_number(const Json& object, const char* key, double otherwise) {
    const auto found = object.find(key);
    if (found == object.end()) return otherwise;
    if (!found->is_number() || !std::isfinite(found->get<double>()))
        return base::Error(std::string("'") + key + "' is no finite number (found " + shown(*found) +
                           ") write a number");
    return found->get<double>();
}

base::Result<std::size_t> place(const Json& term, const char* key, const Places& places) {
    const auto found = term.find(key);
    if (found == term.end() || !found->is_number_integer())
        return base::Error(std::string("'") + key +
                           "' is missing or no whole number (a term names its variables by id) add it");
    const auto at = places.find(found->get<std::int64_t>());
    if (at == places.end())
        return base::Error(std::string("'") + key + "' names an unknown variable (" +
                           std::to_string(found->get<std::int64_t>()) +
                           " is not in variable_ids) add it there");
    return at->second;
}

base::Result<Places> read_ids(const Json& problem) {
    const auto ids = problem.find("variable_ids");
    if (ids == problem.end() || !ids->is_array())
        return base::Error("'variable_ids' is missing or no list (it says which variables there are) add it");
    if (ids->size() > max_variables)
        return base::Error("too many variables (" + std::to_string(ids->size()) +
                           " where dense problems end at " + std::to_string(max_variables) +
                           ") split the problem");
    Places places;
    for (const Json& id : *ids) {
        if (!id.is_number_integer())
            return base::Error("'variable_ids' holds something else than whole numbers (" + shown(id) +
                               ") write whole numbers");
        if (!places.emplace(id.get<std::int64_t>(), places.size()).second)
            return base::Error("'variable_ids' names a variable twice (" +
                               std::to_string(id.get<std::int64_t>()) + ") remove one");
    }
    return places;
}

/// One list of terms, added to `qubo`; a missing list has no terms. `first` and `second` are the keys of the
/// ids.
base::Result<> read_terms(const Json& problem, const char* list, const char* first, const char* second,
                          const Places& places, Qubo& qubo) {
    const auto terms = problem.find(list);
    if (terms == problem.end()) return base::success();
    if (!terms->is_array())
        return base::Error(std::string("'") + list + "' is no list (it holds objects) write [...]");
    std::size_t number = 0;
    for (const Json& term : *terms) {
        const std::string where = std::string(list) + "[" + std::to_string(number++) + "]";
        if (!term.is_object())
            return base::Error(where + ": not an object (found " + shown(term) + ") write {...}");
        const auto i = place(term, first, places);
        if (!i) return i.error().in(where);
        const auto j = place(term, second, places);
        if (!j) return j.error().in(where);
        const auto value = finite_number(term, "coeff", NAN);
        if (!value) return value.error().in(where);
        if (std::isnan(*value))
            return base::Error(where + ": 'coeff' is missing (a term has a coefficient) add it");
        if (*i == *j && std::string_view(first) != second)
            return base::Error(where +
                               ": a pair of one variable (id_tail = id_head) write it as a linear term");
        qubo.add_coupling(*i, *j, *value);
    }
    return base::success();
}

base::Result<Qubo> from_json(const Json& problem) {
    if (!problem.is_object())
        return base::Error(
            "not a problem (the file holds no JSON object) write {\"variable_ids\": [...], ...}");
    const auto places = read_ids(problem);
    if (!places) return places.error();
    const auto domain = problem.value("variable_domain", Json("boolean"));
    if (domain != "boolean" && domain != "spin")
        return base::Error("unknown 'variable_domain' (" + shown(domain) + ") write boolean or spin");
    const auto scale = finite_number(problem, "scale", 1);
    if (!scale) return scale.error();
    const auto offset = finite_number(problem, "offset", 0);
    if (!offset) return offset.error();
    Qubo qubo(places->size());
    qubo.add_offset(*offset);
    if (auto read = read_terms(problem, "linear_terms", "id", "id", *places, qubo); !read)
        return read.error();
    if (auto read = read_terms(problem, "quadratic_terms", "id_tail", "id_head", *places, qubo); !read)
        return read.error();
    if (*scale != 1) qubo.scale(*scale);
    return domain == "spin" ? from_ising(qubo) : qubo;
}

}  // namespace

base::Result<Qubo> read_json(std::string_view content) {
    try {
        return from_json(Json::parse(content));
    } catch (const Json::exception& error) {  // the library's text names line and column
        return base::Error(std::string("not JSON (") + error.what() + ") correct the file");
    }
}

std::string write_json(const Qubo& qubo) {
    Json ids = Json::array(), linear = Json::array(), quadratic = Json::array();
    for (std::size_t i = 0; i < qubo.size(); ++i) {
        ids.push_back(i);
        if (qubo.linear(i) != 0) linear.push_back({{"id", i}, {"coeff", qubo.linear(i)}});
        for (std::size_t j = i + 1; j < qubo.size(); ++j) {
            if (qubo.coupling(i, j) == 0) continue;
            quadratic.push_back({{"id_tail", i}, {"id_head", j}, {"coeff", qubo.coupling(i, j)}});
        }
    }
    return Json{{"version", "1.0.0"},           {"id", 0},
                {"metadata", Json::object()},   {"variable_ids", ids},
                {"variable_domain", "boolean"}, {"scale", 1.0},
                {"offset", qubo.offset()},      {"linear_terms", linear},
                {"quadratic_terms", quadratic}}
               .dump() +
           "\n";
}

}  // namespace quench::predictor::qubo::text
