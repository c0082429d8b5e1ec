"""How does ``exponents fit --plan`` split a budget by the law that it has fitted?

The split is that of ``plan``, exact for the constants of the fit, which are kept to eight digits.  The intervals are
those of the fit.  Whether the balance changes inside them is counted over the bootstrap fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..budget.allocation import plan_budget
from ..errors import InputError
from ..printing import phrase
from ..reports.budget_split import plan_object, plan_tables
from ..reports.render import Table, make_columns
from .loss_options import read_loss

if TYPE_CHECKING:
    from verify.fits.law_fit import LawFit


def plan_of_fit(found: LawFit) -> tuple[dict[str, Any], Callable[[], list[Table]]]:
    """Return the plan as JSON holds it, and a function that returns its tables.

    Parameters
    ----------
    found : LawFit
        With a budget and a cost.

    Raises
    ------
    InputError
        If no cost is known.

    Examples
    --------
    >>> import numpy as np
    >>> from verify.fits.law_fit import fit_law
    >>> size, data = np.logspace(7, 9, 5).repeat(5), np.tile(np.logspace(9, 11, 5), 5)
    >>> loss = 1.7 + 400 * size**-0.34 + 410 * data**-0.28
    >>> fit = fit_law({"N": size, "D": data, "loss": loss}, intervals="none", budget=1e21)
    >>> plan_of_fit(fit)[0]["law"]["allocation"]["N"]["exponent"]
    '14/31'
    """
    from verify.fits.saved_fit import numeric_terms

    if found.cost is None or found.budget is None:
        raise InputError("a plan needs a cost of all resources of the law; got none; add --cost '6*N*D'")
    values = {name: one.value for name, one in found.parameters.items()}
    cost = found.cost.text.partition("=")[2].strip()
    programme = read_loss(numeric_terms(found.law, values), (cost,))
    plan = plan_budget(programme, Fraction(found.budget))
    balances = count_balances(found)
    own = {**plan_object(plan), "balances": [{"binding": list(b), "share": share} for b, share in balances]}
    return own, lambda: [*plan_tables(plan), *([_balances(balances)] if balances else [])]


def count_balances(found: LawFit) -> list[tuple[tuple[str, ...], float]]:
    """Return which terms balance in the bootstrap fits, and in which share of them, most frequent first.

    Examples
    --------
    >>> import numpy as np
    >>> from verify.fits.law_fit import fit_law
    >>> size = np.logspace(6, 9, 12)
    >>> count_balances(fit_law({"N": size, "loss": 2 + 300 * size**-0.3}, ("E", "A*N**-alpha"), intervals="none"))
    []
    """
    if found.draws is None or found.cost is None or not found.allocation:
        return []
    from verify.fits.allocation import leading_splits

    counts = Counter(leading_splits(found.law, found.draws, found.cost).binding)
    return [(terms, n / len(found.draws)) for terms, n in counts.most_common()]


def _balances(balances: list[tuple[tuple[str, ...], float]]) -> Table:
    rows = tuple((binding, f"{100 * share:.3g} %") for binding, share in balances)
    changes = (
        "The balance is the same in all of them." if len(rows) == 1 else "The balance changes inside the intervals."
    )
    title = phrase("Which terms balance in the bootstrap fits")
    return Table("balances", title, make_columns("balance", ("share", "of the fits")), rows, (phrase(changes),))
