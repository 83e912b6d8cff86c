#include "search/sampler/cmaes/cmaes.hpp"

#include "search/sampler/qmc/sobol.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t most_running = 4096;  ///< trials remembered; of more, the newest
constexpr double least_progress = 1e-10;    ///< of the best value; less is rounding
constexpr std::size_t largest_growth = 64;  ///< of the population over all restarts

std::size_t pick(const std::vector<double>& probabilities, base::Rng& rng) {
    double left = rng.uniform();
    for (std::size_t i = 0; i + 1 < probabilities.size(); ++i)
        if ((left -= probabilities[i]) < 0) return i;
    return probabilities.size() - 1;
}

}  // namespace

bool Cmaes::Result::better_than(const Result& other) const {
    return std::tuple(broken, -reach, value, trial) <
           std::tuple(other.broken, -other.reach, other.value, other.trial);
}

Cmaes::Cmaes(const space::Space& space, const Options& options) : encoding_(space), options_(options) {
    std::vector<double> least;
    for (std::size_t i = 0; i < encoding_.dimensions(); ++i) {
        const space::Axis& axis = encoding_.axes()[i];
        if (axis.relation == space::Relation::nominal) {
            nominal_.push_back(i);
            continue;
        }
        numeric_.push_back(i);
        // A fifth of the draws leave the middle of their cell.
        least.push_back(axis.cells && *axis.cells > 1 ? 0.4 / static_cast<double>(*axis.cells) : 1e-12);
    }
    least_ = Eigen::Map<VectorXd>(least.data(), static_cast<Index>(least.size()));
    base_population_ = Evolution::usual_population(static_cast<Index>(encoding_.dimensions()));
    population_ = options_.startup;
}

VectorXd Cmaes::numbers(const Result& result) const {
    VectorXd x(static_cast<Index>(numeric_.size()));
    base::Rng rng(options_.seed, "cmaes inactive", result.trial.value());
    for (Index i = 0; i < x.size(); ++i) {
        x[i] = result.point[numeric_[static_cast<std::size_t>(i)]];
        // An inactive parameter is drawn as if nothing had been learned: its deviation stays.
        if (std::isnan(x[i]))
            x[i] =
                evolution_ ? evolution_->mean()[i] + evolution_->deviation(i) * rng.normal() : rng.uniform();
    }
    return x;
}

void Cmaes::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) {
        if (!encoding_.space().check(proposed->configuration)) return;
        running_.try_emplace(proposed->trial.value(),
                             Running{encoding_.encode(proposed->configuration), search_});
        if (running_.size() > most_running) running_.erase(running_.begin());
    } else if (const auto* reported = std::get_if<Reported>(&event)) {
        const auto found = running_.find(reported->trial.value());
        if (found == running_.end() || reported->step <= found->second.reach) return;
        found->second.reach = reported->step;
        found->second.value = reported->value;
    } else if (const auto* judged = std::get_if<Judged>(&event)) {
        if (judged->verdict != Verdict::proceed) finish(judged->trial, false);
    } else if (const auto* ended = std::get_if<Ended>(&event)) {
        finish(ended->trial, ended->how == Ending::failed || ended->how == Ending::diverged ||
                                 ended->how == Ending::infeasible);
    } else if (const auto* learned = std::get_if<Learned>(&event)) {
        if (!encoding_.space().check(learned->configuration)) return;
        // What another study knows is a part of the startup: the search starts at the best of it.
        const bool broken = learned->how != Ending::completed && learned->how != Ending::stopped;
        if (search_ != 0 || (!broken && learned->curve.empty())) return;
        const Learned::Point last = learned->curve.empty() ? Learned::Point{} : learned->curve.back();
        results_.push_back({TrialId(results_.size()), encoding_.encode(learned->configuration), broken,
                            last.step, last.value});
        if (results_.size() >= population_) next_generation();
    }
}

void Cmaes::finish(TrialId trial, bool broken) {
    const auto found = running_.find(trial.value());
    if (found == running_.end()) return;
    const Running run = std::move(found->second);
    running_.erase(found);
    if (run.search != search_) return;      // of a search that is over
    if (!broken && run.reach == 0) return;  // it taught nothing
    results_.push_back({trial, run.point, broken, run.reach, run.value});
    if (!broken && (archive_.empty() || run.reach >= archive_.back().reach)) {
        if (!archive_.empty() && run.reach > archive_.back().reach) archive_.clear();
        archive_.push_back(results_.back());
        if (archive_.size() > options_.most_modelled) archive_.pop_front();
    }
    if (results_.size() >= population_) next_generation();
}

void Cmaes::next_generation() {
    std::sort(results_.begin(), results_.end(),
              [](const Result& a, const Result& b) { return a.better_than(b); });
    if (search_ == 0) {
        start_search(results_.front().point);
    } else {
        std::vector<VectorXd> points;
        for (const Result& result : results_) points.push_back(numbers(result));
        evolution_->update(points);
        learn_choices();
        watch_progress(results_.front(), results_.back());
    }
    results_.clear();
    make_model();
    population_ = std::max(base_population_, running_.size());
}

