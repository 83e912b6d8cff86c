"""mlpf-train on one rank and on many: one training, whatever the number of ranks, for every kind of model.

    ranks_test.py BIN
"""

import json
import sys
import unittest

from program import Program

# At their published rates, at which Adam soon makes much of a difference by rounding: 2e-4 in the validation loss of
# clic_tuned after three steps, if batches are added up in another order.
MODELS = {
    "gnn": [],
    "gnn with dropout and standardized inputs": ["message_dropout=0.1", "head_dropout=0.2", "standardize=true"],
    "clic_tuned": ["preset=clic_tuned", "width=64", "encoding=logs"],
    "delphes": ["preset=delphes", "width=32", "distance_dim=16", "encoding_hidden=32", "head_hidden=32"],
    "transformer": ["model=transformer"],
    "transformer_tuned": ["preset=transformer_tuned"],
    "padded loss": ["loss_normalization=padded"],
}


class Ranks(Program):
    def losses(self, model, ranks, seed):
        settings = [word for setting in [*MODELS[model], "batch_size=8"] for word in ("--set", setting)]
        events = ["--events", 24, "--validation-events", 6, "--pileup", 3, "--data-seed", seed, "--seed", seed]
        done = self.run_train(*events, "--epochs", 1, *settings, ranks=ranks)
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("quench: ")]
        report = json.loads(line.removeprefix("quench: "))
        return {name: report[name] for name in ("train_loss", "val_loss")}

    def test_losses_after_an_epoch_differ_by_rounding_only(self):
        for seed, model in enumerate(MODELS, start=5):
            alone = self.losses(model, 1, seed)
            for ranks in (2, 4):
                for name, loss in self.losses(model, ranks, seed).items():
                    with self.subTest(model=model, ranks=ranks, loss=name):
                        self.assertLessEqual(abs(loss - alone[name]), 1e-5 * abs(alone[name]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
