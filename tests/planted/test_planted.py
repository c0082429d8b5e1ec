"""Does every planted fault still fit the product, and does a test notice it?"""

import ast
import builtins
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest


def load(name):
    """Return a script of this folder as a module; `tests/fuzz` has a run.py as well."""
    spec = spec_from_file_location(f"planted_{name}", Path(__file__).with_name(f"{name}.py"))
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


planted, asserts = load("run"), load("asserts")
FAULTS = planted.read_faults()


def test_the_text_of_every_fault_stands_once_in_its_module_and_the_fault_compiles():
    assert len(FAULTS) >= 40
    for fault in FAULTS:
        source = (planted.ROOT / fault.file).read_text(encoding="utf-8")
        compile(fault.plant(source), fault.file, "exec")
        assert fault.plant(source) != source, fault.name


def test_every_fault_has_its_own_name_an_equation_and_tests_that_exist():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    for fault in FAULTS:
        assert fault.equation and fault.tests, fault.name
        for name in fault.tests:
            path, _, function = name.partition("::")
            assert (planted.ROOT / path).exists(), name
            assert not function or f"def {function}(" in (planted.ROOT / path).read_text(encoding="utf-8"), name


def test_a_text_that_stands_there_twice_or_not_at_all_is_refused():
    fault = FAULTS[0]
    for source in ("", 2 * fault.text):
        with pytest.raises(LookupError, match="exactly once"):
            fault.plant(source)


def test_an_assertion_that_no_number_fails_is_told_from_one_that_some_fail(monkeypatch):
    """A loss of 1e-14 equals another within 1e-12, a wide tolerance fails for the sign alone, and others for 1 %."""
    lines = (
        "assert loss == approx(2e-14, abs=1e-12)",
        "assert rate == approx(0.5, rel=0.3)",
        "assert rate == approx(0.5, rel=1e-3)",
        "assert abs(rate - 0.5) < 1e-6",
    )
    module = ast.parse("\n".join(lines))
    asserts.rewrite_asserts(module, b"", "example.py")
    monkeypatch.setattr(builtins, "_examine_assertion", asserts.examine, raising=False)
    exec(compile(module, "example.py", "exec"), {"approx": pytest.approx, "loss": 1e-14, "rate": 0.5})
    assert sorted(line for _, line in asserts.equalities) == sorted(line for _, line in asserts.ran) == [1, 2, 3, 4]
    assert sorted(line for _, line in +asserts.failed) == [2, 3, 4]
    assert sorted(line for _, line in +asserts.slightly) == [3, 4]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_caught(fault):
    result = planted.try_fault(fault)
    assert result.caught_by, result.problem or f"{fault.equation}: nothing failed"
