#include "predictor/qsvr/qsvr_predictor.hpp"

#include "base/random.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/measures.hpp"
#include "predictor/target_choice.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace quench::predictor::qsvr {
namespace {

/// One regression, in scaled units.
struct Member {
    std::vector<double> rows;  ///< N x width
    std::size_t width = 0;
    double gamma = 0;
    Fitted fitted;
    double weight = 1;

    [[nodiscard]] double predict(std::span<const double> row) const {
        double sum = fitted.bias;
        for (std::size_t n = 0; n < fitted.beta.size(); ++n) {
            double distance2 = 0;
            for (std::size_t f = 0; f < width; ++f)
                distance2 += (row[f] - rows[n * width + f]) * (row[f] - rows[n * width + f]);
            sum += fitted.beta[n] * std::exp(-gamma * distance2);
        }
        return sum;
    }
};

class Model final : public CurveModel {
  public:
    Model(Features features, std::vector<Member> members)
        : features_(std::move(features)), members_(std::move(members)) {}

    [[nodiscard]] Prediction predict(const Curve& curve) const override {
        const auto row = features_.row(curve);
        double sum = 0, weights = 0;
        for (const Member& member : members_) {
            sum += member.weight * member.predict(row);
            weights += member.weight;
        }
        return {features_.level(sum / weights, curve)};
    }
    /// Sums over the members: the gaps are means, weighted by energy.
    [[nodiscard]] std::optional<EnergyReport> energies() const override {
        EnergyReport sum;
        for (const Member& member : members_) {
            sum.lowest += member.fitted.energies.lowest;
            sum.continuous += member.fitted.energies.continuous;
            sum.random += member.fitted.energies.random;
        }
        return sum;
    }

  private:
    Features features_;
    std::vector<Member> members_;
};

/// Weights by R2 on the rows that a member has not seen; equal ones where none predicts better than a mean.
void weigh(std::vector<Member>& members, const Features& features,
           const std::vector<std::size_t>& member_of) {
    double total = 0;
    for (std::size_t m = 0; m < members.size(); ++m) {
        std::vector<double> truths, values;
        for (std::size_t n = 0; n < member_of.size(); ++n) {
            if (member_of[n] == m) continue;
            truths.push_back(features.targets()[n]);
            values.push_back(members[m].predict(
                std::span(features.rows()).subspan(n * features.width(), features.width())));
        }
        members[m].weight = std::max(r2(truths, values), 0.0);
        total += members[m].weight;
    }
    if (total > 0) return;
    for (Member& member : members) member.weight = 1;
}

}  // namespace

QsvrOptions paper_options() {
    QsvrOptions options;
    options.fit.encoding = paper_encoding;
    options.fit.combination = Combination::score_weighted;
    options.fit.lowest = 4;
    options.fit.reads = 1000;
    options.subset = 20;
    options.gamma = 0.1;
    options.features.differences = 0;
    options.features.scaling = Scaling::quantile;
    options.features.target = Target::level;
    return options;
}

QsvrPredictor::QsvrPredictor(QsvrOptions options, std::shared_ptr<const anneal::Annealer> annealer)
    : options_(options), annealer_(std::move(annealer)) {
    if (!annealer_) annealer_ = std::make_shared<anneal::SimulatedAnnealer>();
}

base::Result<std::unique_ptr<const CurveModel>> QsvrPredictor::fit(std::span<const Curve> training,
                                                                   const Question& question,
                                                                   std::uint64_t seed) const {
    auto learnt = Features::learn(training, question, settled(options_.features, training, question));
    if (!learnt) return learnt.error();
    const Features& features = *learnt;
    const std::size_t count = training.size(), width = features.width();
    const std::size_t size = options_.subset == 0 ? count : std::max<std::size_t>(options_.subset, 2);
    std::vector<std::size_t> order(count), member_of(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t parts = (count + size - 1) / size;
    if (parts > 1) base::Rng(seed, "qsvr subsets").shuffle(order);
    std::vector<Member> members(parts);
    std::vector<std::vector<double>> targets(parts);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t n = order[i], part = i % parts;
        member_of[n] = part;
        const auto row = std::span(features.rows()).subspan(n * width, width);
        members[part].rows.insert(members[part].rows.end(), row.begin(), row.end());
        targets[part].push_back(features.targets()[n]);
    }
    for (std::size_t part = 0; part < parts; ++part) {
        Member& member = members[part];
        member.width = width;
        member.gamma = options_.gamma;
        FitSettings settings = options_.fit;
        settings.seed = base::Rng(seed, "qsvr annealing", part).bits();
        auto fitted =
            qsvr::fit(*annealer_, rbf_kernel(member.rows, width, options_.gamma), targets[part], settings);
        if (!fitted) return fitted.error();
        member.fitted = std::move(fitted).value();
    }
    if (parts > 1) weigh(members, features, member_of);
    return std::unique_ptr<const CurveModel>(std::make_unique<Model>(features, std::move(members)));
}

}  // namespace quench::predictor::qsvr
