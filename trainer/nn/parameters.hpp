// All trainable numbers of a network in one block, gradients in blocks of the same layout, so that a
// reduction over ranks is one buffer and a checkpoint is one block.
#pragma once

#include "trainer/nn/matrix.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace quench::trainer::nn {

/// One array in the block.
struct Slice {
    Index offset = 0;
    Index rows = 0;
    Index cols = 0;
};

/// How an array begins: uniform within +-sqrt(6 / (rows + cols)) (Glorot and Bengio, AISTATS 2010), normal
/// with standard deviation `value`, or everywhere `value`.
struct Initial {
    enum class Kind { glorot, normal, constant } kind = Kind::glorot;
    double value = 0;
};

/// The values. Layers register their arrays once, when the network is built, in the order of the forward
/// pass, and keep the slices. An array's first values depend on (seed, name) alone, not on what else is
/// registered.
template <class Scalar>
class Parameters {
  public:
    struct Entry {
        std::string name;
        Slice slice;
    };

    explicit Parameters(std::uint64_t seed) : seed_(seed) {}

    Slice add(const std::string& name, Index rows, Index cols, Initial initial);

    [[nodiscard]] auto value(Slice s) const { return ConstMap(values_.data() + s.offset, s.rows, s.cols); }
    [[nodiscard]] auto value(Slice s) {
        return Eigen::Map<Matrix<Scalar>>(values_.data() + s.offset, s.rows, s.cols);
    }

    [[nodiscard]] std::span<Scalar> values() { return values_; }
    [[nodiscard]] std::span<const Scalar> values() const { return values_; }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] std::uint64_t seed() const { return seed_; }

  private:
    using ConstMap = Eigen::Map<const Matrix<Scalar>>;

    std::uint64_t seed_;
    std::vector<Scalar> values_;
    std::vector<Entry> entries_;
};

/// One gradient for each parameter. Apart from the values, so that several threads can work on one network.
template <class Scalar>
class Gradients {
  public:
    explicit Gradients(const Parameters<Scalar>& parameters) : all_(parameters.size(), Scalar(0)) {}

    [[nodiscard]] auto of(Slice s) {
        return Eigen::Map<Matrix<Scalar>>(all_.data() + s.offset, s.rows, s.cols);
    }
    [[nodiscard]] std::span<Scalar> all() { return all_; }
    [[nodiscard]] std::span<const Scalar> all() const { return all_; }
    void clear() { all_.assign(all_.size(), Scalar(0)); }

  private:
    std::vector<Scalar> all_;
};

extern template class Parameters<float>;
extern template class Parameters<double>;

}  // namespace quench::trainer::nn
