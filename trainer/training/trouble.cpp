#include "trainer/training/trouble.hpp"

#include <exception>
#include <new>

namespace quench::trainer::training {

Trouble trouble_of(const std::function<void()>& work) {
    try {
        work();
        return {};
    } catch (const std::bad_alloc&) {
        return {Trouble::Kind::out_of_memory, "out of memory"};
    } catch (const std::exception& error) {
        return {Trouble::Kind::error, error.what()};
    }
}

Trouble agreed(const mpi::Session& ranks, const Trouble& here) {
    for (const auto kind : {Trouble::Kind::error, Trouble::Kind::out_of_memory}) {
        const int speaker = ranks.first(here.kind == kind);
        if (speaker == ranks.size()) continue;
        Trouble all{kind, here.why};
        ranks.broadcast(all.why, speaker);
        return all;
    }
    return {};
}

}  // namespace quench::trainer::training
