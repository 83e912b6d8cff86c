// Configurations that the user wants first.
#pragma once

#include "search/sampler/sampler.hpp"

namespace quench::search::sampler {

/// Trial i gets configuration i of the list; from its end on the wrapped sampler is asked, which has been
/// told of them as of any proposal.
class Enqueued final : public Sampler {
  public:
    Enqueued(std::unique_ptr<Sampler> inner, std::vector<space::Configuration> first)
        : inner_(std::move(inner)), first_(std::move(first)) {}

    void tell(const Event& event) override { inner_->tell(event); }
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return inner_->cost(); }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override {
        return std::make_unique<Enqueued>(inner_->clone(), first_);
    }

  private:
    std::unique_ptr<Sampler> inner_;
    std::vector<space::Configuration> first_;
};

}  // namespace quench::search::sampler
