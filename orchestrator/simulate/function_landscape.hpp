// Closed-form landscapes: learning curves that fall to a test function's value.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/landscape.hpp"

#include <memory>
#include <string>
#include <vector>

namespace quench::orchestrator::simulate {

/// The parameters of the study's space are the function's variables, each scaled from its unit axis to the
/// function's usual range; an inactive one lies in the middle. With f >= 0 the function's height above its
/// minimum, a trial shows after step s
///     f + scale * (s^-a - max^-a) + noise,   a in [0.4, 1.2] keyed by the trial,
/// so that curves cross, and without noise it shows f at the maximum. The noise of a report is normal, keyed
/// by the trial, its deviation a share of `scale`. A study that maximises sees it all negated. `scale` is
/// about the height of a random point.
class FunctionLandscape final : public Landscape {
  public:
    struct Function {
        const char* name;
        std::size_t dimensions;  ///< 0: any
        double low, high;        ///< of every variable
        double scale;            ///< a variable, where any number of them is possible
        double (*value)(const std::vector<double>& x);
    };

    /// Refuses an unknown name, a space of other dimensions, and a fidelity.max beyond a million. `noise` is
    /// a share of the scale, finite and not negative.
    static base::Result<std::unique_ptr<FunctionLandscape>> make(const std::string& name,
                                                                 const core::Study& study, double noise = 0);
    static std::vector<std::string> names();

    [[nodiscard]] Curve curve(const search::space::Configuration& configuration, std::uint64_t seed,
                              search::TrialId trial) const override;

  private:
    FunctionLandscape(const Function& function, const core::Study& study, double noise);

    const Function& function_;
    search::space::Space space_;
    core::Direction direction_;
    std::size_t steps_;
    double noise_;
};

}  // namespace quench::orchestrator::simulate
