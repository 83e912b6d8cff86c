// Studies and landscapes that the tests of the simulator share.
#pragma once

#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/study/study_file.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {

/// `fidelity` and `stop` as a study file writes them; the space is x and y in [0, 1].
inline core::Study study_of(const std::string& fidelity, const std::string& stop = "{trials: 40}",
                            const std::string& direction = "minimize") {
    const std::string text = "study: simulated\nobjective: {metric: loss, direction: " + direction +
                             "}\n"
                             "space: {x: {type: float, low: 0, high: 1}, y: {type: float, low: 0, high: 1}}\n"
                             "search: {seed: 5}\nfidelity: {" +
                             fidelity + "}\nstop: " + stop + "\ntrial: {command: [program]}\n";
    auto study = study::study_from_text(text);
    EXPECT_TRUE(study.ok()) << (study.ok() ? "" : study.error().text());
    return std::move(study).value();
}

/// The value of every step is x; trials with y below `diverging` show NaN from their second step on.
class Flat final : public Landscape {
  public:
    explicit Flat(std::size_t steps, double diverging = 0) : steps_(steps), diverging_(diverging) {}
    [[nodiscard]] Curve curve(const search::space::Configuration& configuration, std::uint64_t,
                              search::TrialId) const override {
        Curve curve;
        curve.values.assign(steps_, std::get<double>(configuration.at("x")));
        if (std::get<double>(configuration.at("y")) < diverging_)
            for (std::size_t i = 1; i < steps_; ++i)
                curve.values[i] = std::numeric_limits<double>::quiet_NaN();
        return curve;
    }

  private:
    std::size_t steps_;
    double diverging_;
};

}  // namespace quench::orchestrator::simulate
