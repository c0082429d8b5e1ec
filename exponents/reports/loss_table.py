"""How is a loss reported?  As a table with one row per term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..printing import phrase, write
from .render import Table, make_columns

if TYPE_CHECKING:
    from ..losses.terms import Loss


def loss_tables(loss: Loss) -> list[Table]:
    """Return a table of the terms: the name, the law and the source of each.

    Examples
    --------
    >>> from exponents import loss
    >>> loss_tables(loss("lazy"))[0].rows[0]
    ('gradient_flow', t**(-beta), 'eq. 8, 10')
    """
    rows = tuple((term.name, term.as_expr(), term.source or None) for term in loss)
    return [Table("loss", phrase(f"Terms of {loss.title}"), make_columns("term", "law", "source"), rows)]


def loss_object(loss: Loss) -> dict[str, object]:
    """Return a loss as JSON holds it; exponents are those of ``r**(-e)``.

    Examples
    --------
    >>> from exponents import loss
    >>> loss_object(loss("lazy"))["terms"][0]["exponents"]
    {'t': 'beta'}
    """
    return {
        "title": loss.title,
        "terms": [
            {
                "name": term.name,
                "prefactor": write(term.prefactor, "plain"),
                "exponents": {r.name: write(e, "plain") for r, e in term.exponents},
                "source": term.source,
            }
            for term in loss
        ],
    }
