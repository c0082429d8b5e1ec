"""Do means over models lie within numerical error, model error and three standard errors?  Prints a table; no test.

Twenty random settings, the seed of which is the first argument (1 by default): alpha from 1.2 to 3, beta from 0.3 to
2.4, gamma in 0, 0.5, 2, 5, and N, B, P from 2 to 100.  In turn: the flow of N features against drawn spectra; the
two-time equations on N features and P samples, on P samples, and in steps at N and B; and the flow at N and B, against
as many draws or trainings as the second argument says (200 by default; 1000 take some twenty minutes).  The learning
rate is 0.1, and 0.02 for the flow, halved until eta kappa tr (1/N + 1/B) is at most 1/2, so that training is stable.

`dev` is the mean less the mean field, `se` its standard error, and `model` the model error, in units of the mean.
"""

import sys
from fractions import Fraction

import numpy as np

from exponents.names import FLOW
from verify import Model, loss_curve
from verify.flow.curve import flow_curve
from verify.training.seeds import standard_error
from verify.witnesses.drawn_features import drawn_spectra

MODES, SEEDS, STEPS = 300, 200, 640
TIMES = (1, 4, 16, 64)
KINDS = ("flow N", "two-time N P", "two-time P", "two-time N B", "flow N B")


def draw_settings(seed, number=20):
    """Yield the kind and the model of each setting."""
    random = np.random.default_rng(seed)
    for place in range(number):
        alpha, beta = (Fraction(int(random.integers(*ends)), 10) for ends in ((12, 31), (3, 25)))
        gamma = float(random.choice([0, 0.5, 2, 5]))
        size, batch, samples = (round(np.exp(random.uniform(*np.log([2, 100])))) for _ in range(3))
        kind = KINDS[place % len(KINDS)]
        yield (
            kind,
            Model(
                *(alpha, beta, gamma, "modes", MODES),
                model_size=size if "N" in kind else None,
                batch_size=batch if "B" in kind else None,
                samples=samples if "P" in kind else None,
            ),
        )


def compare(kind, model, seeds=SEEDS):
    """Return the mean field, and the mean of models with its standard error."""
    if kind == "flow N":
        draws = (drawn_spectra(*model.exponents, model.model_size, model.modes, seed) for seed in range(seeds))
        losses = np.array([flow_curve(draw.target, model.gamma, TIMES).loss for draw in draws])
        return loss_curve(model, TIMES), losses.mean(axis=0), standard_error(losses)
    method, rate, times = kind.split()[0], None, TIMES
    if model.batch_size is not None:
        kernel = loss_curve(
            Model(*model.exponents, model.gamma, "modes", MODES, model_size=model.model_size), TIMES
        ).kernel
        trace = sum(k ** -float(model.alpha) for k in range(1, MODES + 1))
        rate = Fraction(1, 50 if method == FLOW else 10)
        while float(rate) * kernel[-1] * trace * (1 / model.batch_size + 1 / model.model_size) > 0.5:
            rate /= 2
        times = [time for time in TIMES if time <= STEPS * rate]
    found = loss_curve(model, times, "simulate", rate, seeds)
    return loss_curve(model, times, method, rate), found.loss, found.error


if __name__ == "__main__":
    outside = bare = close = closer = 0
    print("setting                                             t    dev/L   se/L  model/L")
    seed, seeds = (int(word) for word in (*sys.argv[1:], *("1", str(SEEDS))[len(sys.argv) - 1 :]))
    for kind, model in draw_settings(seed):
        field, mean, error = compare(kind, model, seeds)
        apart = np.abs(mean - field.loss)
        beyond = apart > field.error + field.model_error + 3 * error
        outside += beyond.any()
        bare += (apart > field.error + 3 * error).any()
        close += bool((field.model_error <= 10 * np.maximum(apart, error)).all())
        closer += bool((field.model_error <= 10 * apart).all())
        name = f"{kind}: alpha {model.alpha}, beta {model.beta}, gamma {model.gamma:g}, "
        name += f"N {model.model_size} B {model.batch_size} P {model.samples}"
        for place, time in enumerate(field.time):
            row = (mean - field.loss)[place], error[place], field.model_error[place]
            print(
                f"{name:64} {time:3g}",
                *(f"{value / mean[place]:8.4f}" for value in row),
                "OUTSIDE" if beyond[place] else "",
            )
            name = ""
        sys.stdout.flush()
    print(f"{outside} settings outside, and {bare} without the model error")
    print(f"at most ten times too large in {closer}; in {close} if a deviation counts as at least its standard error")
