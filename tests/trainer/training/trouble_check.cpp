// Run by mlpf_train_test.cpp under mpirun: a training in which the last rank alone gets into trouble, named
// by the argument, after three batches. Every rank says how it ended.
#include "trainer/training/trainer.hpp"

#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>

int main(int, char** argv) {
    using namespace quench::trainer;
    const std::string trouble = argv[1];
    mpi::Session ranks;
    ranks.set_patience(std::chrono::seconds(20));
    training::Task task;
    task.data.events = 40;
    task.data.validation_events = 4;
    task.data.generator.pileup = 0.5;
    int batches = 0;
    training::Trainer trainer(task,
                              {.report = [](const contract::Report&) {},
                               .stop_requested =
                                   [&] {
                                       if (++batches < 3 || ranks.rank() + 1 < ranks.size()) return false;
                                       if (trouble == "memory") throw std::bad_alloc();
                                       throw std::runtime_error("event 7 is broken");
                                   }},
                              ranks);
    const auto ending = trainer.run();
    // In one piece, so that the ranks' lines do not mix.
    const std::string line = "ended: " +
                             (!ending                                      ? ending.error().text()
                              : *ending == training::Ending::out_of_memory ? std::string("out of memory")
                                                                           : std::string("otherwise")) +
                             "\n";
    std::fputs(line.c_str(), stdout);
    return 0;
}
