#include "orchestrator/simulate/worker_time.hpp"

namespace quench::orchestrator::simulate {

std::string_view name_of(Use use) {
    switch (use) {
        case Use::training:
            return "training";
        case Use::repeated:
            return "repeated";
        case Use::starting:
            return "starting";
        case Use::saving:
            return "saving";
        case Use::waiting:
            return "waiting";
        case Use::last_trials:
            return "last_trials";
        case Use::down:
            break;
    }
    return "down";
}

base::Duration WorkerTime::total() const {
    base::Duration sum{};
    for (const base::Duration time : spent_) sum += time;
    return sum;
}

double WorkerTime::share(Use use) const {
    const auto all = total();
    return all.count() == 0 ? 0 : base::seconds(of(use)) / base::seconds(all);
}

}  // namespace quench::orchestrator::simulate
