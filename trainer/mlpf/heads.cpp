#include "trainer/mlpf/heads.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::mlpf {
namespace {

constexpr double most_eta = 7.0;
constexpr double most_sine = 1.0;

Index or_else(Index own, Index others) {
    return own == HeadShape::as_others ? others : own;
}

nn::FfnShape id_shape(const HeadShape& h, Index in) {
    return {in,       or_else(h.id_hidden, h.hidden), or_else(h.id_layers, h.layers), classes, h.halving,
            h.dropout};
}
nn::FfnShape charge_shape(const HeadShape& h, Index in) {
    return {
        in,       or_else(h.charge_hidden, h.hidden), or_else(h.charge_layers, h.layers), charges, h.halving,
        h.dropout};
}
nn::FfnShape momentum_shape(const HeadShape& h, Index in, Index out) {
    return {in, h.hidden, h.layers, out, h.halving, h.dropout};
}

template <class Scalar>
Scalar sign(Scalar x) {
    return static_cast<Scalar>((x > Scalar(0)) - (x < Scalar(0)));
}

template <class Scalar>
Scalar clip(Scalar x, double most) {
    return std::clamp(x, static_cast<Scalar>(-most), static_cast<Scalar>(most));  // keeps NaN
}

// What a gradient becomes on its way through clip(in + x).
template <class Scalar>
Scalar through_clip(Scalar gradient, Scalar before, double most) {
    return std::abs(before) <= static_cast<Scalar>(most) ? gradient : Scalar(0);
}

}  // namespace

double parameter_count(const HeadShape& h, Index z, Index r) {
    const Index zc = z + classes, e = zc + r + classes;
    return nn::parameter_count(id_shape(h, z)) + nn::parameter_count(charge_shape(h, z)) +
           nn::parameter_count(momentum_shape(h, zc, 1)) + nn::parameter_count(momentum_shape(h, zc, 2)) +
           nn::parameter_count(momentum_shape(h, e, 1)) + nn::parameter_count(momentum_shape(h, e, 2)) +
           (h.layer_norm ? 2.0 * static_cast<double>(z) : 0.0);
}

template <class Scalar>
Heads<Scalar>::Heads(nn::Parameters<Scalar>& p, const Hyperparameters& hyper, Widths w)
    : widths_(w),
      pt_correction_(hyper.heads.pt_correction),
      targets_(hyper.loss.targets),
      norm_(hyper.heads.layer_norm ? std::optional(nn::LayerNorm<Scalar>(p, "heads.norm", w.z))
                                   : std::nullopt),
      classes_(p, "classes", id_shape(hyper.heads, w.z)),
      charge_(p, "charge", charge_shape(hyper.heads, w.z)),
      eta_(p, "eta", momentum_shape(hyper.heads, w.z + classes, 1)),
      angles_(p, "angles", momentum_shape(hyper.heads, w.z + classes, 2)),
      energy_(p, "energy", momentum_shape(hyper.heads, w.z + w.r + 2 * classes, 1)),
      pt_(p, "pt", momentum_shape(hyper.heads, w.z + w.r + 2 * classes, 2)) {
    if (hyper.heads.start_at_element)
        for (const nn::Ffn<Scalar>* head : {&eta_, &angles_, &energy_, &pt_})
            p.value(head->output_weights()).setZero();
    if (pt_correction_ && targets_ == Targets::raw) p.value(pt_.output_bias())(0, 0) = Scalar(1);
}

