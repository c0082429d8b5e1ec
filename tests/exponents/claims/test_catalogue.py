"""The records: light, complete, consistent, and the only source of families and aliases."""

import subprocess
import sys

import pytest
from sympy import S

from exponents.claims.catalogue import ALIASES, CLAIMS, FAMILIES, describe_families, families_of, select_claims
from exponents.claims.claim import EDITION, MINUTES, REUSE, SUBJECTS, parse_condition
from exponents.errors import InputError
from exponents.symbols import alpha, beta, gamma


def test_records_need_no_sympy():
    code = "import sys, exponents.claims.catalogue; print({'sympy', 'mpmath', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.name} {claim.source}")
def test_a_record_is_complete(claim):
    assert ": " in claim.name and claim.source and claim.edition == EDITION
    for side in (claim.parse_published(), claim.derive()):
        assert side is None or side.free_symbols <= {alpha, beta, gamma}
    for condition in (claim.stated_for, claim.derived_for):
        assert parse_condition(condition).free_symbols <= {beta}
    assert claim.published is not None or not claim.stated_for


def test_a_claim_is_named_once_with_each_source():
    assert len({(claim.name, claim.source) for claim in CLAIMS}) == len(CLAIMS)
    assert len({claim.name for claim in select_claims(families_of(REUSE))}) == len(select_claims(families_of(REUSE)))


def test_records_of_one_name_are_measured_alike():
    for claim in CLAIMS:
        others = [other for other in CLAIMS if other.name == claim.name]
        assert {(o.system, o.cost, o.slow_from, o.derived_for) for o in others} == {
            (claim.system, claim.cost, claim.slow_from, claim.derived_for)
        }


def test_each_family_belongs_to_one_system_and_stands_together():
    assert {(claim.family, claim.system) for claim in CLAIMS} == set(FAMILIES.items())
    assert [claim.family for claim in CLAIMS] == sorted((claim.family for claim in CLAIMS), key=list(FAMILIES).index)
    assert sorted(FAMILIES[f] for f in FAMILIES) == sorted(s for s in SUBJECTS for _ in families_of(s))


def test_aliases_name_families_and_are_understood():
    for alias, family in ALIASES.items():
        assert select_claims([alias]) == select_claims([family]) != ()
        assert any(f"{family} (or {alias})" in names for names in describe_families())


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean levels"):
        select_claims(["chi", "level"])
    with pytest.raises(InputError, match="such as 'chi: kernel growth'"):
        select_claims(["12345"])


def test_agreement_is_false_where_a_side_is_missing_or_an_eigenvalue_is():
    """Eq. 83 lacks a factor of the eigenvalue, so its exponent is smaller by M wherever beta > 1, and by more below."""
    (without,) = (claim for claim in select_claims(["sgd: variance, rich"]) if claim.source == "eq. 83")
    (alone,) = select_claims(["data: peak"])
    assert without.agreement() == S.false == alone.agreement() and alone.cost == MINUTES