void Cmaes::learn_choices() {
    const std::size_t better = results_.size() / 2;
    for (std::size_t i = 0; i < nominal_.size(); ++i) {
        auto& probabilities = probabilities_[i];
        const auto choices = static_cast<double>(probabilities.size());
        const double rate = 1 / (1 + choices);
        const double margin = 1 / (choices * static_cast<double>(4 + nominal_.size()));
        std::vector<double> share(probabilities.size(), 0);
        double active = 0;
        for (std::size_t k = 0; k < better; ++k) {
            const double coordinate = results_[k].point[nominal_[i]];
            if (std::isnan(coordinate)) continue;
            share[encoding_.cell(nominal_[i], coordinate)] += 1;
            active += 1;
        }
        if (active == 0) continue;
        const double weight = rate * active / static_cast<double>(better);
        for (std::size_t c = 0; c < probabilities.size(); ++c) {
            probabilities[c] += weight * (share[c] / active - probabilities[c]);
            probabilities[c] = margin + (1 - choices * margin) * probabilities[c];
        }
    }
}

void Cmaes::make_model() {
    model_.reset();
    promised_.reset();
    if (!nominal_.empty()) return;
    const auto axes = static_cast<Index>(numeric_.size());
    const auto terms = static_cast<std::size_t>(Quadratic::terms(axes));
    std::vector<std::pair<double, VectorXd>> known;  // values, whitened points
    for (const Result& result : archive_)
        known.emplace_back(result.value, evolution_->whitened(numbers(result)));
    if (known.size() < terms + terms / 4) return;
    // The nearest count, twice as many as there are terms.
    const std::size_t most = std::min(known.size(), 2 * terms);
    std::stable_sort(known.begin(), known.end(),
                     [](const auto& a, const auto& b) { return a.second.norm() < b.second.norm(); });
    known.resize(most);
    std::stable_sort(known.begin(), known.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Eigen::MatrixXd points(axes, static_cast<Index>(most));
    VectorXd values(static_cast<Index>(most));
    for (std::size_t i = 0; i < most; ++i) {
        points.col(static_cast<Index>(i)) = known[i].second;
        values[static_cast<Index>(i)] = known[i].first;
    }
    model_ = Quadratic::fit(points, values);
    if (!model_) return;
    if (auto minimum = model_->minimum()) {
        const double longest = 2 * std::sqrt(static_cast<double>(axes));
        if (minimum->norm() > longest) *minimum *= longest / minimum->norm();
        promised_ = evolution_->coloured(*minimum).cwiseMax(0).cwiseMin(1);
    }
}

void Cmaes::watch_progress(const Result& best, const Result& worst) {
    const bool gained = !best_ || (best.better_than(*best_) &&
                                   (best.reach > best_->reach || best_->broken ||
                                    best_->value - best.value > least_progress * std::abs(best_->value)));
    stale_ = gained ? 0 : stale_ + 1;
    if (!best_ || best.better_than(*best_)) best_ = best;
    const bool flat = best.reach == worst.reach && !worst.broken &&
                      worst.value - best.value <= least_progress * std::abs(best.value);
    const auto patience = 10 + 30 * encoding_.dimensions() / population_;
    if (!flat && stale_ < patience && !evolution_->degenerate()) return;
    if (base_population_ <
        largest_growth * Evolution::usual_population(static_cast<Index>(encoding_.dimensions())))
        base_population_ *= 2;
    base::Rng rng(options_.seed, "cmaes restart", search_);
    space::Point from(encoding_.dimensions());
    for (double& coordinate : from) coordinate = rng.uniform();
    start_search(from);
}

void Cmaes::start_search(const space::Point& from) {
    ++search_;
    stale_ = 0;
    best_.reset();
    archive_.clear();
    const Result start{TrialId(search_), from, false, 0, 0};
    evolution_.reset();
    evolution_.emplace(numbers(start), options_.deviation);
    probabilities_.clear();
    for (const std::size_t axis : nominal_) {
        const auto cells = static_cast<std::size_t>(encoding_.axes()[axis].cells.value());
        probabilities_.emplace_back(cells, 1 / static_cast<double>(cells));
    }
}

space::Configuration Cmaes::draw(TrialId trial) const {
    base::Rng rng(options_.seed, "cmaes draw", trial.value());
    VectorXd x = evolution_->draw(least_, rng);
    if (model_) {
        // One in a population goes where the model promises most.
        if (promised_ && trial.value() % population_ == 0) {
            x = *promised_;
        } else {
            double least = model_->at(evolution_->whitened(x));
            for (std::size_t i = 1; i < options_.draws; ++i) {
                VectorXd other = evolution_->draw(least_, rng);
                const double value = model_->at(evolution_->whitened(other));
                if (value >= least) continue;
                least = value;
                x = std::move(other);
            }
        }
    }
    space::Point point(encoding_.dimensions());
    for (std::size_t i = 0; i < numeric_.size(); ++i) point[numeric_[i]] = x[static_cast<Index>(i)];
    for (std::size_t i = 0; i < nominal_.size(); ++i)
        point[nominal_[i]] = encoding_.centre(nominal_[i], pick(probabilities_[i], rng));
    return encoding_.decode(point);
}

std::vector<space::Configuration> Cmaes::ask(TrialId first, std::size_t count) const {
    std::vector<space::Configuration> configurations;
    for (TrialId trial = first; configurations.size() < count; trial = trial.next())
        configurations.push_back(
            evolution_ ? draw(trial)
                       : encoding_.decode(sobol_point(options_.seed, trial.value(), encoding_.dimensions())));
    return configurations;
}

std::unique_ptr<Sampler> Cmaes::clone() const {
    return std::make_unique<Cmaes>(*this);
}

}  // namespace quench::search::sampler
