// What every store keeps to. INSTANTIATE_TEST_SUITE_P(name, store_conformance, Values(factory)) runs it.
#pragma once

#include "orchestrator/store/store.hpp"

#include <functional>
#include <memory>

#include <gtest/gtest.h>

namespace quench::orchestrator::store {

/// Makes an empty store; what it needs on disk lives as long as the tester.
struct StoreTester {
    virtual ~StoreTester() = default;
    virtual Store& store() = 0;
    /// Closes and opens it again, where it is kept on disk.
    virtual void reopen() {}
};

class store_conformance : public testing::TestWithParam<std::function<std::unique_ptr<StoreTester>()>> {
  protected:
    std::unique_ptr<StoreTester> tester_ = GetParam()();
    Store& store() { return tester_->store(); }
};

}  // namespace quench::orchestrator::store
