// MLPF's loss by its equations, on padded events with sample weights, as published.
#pragma once

#include "trainer/reference/network.hpp"

namespace quench::trainer::reference {

/// alpha_t (1 - p_t)^gamma (-log p_t) of a sigmoid p, with p_t = p and alpha_t = alpha where the class is
/// the target, else 1 - p and 1 - alpha (Lin et al., arXiv 1708.02002).
double focal(double logit, bool is_target, double alpha, double gamma);
/// -log softmax(logits)[truth].
double cross_entropy(const Row& logits, std::size_t truth);
/// x^2 / 2 for |x| <= delta, else delta (|x| - delta / 2).
double huber(double error, double delta);

/// One event: what the network says, features and targets (mlpf::target_columns of them).
struct Judged {
    Outputs outputs;
    Table features, targets;
};

/// Every event is filled up to the rows of the longest. Weights: the mask for classes and charges, times
/// (class != 0) for momenta. The sums, each with its weight of the options, are divided by all places of the
/// padded batch (Normalization::padded), or the first two by the elements and the third by the particles.
/// With log-ratio targets pt and E aim at log(target / feature), or 0 where that is not finite.
double loss(const mlpf::LossOptions& options, const std::vector<Judged>& events);

}  // namespace quench::trainer::reference
