"""All claims in one table, and what follows from it: the families, their other names, and what a user may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ..errors import InputError
from ..rationals import abbreviate
from .appendix import LINEAR_CLAIMS, REUSE_CLAIMS
from .claim import SUBJECTS, Claim, System
from .finite import FINITE_CLAIMS
from .limit import LIMIT_CLAIMS
from .networks import NETWORK_CLAIMS

CLAIMS: tuple[Claim, ...] = (*LIMIT_CLAIMS, *FINITE_CLAIMS, *REUSE_CLAIMS, *LINEAR_CLAIMS, *NETWORK_CLAIMS)
"""In the order of the argument."""

FAMILIES: dict[str, System] = {claim.family: claim.system for claim in CLAIMS}
"""The families, and the system that measures each."""

ALIASES = {"offline": "data"}
"""Other names of families."""


def families_of(system: System) -> tuple[str, ...]:
    """Return the families that a system measures.

    Examples
    --------
    >>> families_of("limit")
    ('chi', 'levels', 'amplitude', 'steps')
    """
    return tuple(family for family, measured_by in FAMILIES.items() if measured_by == system)


def describe_families() -> dict[str, str]:
    """Return a description of each system, by the names of its families, as help lists them.

    Examples
    --------
    >>> describe_families()["data (or offline)"]
    'samples that are reused'
    """
    known_as = {family: alias for alias, family in ALIASES.items()}
    return {
        ", ".join(
            f"{name} (or {known_as[name]})" if name in known_as else name for name in families_of(system)
        ): subject
        for system, subject in SUBJECTS.items()
    }


def select_claims(names: Sequence[str] = ()) -> tuple[Claim, ...]:
    """Return the claims that are named, or all that are measured by default.

    Parameters
    ----------
    names : sequence of str
        Names of claims or families, or other names of families.

    Raises
    ------
    InputError
        If a name is neither a claim nor a family.

    Examples
    --------
    >>> [claim.source for claim in select_claims(["sgd: variance, rich"])]
    ['eq. 9', 'eq. 83']
    """
    wanted = [ALIASES.get(name, name) for name in names]
    known = (*FAMILIES, *(claim.name for claim in CLAIMS))
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, (*known, *ALIASES), n=1)
            hint = f"did you mean {near[0]}?" if near else "such as 'chi: kernel growth'"
            raise InputError(
                f"a claim must be a family ({', '.join((*FAMILIES, *ALIASES))}) or one in it; "
                f"got {abbreviate(name)}; {hint}"
            )
    return tuple(c for c in CLAIMS if (c.name in wanted or c.family in wanted if names else c.by_default))
