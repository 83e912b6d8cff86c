#include "search/scheduler/pasha.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {

Pasha::Pasha(Options options)
    : options_(options),
      asha_(options.asha),
      ladder_(ladder(options.asha.min, options.asha.max, options.asha.eta, 0)),
      top_(std::min<std::size_t>(1, ladder_.size() - 1)) {
    asha_.limit_promotions(ladder_[top_]);
}

void Pasha::tell(const Event& event) {
    asha_.tell(event);
    if (const auto* reported = std::get_if<Reported>(&event)) hear(*reported);
    if (const auto* ended = std::get_if<Ended>(&event)) trials_[ended->trial].over = true;
}

void Pasha::hear(const Reported& event) {
    Trial& trial = trials_[event.trial];
    Curve& curve = trial.curve;
    if (trial.over || (!curve.empty() && event.step <= curve.back().step)) return;
    const Resource before = curve.empty() ? 0 : curve.back().step;
    curve.push_back({event.step, event.value});
    const Resource top = ladder_[top_];
    const bool arrives = before < top && event.step >= top;
    if (!arrives || top_ == 0 || top_ + 1 == ladder_.size()) return;
    above_.insert(make_result(event.value, event.trial));
    below_.insert(make_result(value_at(curve, ladder_[top_ - 1]), event.trial));
    compare_with_earlier(curve);
    arrived_.push_back(event.trial);
    if (!stable()) open_next_rung();
}

double Pasha::value_at(const Curve& curve, Resource at) {
    const auto found = std::lower_bound(curve.begin(), curve.end(), at,
                                        [](const Point& point, Resource step) { return point.step < step; });
    return found->value;
}

/// Notes the gaps of pairs that change places and change them back, at the steps where they had changed.
void Pasha::compare_with_earlier(const Curve& curve) {
    const std::size_t first = arrived_.size() - std::min(arrived_.size(), options_.paired);
    for (std::size_t i = first; i < arrived_.size(); ++i) {
        const Curve& other = trials_.at(arrived_[i]).curve;
        int ahead = 0;    // who leads: -1, 0 at a tie, 1
        int changes = 0;  // of the lead
        std::vector<double> gaps;
        std::vector<double> pending;  // since the last change: they count once the lead changes back
        for (std::size_t a = 0, b = 0; a < curve.size() && b < other.size();) {
            if (curve[a].step != other[b].step) {
                curve[a].step < other[b].step ? ++a : ++b;
                continue;
            }
            const double difference = curve[a++].value - other[b++].value;
            const int leads = difference < 0 ? -1 : difference > 0 ? 1 : 0;
            if (leads == 0) continue;
            if (ahead != 0 && leads != ahead) {
                if (++changes >= 2) gaps.insert(gaps.end(), pending.begin(), pending.end());
                pending.clear();
            }
            ahead = leads;
            if (changes >= 1) pending.push_back(std::abs(difference));
        }
        for (const double gap : gaps) gaps_.insert(make_result(gap, TrialId(gaps_seen_++)));
    }
}

double Pasha::epsilon() const {
    if (gaps_.size() == 0) return 0;
    return gaps_.at_rank((gaps_.size() - 1) * 9 / 10)->value;
}

bool Pasha::stable() const {
    const double allowed = epsilon();
    const std::size_t places = std::min(below_.size(), options_.ranked);
    for (std::size_t place = 0; place < places; ++place) {
        const Result below = *below_.at_rank(place);
        const TrialId above = above_.at_rank(place)->trial;
        if (above == below.trial) continue;
        const double its = value_at(trials_.at(above).curve, ladder_[top_ - 1]);
        if (!(std::abs(its - below.value) <= allowed)) return false;
    }
    return true;
}

void Pasha::open_next_rung() {
    ++top_;
    asha_.limit_promotions(ladder_[top_]);
    arrived_.clear();
    above_ = Standing();
    below_ = Standing();
    gaps_ = Standing();
}

std::vector<Rung> Pasha::rungs() const {
    std::vector<Rung> table = asha_.rungs();
    table.resize(top_ + 1);
    return table;
}

std::unique_ptr<Scheduler> Pasha::clone() const {
    return std::make_unique<Pasha>(*this);
}

}  // namespace quench::search::scheduler
