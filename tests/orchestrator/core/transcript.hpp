// Golden transcripts: inputs in a small language of lines, each followed by the facts and sends it caused.
//
// - `> study scheduler=asha max=9 trials=3`: the first line; also min eta predictor sampler seed retries
//   ranks direction
// - `> worker w1 joins slots=2 holds=0/1,3/2` (trial/attempt), `> w1 beats holds=0/1`, `> w1 leaves`
// - `> w1 reports trial=0 step=1 loss=0.5`: of the last attempt, or attempt=N
// - `> w1 ends trial=0 outcome=crashed`
// - `> w1 trains trial=0 loss=0.5`: reports every step to the target, ends as reached
// - `> tick 5s`, `> client pause`, `> coordinator restarts`, `> coordinator shuts down`
// - `> work is done`: the compute thread's, that verdicts wait for
//
// Lines that begin with neither '>' nor two spaces are comments.
#pragma once

#include <string>

namespace quench::orchestrator::core {

/// The transcript with what its inputs cause now; the expected lines that it held are left out. Throws
/// std::runtime_error for a line that is none of the above.
std::string played(const std::string& transcript);

}  // namespace quench::orchestrator::core
