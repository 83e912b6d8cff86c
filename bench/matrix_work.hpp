// The matrix products of MLPF's training, listed from its shapes.
#pragma once

#include "trainer/mlpf/batch.hpp"
#include "trainer/mlpf/hyperparameters.hpp"

#include <span>
#include <vector>

namespace quench::bench {

using trainer::mlpf::Index;

/// What is multiplied: A (rows x inner) B (inner x columns), of which one may be kept transposed.
enum class Form { plain, left_transposed, right_transposed };

/// Products of one form and size.
struct Products {
    Form form = Form::plain;
    bool in_double = false;  ///< else in single precision
    Index rows = 0, inner = 0, columns = 0;
    double times = 0;

    /// Multiplications and additions of all of them.
    [[nodiscard]] double operations() const {
        return 2.0 * static_cast<double>(rows) * static_cast<double>(inner) * static_cast<double>(columns) *
               times;
    }
};

/// All matrix products of one forward and backward pass over these chunks: each is stacked and goes through
/// the network at once, and has events of so many rows.
std::vector<Products> matrix_products(const trainer::mlpf::Hyperparameters& hyper, Index feature_columns,
                                      std::span<const std::vector<Index>> chunks);

double operations(std::span<const Products> products);

/// How long Eigen takes for them alone, in single precision as in training, one after another, each on the
/// same operands again and again [s].
double seconds_alone(std::span<const Products> products);

}  // namespace quench::bench
