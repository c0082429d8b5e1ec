"""How often do the intervals of a fitted spectrum cover the truth?  Run it as a script; it prints a table.

    python tests/benchmarks/spectrum_intervals.py [SETS]

Each set is a power law of 1,000 modes, alpha = 3/2 and beta = 1/2, with chi^2 coefficients, and independent noise on
ln lambda, sorted.  Beside the intervals of alpha, s and beta stand the usual ones of least squares (residuals taken as
independent) of alpha, and of s from ln y^2.  A refused set counts as not covered.

Then kernel matrices on 800 samples of Gaussian features with 3,000 such modes, whose targets are linear: there the
intervals must cover what sampling does as well.
"""

import sys
import time

import numpy as np

from exponents.errors import NoSingleExponent
from verify import fit_kernel, fit_spectrum

ALPHA, BETA, MODES, SEED = 1.5, 0.5, 1000, 20240917
S = ALPHA * BETA + 1
TRUE = {"alpha": ALPHA, "s": S, "beta": BETA}
CASES = [
    (noise, outputs, window)
    for noise, outputs in ((0.0, 1), (0.03, 1), (0.1, 1), (0.3, 1), (0.1, 9))
    for window in (None, (10, 90), (5, 50), (30, 1000))
    if window is None or outputs == 1
]


def draw(generator, noise, outputs):
    """One spectrum, in the order of falling eigenvalues."""
    k = np.arange(1.0, MODES + 1)
    eigenvalues = k**-ALPHA * np.exp(noise * generator.standard_normal(MODES))
    coefficients = k**-S * generator.chisquare(outputs, MODES) / outputs
    order = np.argsort(-eigenvalues)
    return eigenvalues[order], coefficients[order]


def usual_covers(values, truth, first, last):
    """Whether the usual interval of least squares, of ln values on ln k, covers the truth."""
    x = np.log(np.arange(first, last + 1.0))
    (slope, _), covariance = np.polyfit(x, np.log(values[first - 1 : last]), 1, cov=True)
    return abs(-slope - truth) < 1.96 * np.sqrt(covariance[0, 0])


def measure(noise, outputs, window, sets):
    """Shares of covering intervals, of the usual ones, and of refused sets; mean width of that of beta."""
    generator = np.random.default_rng(SEED)
    covered, usual, refused, width = dict.fromkeys(TRUE, 0), [0, 0], 0, 0.0
    first, last = window or (10, MODES // 2)
    for _ in range(sets):
        eigenvalues, coefficients = draw(generator, noise, outputs)
        usual[0] += usual_covers(eigenvalues, ALPHA, first, last) if noise else 0
        usual[1] += usual_covers(coefficients, S, first, last)
        try:
            found = fit_spectrum(eigenvalues, coefficients, window=window)
        except NoSingleExponent:
            refused += 1
            continue
        width += float(np.diff(found.beta.interval)[0]) / sets
        for name, true in TRUE.items():
            low, high = getattr(found, name).interval
            covered[name] += low <= true <= high
    return {name: count / sets for name, count in covered.items()}, [u / sets for u in usual], refused / sets, width


def measure_kernels(alpha, beta, draws, samples=800, modes=3000):
    """Shares of intervals that cover, for empirical kernels."""
    generator, k = np.random.default_rng(SEED), np.arange(1.0, modes + 1)
    covered = np.zeros(3)
    for _ in range(draws):
        features = generator.standard_normal((samples, modes))
        target = features @ (generator.standard_normal(modes) * k ** (-(alpha * beta + 1) / 2))
        found = fit_kernel((features * k**-alpha) @ features.T, target)
        for place, (name, true) in enumerate({"alpha": alpha, "s": alpha * beta + 1, "beta": beta}.items()):
            low, high = getattr(found, name).interval
            covered[place] += low <= true <= high
    return covered / draws


def main():
    """Print the table."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"{sets} sets; coverage of 95 % intervals")
    print("noise outputs window       alpha  s      beta   width of beta  usual alpha  usual s  refused  seconds")
    for noise, outputs, window in CASES:
        begun = time.perf_counter()
        covered, usual, refused, width = measure(noise, outputs, window, sets)
        shares = "  ".join(f"{covered[name]:.3f}" for name in TRUE)
        place = f"{window[0]}-{window[1]}" if window else "default"
        alone = f"{usual[0]:.3f}" if noise else "  -  "
        print(
            f"{noise:<5} {outputs:<7} {place:<11}  {shares}  {width:.3f}          {alone}        {usual[1]:.3f}    "
            f"{refused:.3f}    {time.perf_counter() - begun:.0f}",
            flush=True,
        )
    print(f"kernel matrices, {sets // 10} draws each: alpha beta, coverage of alpha, s and beta")
    for alpha, beta in ((1.5, 0.5), (1.3, 0.8), (2.0, 0.5)):
        print(alpha, beta, *measure_kernels(alpha, beta, sets // 10).round(3), flush=True)


if __name__ == "__main__":
    main()
