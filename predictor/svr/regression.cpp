#include "predictor/svr/regression.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include <libsvm/svm.h>

namespace quench::predictor::svr {
namespace {

using base::Error;

bool finite(std::span<const double> values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

base::Result<> check(std::span<const double> rows, std::span<const double> targets,
                     const Parameters& parameters) {
    if (targets.size() < 2)
        return Error("too few rows for a regression (" + std::to_string(targets.size()) +
                     ") give two or more");
    if (rows.empty() || rows.size() % targets.size() != 0)
        return Error("rows and targets do not match (" + std::to_string(rows.size()) + " values for " +
                     std::to_string(targets.size()) + " targets) give as many features in each row");
    if (!finite(rows) || !finite(targets))
        return Error("a value is not finite (a regression would become so too) leave its row out");
    if (!(parameters.cost > 0) || !std::isfinite(parameters.cost))
        return Error("C is not usable (it is " + std::to_string(parameters.cost) +
                     ") give a positive number");
    if (parameters.kind == Kind::nu && !(parameters.nu > 0 && parameters.nu <= 1))
        return Error("nu is not usable (it is " + std::to_string(parameters.nu) +
                     ") give a number in (0, 1]");
    if (parameters.kind == Kind::epsilon && !(parameters.epsilon >= 0 && std::isfinite(parameters.epsilon)))
        return Error("epsilon is not usable (it is " + std::to_string(parameters.epsilon) +
                     ") give 0 or more");
    if (parameters.gamma && !(*parameters.gamma >= 0 && std::isfinite(*parameters.gamma)))
        return Error("gamma is not usable (it is " + std::to_string(*parameters.gamma) + ") give 0 or more");
    if (!(parameters.tolerance > 0))
        return Error("the tolerance is not usable (it is " + std::to_string(parameters.tolerance) +
                     ") give a positive number");
    return base::success();
}

/// scikit-learn's gamma = "scale"; 1 for rows that are all the same, as there.
double scale_gamma(std::span<const double> rows, std::size_t features) {
    double mean = 0, square = 0;
    for (const double value : rows) mean += value / static_cast<double>(rows.size());
    for (const double value : rows)
        square += (value - mean) * (value - mean) / static_cast<double>(rows.size());
    const double gamma = 1 / (static_cast<double>(features) * square);
    return square > 0 && std::isfinite(gamma) ? gamma : 1.0;
}

struct FreeModel {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

}  // namespace

base::Result<Regression> Regression::fit(std::span<const double> rows, std::span<const double> targets,
                                         const Parameters& parameters) {
    if (auto checked = check(rows, targets, parameters); !checked) return checked.error();
    const std::size_t count = targets.size(), features = rows.size() / count;
    std::vector<svm_node> nodes;
    nodes.reserve(count * (features + 1));
    std::vector<svm_node*> starts;
    for (std::size_t n = 0; n < count; ++n) {
        starts.push_back(nodes.data() + nodes.size());
        for (std::size_t f = 0; f < features; ++f)
            nodes.push_back({static_cast<int>(f + 1), rows[n * features + f]});
        nodes.push_back({-1, 0});
    }
    std::vector<double> y(targets.begin(), targets.end());
    svm_problem problem{};
    problem.l = static_cast<int>(count);
    problem.y = y.data();
    problem.x = starts.data();
    svm_parameter settings{};
    settings.svm_type = parameters.kind == Kind::nu ? NU_SVR : EPSILON_SVR;
    settings.kernel_type = RBF;
    settings.gamma = parameters.gamma.value_or(scale_gamma(rows, features));
    settings.cache_size = 100;  // MB; hundreds of curves need far less
    settings.eps = parameters.tolerance;
    settings.C = parameters.cost;
    settings.nu = parameters.nu;
    settings.p = parameters.epsilon;
    settings.shrinking = 1;
    svm_set_print_string_function([](const char*) {});
    if (const char* why = svm_check_parameter(&problem, &settings))
        return Error(std::string("libsvm refuses the parameters (") + why + ") correct them");
    const std::unique_ptr<svm_model, FreeModel> model(svm_train(&problem, &settings));
    Regression fitted;
    fitted.features_ = features;
    fitted.gamma_ = settings.gamma;
    fitted.bias_ = -model->rho[0];
    for (int s = 0; s < model->l; ++s) {
        fitted.coefficients_.push_back(model->sv_coef[0][s]);
        for (std::size_t f = 0; f < features; ++f) fitted.vectors_.push_back(model->SV[s][f].value);
    }
    if (!std::isfinite(fitted.bias_) || !finite(fitted.coefficients_))
        return Error("the regression has no finite solution (its values are too far apart) scale them");
    return fitted;
}

double Regression::predict(std::span<const double> row) const {
    QUENCH_CHECK(row.size() == features_, "a row has the features of the fit");
    double sum = bias_;
    for (std::size_t s = 0; s < coefficients_.size(); ++s) {
        double distance2 = 0;
        for (std::size_t f = 0; f < features_; ++f) {
            const double difference = row[f] - vectors_[s * features_ + f];
            distance2 += difference * difference;
        }
        sum += coefficients_[s] * std::exp(-gamma_ * distance2);
    }
    return sum;
}

}  // namespace quench::predictor::svr