template <class Scalar>
const Outputs<Scalar>& Heads<Scalar>::forward(const nn::Parameters<Scalar>& p, const nn::View<Scalar>& in,
                                              const nn::View<Scalar>& stream, const nn::View<Scalar>& r,
                                              Cache& cache, const nn::Dropping& dropping) const {
    const Index rows = stream.rows();
    cache.zc.resize(rows, widths_.z + classes);
    if (norm_)
        cache.zc.leftCols(widths_.z) = norm_->forward(p, stream, cache.norm);
    else
        cache.zc.leftCols(widths_.z) = stream;
    const auto z = cache.zc.leftCols(widths_.z);

    Outputs<Scalar>& out = cache.outputs;
    out.logits = classes_.forward(p, z, cache.classes, dropping);
    out.charge = charge_.forward(p, z, cache.charge, dropping);
    cache.zc.rightCols(classes) = out.logits;
    cache.e.resize(rows, cache.zc.cols() + widths_.r + classes);
    cache.e.leftCols(cache.zc.cols()) = cache.zc;
    cache.e.middleCols(cache.zc.cols(), widths_.r) = r;
    cache.e.rightCols(classes) = out.logits;

    const auto& eta = eta_.forward(p, cache.zc, cache.eta, dropping);
    const auto& angles = angles_.forward(p, cache.zc, cache.angles, dropping);
    const auto& energy = energy_.forward(p, cache.e, cache.energy, dropping);
    const auto& pt = pt_.forward(p, cache.e, cache.pt, dropping);
    out.momentum.resize(rows, momentum_columns);
    for (Index i = 0; i < rows; ++i) {
        auto momentum = out.momentum.row(i);
        if (targets_ == Targets::log_ratio) {
            momentum(0) = pt(i, 0);
            momentum(4) = energy(i, 0);
        } else {
            momentum(0) = std::abs(pt_correction_ ? in(i, feature::pt) * pt(i, 0) + pt(i, 1) : pt(i, 0));
            momentum(4) = std::abs(in(i, feature::energy) + energy(i, 0));
        }
        momentum(1) = clip(in(i, feature::eta) + eta(i, 0), most_eta);
        momentum(2) = clip(in(i, feature::sin_phi) + angles(i, 0), most_sine);
        momentum(3) = clip(in(i, feature::cos_phi) + angles(i, 1), most_sine);
    }
    return out;
}

template <class Scalar>
void Heads<Scalar>::backward(const nn::Parameters<Scalar>& p, const Matrix<Scalar>& in, const Cache& cache,
                             const Outputs<Scalar>& d_outputs, nn::Gradients<Scalar>& gradients,
                             Matrix<Scalar>& dz, Matrix<Scalar>& dr) const {
    const Index rows = in.rows();
    Matrix<Scalar> d_eta(rows, 1), d_angles(rows, 2), d_energy(rows, 1), d_pt(rows, 2);
    for (Index i = 0; i < rows; ++i) {
        const auto d = d_outputs.momentum.row(i);
        if (targets_ == Targets::log_ratio) {
            d_pt(i, 0) = d(0);
            d_pt(i, 1) = Scalar(0);
            d_energy(i, 0) = d(4);
        } else {
            const Scalar pt_in = in(i, feature::pt);
            const Scalar a = cache.pt.output(i, 0), b = cache.pt.output(i, 1);
            const Scalar d_before = d(0) * sign(pt_correction_ ? pt_in * a + b : a);
            d_pt(i, 0) = pt_correction_ ? d_before * pt_in : d_before;
            d_pt(i, 1) = pt_correction_ ? d_before : Scalar(0);
            d_energy(i, 0) = d(4) * sign(in(i, feature::energy) + cache.energy.output(i, 0));
        }
        d_eta(i, 0) = through_clip(d(1), in(i, feature::eta) + cache.eta.output(i, 0), most_eta);
        d_angles(i, 0) = through_clip(d(2), in(i, feature::sin_phi) + cache.angles.output(i, 0), most_sine);
        d_angles(i, 1) = through_clip(d(3), in(i, feature::cos_phi) + cache.angles.output(i, 1), most_sine);
    }
    Matrix<Scalar> d_e = Matrix<Scalar>::Zero(rows, cache.e.cols());
    Matrix<Scalar> d_zc = Matrix<Scalar>::Zero(rows, cache.zc.cols());
    Matrix<Scalar> d_z = Matrix<Scalar>::Zero(rows, widths_.z);
    pt_.backward(p, cache.e, cache.pt, d_pt, gradients, &d_e);
    energy_.backward(p, cache.e, cache.energy, d_energy, gradients, &d_e);
    angles_.backward(p, cache.zc, cache.angles, d_angles, gradients, &d_zc);
    eta_.backward(p, cache.zc, cache.eta, d_eta, gradients, &d_zc);
    const auto z = cache.zc.leftCols(widths_.z);
    Matrix<Scalar> d = d_outputs.charge;
    charge_.backward(p, z, cache.charge, d, gradients, &d_z);
    d = d_outputs.logits;
    classes_.backward(p, z, cache.classes, d, gradients, &d_z);
    d_z += d_zc.leftCols(widths_.z);
    d_z += d_e.leftCols(widths_.z);
    dr = d_e.middleCols(cache.zc.cols(), widths_.r);
    if (norm_) {
        dz.setZero(rows, widths_.z);
        norm_->backward(p, cache.norm, d_z, gradients, dz);
    } else {
        dz.swap(d_z);
    }
}

template class Heads<float>;
template class Heads<double>;

}  // namespace quench::trainer::mlpf
