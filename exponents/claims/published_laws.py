"""Which laws have others published, and which exponents do they print?

A record holds a law as text, in the language that ``exponents balance`` reads, and the exponents that its source prints
for the best split of the budget.  Nothing is derived from what is printed; the table ``laws`` sets the derived phases
beside it.  Terms that no resource lowers are left out, and constants that change no exponent may be.

The records need no SymPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Printed:
    """An exponent as a source prints it.

    Attributes
    ----------
    quantity : str
        ``L``, which falls; a resource, which grows with the budget; or ``D(N)``, a resource as a power of another.
    value : str
        A number with the digits that are printed, or a formula in the parameters.
    where : tuple of str
        The conditions under which it is printed.
    """

    quantity: str
    value: str
    where: Texts = ()

    @property
    def rounding(self) -> Fraction:
        """Half of the last digit of a number with decimals; 0 for a formula."""
        whole, _, digits = self.value.partition(".")
        return Fraction(1, 2 * 10 ** len(digits)) if f"{whole}{digits}".isdigit() and digits else Fraction(0)


@dataclass(frozen=True)
class PublishedLaw:
    """A law, its budget, and what its source prints.

    Attributes
    ----------
    name, source : str
        What the law is about, and who published it when.
    terms, costs, where, constraints, given, free, resources : tuples of str
        The texts of ``--term``, ``--cost``, ``--where``, ``--subject-to``, ``--given``, ``--free`` and ``--resource``.
    printed : tuple of Printed
        Empty if the source prints no exponent of the best split.
    note : str
        How the printed side relates to the formula.

    Examples
    --------
    >>> LAWS[0].source, LAWS[0].printed[0].quantity
    ('Hoffmann et al. 2022', 'N')
    """

    name: str
    source: str
    terms: Texts
    costs: Texts = ()
    where: Texts = ()
    constraints: Texts = ()
    given: Texts = ()
    free: Texts = ()
    resources: Texts = ()
    printed: tuple[Printed, ...] = ()
    note: str = ""


LANGUAGE_MODELS = (
    PublishedLaw(
        "size and data",
        "Hoffmann et al. 2022",
        ("406.4/N**0.34", "410.7/D**0.28"),
        ("6*N*D",),
        printed=(Printed("N", "0.46"), Printed("D", "0.54")),
        note="The powers of N and D are rounded more than the printed exponents.",
    ),
    PublishedLaw(
        "size and data, with four digits",
        "Hoffmann et al. 2022",
        ("N**-0.3392", "D**-0.2849"),
        ("6*N*D",),
        printed=(Printed("N", "0.46"), Printed("D", "0.54")),
        note="The powers as the TeX source of the paper has them, as Besiroglu et al. 2024 report.",
    ),
    PublishedLaw(
        "size and data, fitted again",
        "Besiroglu et al. 2024",
        ("482.01/N**0.3478", "2085.43/D**0.3658"),
        ("6*N*D",),
    ),
    PublishedLaw(
        "sum under a power",
        "Kaplan et al. 2020",
        ("((1/N)**(0.076/0.095) + 1/D)**0.095",),
        ("6*N*D",),
        printed=(Printed("D(N)", "0.74"),),
        note="The printed power of N is that of the next fit.",
    ),
    PublishedLaw(
        "sum under a power, fitted jointly",
        "Kaplan et al. 2020",
        ("((1/N)**(0.076/0.103) + 1/D)**0.103",),
        ("6*N*D",),
        printed=(Printed("D(N)", "0.74"),),
    ),
    PublishedLaw(
        "size, steps and batch",
        "Kaplan et al. 2020",
        ("N**-0.076", "S**-0.76", "B**-0.21"),
        ("N*B*S",),
        printed=(
            Printed("L", "0.050"),
            Printed("L", "0.054"),
            Printed("N", "0.71"),
            Printed("N", "0.73"),
            Printed("B", "0.24"),
            Printed("S", "0.03"),
        ),
        note="0.050, 0.73, 0.24 and 0.03 are measured there; 0.054 and 0.71 are said to follow from the formula.",
    ),
    PublishedLaw(
        "all parameters, large N",
        "Pearce and Song 2024",
        ("(N + 47491*N**(1/3))**-0.3478", "2085.43/D**0.3658"),
        ("6*N*D",),
        note="N counts parameters without the embedding.",
    ),
    PublishedLaw(
        "all parameters, small N",
        "Pearce and Song 2024",
        ("N**(-0.3478/3)", "2085.43/D**0.3658"),
        ("6*N*D",),
        note="The embedding dominates.",
    ),
    PublishedLaw(
        "inference",
        "Sardana et al. 2024",
        ("406.4/N**0.336", "410.7/D**0.283"),
        ("6*N*D + 2*N*C**q",),
        ("q > 0", "q < 1"),
        note="C**q tokens are served; the source has a fixed number of them.",
    ),
    PublishedLaw(
        "over-training",
        "Gadre et al. 2024",
        ("N**-alpha", "D**-alpha"),
        ("N*D",),
        ("0 < m < 1",),
        ("D >= N*C**m",),
        printed=(Printed("L", "alpha*(1 - m)/2"),),
        note="The source writes eta for alpha/2, and M = D/N, here C**m.",
    ),
    PublishedLaw(
        "granularity of experts",
        "Krajewski et al. 2024, arXiv 2402.07871",
        ("N**-0.115", "N**-0.115*G**-0.58", "D**-0.147"),
        ("N*D + N**(2/3)*G*D",),
    ),
    PublishedLaw(
        "limited data",
        "Muennighoff et al. 2023, arXiv 2305.16264",
        ("N**-0.3527", "min(D, U)**-0.3527"),
        ("N*D",),
        ("0 < u < 1",),
        given=("U=C**u",),
        note="U tokens are unique; repeated ones are taken to be worth nothing.",
    ),
    PublishedLaw(
        "broken law",
        "Caballero et al. 2022",
        ("N**-u*(1 + N**2)**(-v/2)",),
        ("N",),
        ("u > 0", "v > 0"),
        printed=(Printed("L", "u + v"),),
        note="One break, as sharp as f = 1/2; c_0 and c_1 are u and v.",
    ),
    PublishedLaw(
        "precision",
        "Kumar et al. 2024, arXiv 2411.04330",
        ("N**-alpha", "D**-beta"),
        ("N*D*P",),
        printed=(Printed("P", "0"),),
        note="What P bits cost in effective parameters is a constant factor for any fixed P.",
    ),
)
"""Fits to language models."""

SOLVABLE_MODELS = (
    PublishedLaw(
        "random features, gradient flow",
        "Bordelon et al. 2024, arXiv 2402.01092",
        ("t**(-(a - 1)/b)", "N**-min(a - 1, 2*b)"),
        ("N*t",),
        ("a > 1", "b > 0"),
        printed=(Printed("L", "(a - 1)*min(a - 1, 2*b)/(a - 1 + b*min(a - 1, 2*b))"),),
    ),
    PublishedLaw(
        "random features, SGD",
        "Paquette et al. 2024, arXiv 2405.15074",
        (
            "(t*N**min(0, 2*a - 1))**(-(2*a + 2*b - 1)/(2*a))",
            "N**(-2*a + max(0, 1 - 2*b))",
            "(t*N**min(0, 2*a - 1))**(-max(0, 1 - 1/(2*a)))/N",
            "N**min(0, 2*a - 1)*(t*N**min(0, 2*a - 1))**(-max(0, 2 - 1/(2*a)))",
        ),
        ("N*t",),
        ("a > 0", "b > 0", "a + b > 1/2"),
        printed=(
            Printed("L", "(2*a + 2*b - 1)/(2*a + 1)", ("a > 1/2", "b < 1/2")),
            Printed("L", "a + b - 1/2", ("a < 1/2", "b < 1/2")),
            Printed("L", "a*(2*a + 2*b - 1)/(3*a + 2*b - 1 - 2*a*b)", ("a < 1/4", "b > 1/2")),
            Printed("L", "(2*a + 2*b - 1)/(2*(a + b))", ("a > 1/2", "1/2 < b", "b < a")),
            Printed("L", "(4*a - 1)/(4*a)", ("a > 1/2", "b > a")),
            Printed("L", "a", ("a < 1/2", "b > 1/2", "2*a**2 - 4*a + 1 < 0")),
            Printed(
                "L",
                "(1 - 2*a)*(2*a + 2*b - 1)/(2*(2*b - 2*a*b - a))",
                ("1/4 < a", "a < 1/2", "b > 1/2", "2*a**2 - 4*a + 1 > 0"),
            ),
        ),
        note="The learning rate is N**min(0, 2*a - 1). The source has the third term for a, b > 1/2 and the last for "
        "a > 1/4; elsewhere they are written so that they never decide.",
    ),
    PublishedLaw(
        "linear regression, one pass",
        "Lin et al. 2024, arXiv 2406.08466",
        ("M**(1 - a)", "D**((1 - a)/a)"),
        ("M*D",),
        ("a > 1",),
    ),
    PublishedLaw(
        "linear regression, reused data",
        "Lin et al. 2025, arXiv 2506.08415",
        ("M**(1 - b)", "T**((1 - b)/a)"),
        ("D",),
        ("a > b", "b > 1"),
        ("T <= D**(a/b)",),
        printed=(Printed("L", "(b - 1)/b"),),
        resources=("M",),
        note="The budget is the number of samples D; the size M and T steps cost nothing.",
    ),
    PublishedLaw(
        "quanta",
        "Michaud et al. 2023",
        ("N**-a", "D**(-a/(a + 1))"),
        ("N*D",),
        ("a > 0",),
        note="The source prints the two terms.",
    ),
)
"""Laws that were derived for models that can be solved."""

STATISTICS = (
    PublishedLaw(
        "smooth regression",
        "Stone 1982",
        ("h**(2*s)", "1/(n*h**d)"),
        ("n",),
        ("s > 0", "d > 0"),
        free=("h",),
        printed=(Printed("L", "2*s/(2*s + d)"), Printed("h", "-1/(2*s + d)")),
        note="Squared bias and variance of a local average over the width h.",
    ),
    PublishedLaw(
        "long-run variance",
        "Andrews 1991",
        ("S**(-2*q)", "S/n"),
        ("n",),
        ("q > 0",),
        resources=("S",),
        printed=(Printed("L", "2*q/(2*q + 1)"), Printed("S", "1/(2*q + 1)")),
        note="Squared bias and variance for the bandwidth S.",
    ),
    PublishedLaw(
        "networks of one hidden layer",
        "Barron 1994",
        ("1/K", "K/n"),
        ("n",),
        resources=("K",),
        printed=(Printed("L", "1/2"), Printed("K", "1/2")),
        note="Up to logarithms; K counts hidden units.",
    ),
    PublishedLaw(
        "bandits that change",
        "Besbes, Gur and Zeevi 2014, arXiv 1405.3316",
        ("S**(-1/2)", "V*S/n"),
        ("n",),
        ("0 < v < 1",),
        given=("V=C**v",),
        resources=("S",),
        printed=(Printed("L", "(1 - v)/3"), Printed("S", "2*(1 - v)/3")),
        note="Regret per round, up to logarithms, for n rounds in batches of S and a variation V.",
    ),
    PublishedLaw(
        "Monte Carlo for discretised equations",
        "Duffie and Glynn 1995",
        ("h**(2*q)", "1/M"),
        ("M/h",),
        ("q > 0",),
        free=("h",),
        printed=(Printed("L", "2*q/(2*q + 1)"),),
        note="Squared error for M paths in steps h of weak order q.",
    ),
    PublishedLaw(
        "derivatives by central differences",
        "Glynn 1989",
        ("h**4", "1/(n*h**2)"),
        ("n",),
        free=("h",),
        printed=(Printed("L", "2/3"), Printed("h", "-1/6")),
        note="Squared error of a simulated derivative.",
    ),
    PublishedLaw(
        "kernel ridge regression",
        "Caponnetto and De Vito 2007",
        ("l**c", "l**(-1/b)/n"),
        ("n",),
        ("b > 1", "1 < c < 2"),
        free=("l",),
        printed=(Printed("L", "b*c/(b*c + 1)"), Printed("l", "-b/(b*c + 1)")),
        note="l is the ridge.",
    ),
    PublishedLaw(
        "kernel ridge regression with noise",
        "Cui et al. 2021, arXiv 2105.15004",
        ("l**(2*min(r, 1))", "l**(-1/a)/n"),
        ("n",),
        ("a > 1", "r > 0"),
        free=("l",),
        printed=(Printed("L", "2*a*min(r, 1)/(1 + 2*a*min(r, 1))"),),
        note="l is the ridge.",
    ),
    PublishedLaw(
        "averaged SGD, several passes",
        "Pillaud-Vivien et al. 2018, arXiv 1805.10074",
        ("t**(-2*r)", "t**(1/a)/n"),
        ("n",),
        ("a > 1", "0 < r < 1"),
        constraints=("t >= 1",),
        printed=(Printed("L", "2*a*r/(2*a*r + 1)"), Printed("t", "a/(2*a*r + 1)")),
        note="t counts steps.",
    ),
    PublishedLaw(
        "averaged SGD, one pass",
        "Pillaud-Vivien et al. 2018, arXiv 1805.10074",
        ("t**(-2*r)", "t**(1/a)/n"),
        ("n",),
        ("a > 1", "0 < r < 1"),
        constraints=("t <= n",),
        printed=(Printed("L", "2*r", ("2*a*r < a - 1",)), Printed("L", "2*a*r/(2*a*r + 1)", ("2*a*r > a - 1",))),
        note="Problems with 2*a*r < a - 1 are called hard there: more passes help.",
    ),
)
"""Classical laws; mostly the budget is the number of samples n."""

EXAMPLES = (
    PublishedLaw(
        "three indices under bounds",
        "an example of max-plus algebra",
        ("1/(I1*J*K)",),
        where=("m > 0", "u > 0"),
        constraints=("I1*J <= C**m", "J*K <= C**m", "I1*K <= C**m", "I1 <= C**u", "J <= C**u", "K <= C**u"),
        printed=(Printed("L", "3*min(u, m/2)"),),
    ),
)
"""Not about learning."""

LAWS = (*LANGUAGE_MODELS, *SOLVABLE_MODELS, *STATISTICS, *EXAMPLES)
"""All laws, in the order of the table."""
