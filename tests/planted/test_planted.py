"""Does every planted fault still fit the product, and does a test notice it?"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SPEC = spec_from_file_location("planted_run", Path(__file__).with_name("run.py"))
planted = sys.modules["planted_run"] = module_from_spec(SPEC)
SPEC.loader.exec_module(planted)
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


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_caught(fault):
    result = planted.try_fault(fault)
    assert result.caught_by, result.problem or f"{fault.equation}: nothing failed"
