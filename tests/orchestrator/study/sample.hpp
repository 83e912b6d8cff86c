// A study file that uses every key; tests bend it.
#pragma once

#include <string>

namespace quench::orchestrator::study {

inline const std::string sample = R"(study: mlpf-hpo
objective: {metric: val_loss, direction: minimize}
space:
  lr:       {type: float, low: 1.0e-5, high: 1e-2, log: true}
  layers:   {type: int, low: 1, high: 6}
  dropout:  {type: float, low: 0, high: .5, step: 0.1}
  model:    {type: categorical, choices: [gnn, transformer]}
  bin_size: {type: categorical, choices: [16, 32, 64], when: {model: gnn}}
search:    {sampler: random, seed: 7}
fidelity:  {scheduler: hyperband, unit: epoch, min: 1, max: 27, eta: 3}
stop:      {trials: 200, resource: 5000, hours: 12, value: 0.1, failure_rate: 0.3}
trial:
  command: [mlpf-train, --data, clic.h5, --lr, "{param.lr}", --to, "{to}"]
  ranks: 2
  mpi: mpirun
  retries: 1
  timeout: 2h
  stall: 10m
  grace: 45s
)";

/// The smallest study file.
inline const std::string smallest = R"(study: s
objective: {metric: loss}
space: {x: {type: float, low: 0, high: 1}}
stop: {trials: 3}
trial: {command: [./train]}
)";

/// `text` with the first `from` replaced by `to`.
inline std::string bent(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == text.npos ? "the sample does not hold: " + from : text.replace(at, from.size(), to);
}

}  // namespace quench::orchestrator::study
