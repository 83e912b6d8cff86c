#include "search/sampler/gp/outcome.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::sampler {

Outcome::Outcome(std::vector<double> values)
    : logs_(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(values.size()))) {
    if (values.empty()) return;
    double largest = 0;  // taken out first, so that differences of huge values do not overflow
    for (const double v : values) largest = std::max(largest, std::abs(v));
    if (largest > 0)
        for (double& v : values) v /= largest;
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    double unit = sorted[sorted.size() / 2] - sorted.front();
    if (!(unit > 1e-14)) unit = sorted.back() - sorted.front();  // more than half are as good as the best
    if (!(unit > 1e-14)) return;
    for (Eigen::Index i = 0; i < logs_.size(); ++i)
        logs_[i] = std::log1p((values[static_cast<std::size_t>(i)] - sorted.front()) / unit);
}

Outcome Outcome::plain(const std::vector<double>& values) {
    Outcome outcome({});
    outcome.logs_ =
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
    outcome.plain_ = true;
    return outcome;
}

Outcome::Warped Outcome::warped(double power) const {
    Warped result{logs_, plain_ ? 0 : (power - 1) * logs_.sum()};
    if (!plain_ && std::abs(power) > 1e-9)
        for (double& v : result.values) v = std::expm1(power * v) / power;
    const auto count = static_cast<double>(std::max<Eigen::Index>(logs_.size(), 1));
    result.values.array() -= result.values.sum() / count;
    const double deviation = std::sqrt(result.values.squaredNorm() / count);
    if (deviation > 0) {
        result.values /= deviation;
        result.log_slope -= count * std::log(deviation);
    }
    return result;
}

}  // namespace quench::search::sampler
