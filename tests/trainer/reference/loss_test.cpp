#include "trainer/reference/loss.hpp"

#include "../mlpf/example.hpp"
#include "compare.hpp"
#include "trainer/mlpf/loss.hpp"

namespace quench::trainer::reference {
namespace {

using mlpf::LossOptions;

TEST(reference_loss, its_terms_have_their_closed_forms) {
    EXPECT_DOUBLE_EQ(focal(0, true, 0.25, 2), 0.25 * 0.25 * std::log(2.0));
    EXPECT_DOUBLE_EQ(focal(0, false, 0.25, 2), 0.75 * 0.25 * std::log(2.0));
    EXPECT_DOUBLE_EQ(focal(std::log(3.0), true, 1, 1), -0.25 * std::log(0.75));
    EXPECT_DOUBLE_EQ(cross_entropy({1, 1, 1}, 2), std::log(3.0));
    EXPECT_EQ(huber(0.5, 1), 0.125);
    EXPECT_EQ(huber(-3, 1), 2.5);
}

TEST(reference_loss, the_fast_terms_agree) {
    for (double x = -12; x <= 12; x += 0.37)
        for (const double gamma : {0.0, 0.5, 1.0, 2.0, 5.0})
            for (const bool target : {false, true})
                EXPECT_NEAR(mlpf::focal_loss(x, target, 0.3, gamma).value, focal(x, target, 0.3, gamma),
                            1e-11 * (1 + focal(x, target, 0.3, gamma)));
    for (double x = -3; x <= 3; x += 0.21)
        for (const double delta : {0.1, 1.0, 10.0})
            EXPECT_NEAR(mlpf::huber_loss(x, delta).value, huber(x, delta), 1e-13);
}

std::vector<LossOptions> options() {
    std::vector<LossOptions> out;
    for (const auto normalization : {mlpf::Normalization::real, mlpf::Normalization::padded})
        for (const auto targets : {mlpf::Targets::raw, mlpf::Targets::log_ratio}) {
            LossOptions o{.targets = targets, .normalization = normalization};
            out.push_back(o);
            o.class_weight = 3;
            o.charge_weight = 7;
            o.momentum_weight = 0.2;
            o.alpha = 0.6;
            o.gamma = 1.5;
            o.energy_delta = 0.3;
            o.angle_delta = 2;
            out.push_back(o);
        }
    return out;
}

template <class Scalar>
class reference_loss_of_batches : public InBothPrecisions<Scalar> {};
TYPED_TEST_SUITE(reference_loss_of_batches, Precisions);

TYPED_TEST(reference_loss_of_batches, the_fast_one_agrees_however_it_is_divided_and_whatever_it_aims_at) {
    using Scalar = TypeParam;
    for (const auto& sizes : {std::vector<Index>{40}, {1, 1, 9}, {3, 0, 17, 8, 1, 25}})
        for (const LossOptions& o : options()) {
            auto batch = mlpf::example_batch<Scalar>(sizes, 2);
            // Elements and particles without energy, whose ratio has no logarithm.
            batch.features(0, mlpf::feature::pt) = Scalar(0);
            batch.targets(batch.rows() - 1, 6) = Scalar(0);
            const mlpf::Outputs<Scalar> outputs{Scalar(2) * random<Scalar>(batch.rows(), mlpf::classes, 1),
                                                Scalar(2) * random<Scalar>(batch.rows(), mlpf::charges, 2),
                                                Scalar(2) * random<Scalar>(batch.rows(), 5, 3)};
            std::vector<Judged> events;
            const Table features = table_of(batch.features), targets = table_of(batch.targets);
            for (std::size_t e = 0; e < sizes.size(); ++e)
                events.push_back({{event_of(table_of(outputs.logits), batch.begin, e),
                                   event_of(table_of(outputs.charge), batch.begin, e),
                                   event_of(table_of(outputs.momentum), batch.begin, e)},
                                  event_of(features, batch.begin, e),
                                  event_of(targets, batch.begin, e)});
            mlpf::LossSums sums = mlpf::loss(o, outputs, batch);
            sums.padded = mlpf::count(batch).padded;
            const double slow = loss(o, events);
            // The logarithm of a ratio in float is rounded to 1e-7, as the numbers themselves are.
            EXPECT_NEAR(sums.total(o), slow, (sizeof(Scalar) == 8 ? 1e-12 : 1e-6) * slow);
        }
}

}  // namespace
}  // namespace quench::trainer::reference
