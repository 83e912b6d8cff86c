#include "orchestrator/store/memory_store.hpp"

#include "tests/orchestrator/store/conformance.hpp"

namespace quench::orchestrator::store {
namespace {

struct MemoryTester final : StoreTester {
    MemoryStore memory;
    Store& store() override { return memory; }
};

INSTANTIATE_TEST_SUITE_P(memory, store_conformance, testing::Values([]() -> std::unique_ptr<StoreTester> {
                             return std::make_unique<MemoryTester>();
                         }));

}  // namespace
}  // namespace quench::orchestrator::store
