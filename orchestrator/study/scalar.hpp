// What a YAML scalar means: a boolean, an integer, a float or a string.
//
//   plain text                          meaning
//   true, True, TRUE, false, ...        boolean
//   16, -3, 0x10                        integer (64 bits)
//   0.5, .5, 1., 1e-3, 1.0e-5           float; 1e-3 is a float here although YAML 1.1 calls it a string
//   yes, no, on, off, 010, 0o17,        refused: YAML 1.1 and 1.2 disagree, so half of the readers would be
//   1_000, 12:30                        surprised
//   .nan, .inf, 1e999                   refused: no parameter and no limit has such a value
//   anything else, or in quotes         string
#pragma once

#include "base/result.hpp"
#include "orchestrator/study/yaml.hpp"
#include "search/space/configuration.hpp"

namespace quench::orchestrator::study {

/// The error is a whole message, without the line. Lists, maps and nothing are errors too.
base::Result<search::space::Value> typed(const Node& node);

/// "the integer 16", "the string '16'", "a list": what stands there, for messages.
std::string described(const Node& node);

}  // namespace quench::orchestrator::study
