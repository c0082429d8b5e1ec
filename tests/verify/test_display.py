"""Do measured results show themselves, and do they compare?"""

from dataclasses import replace

import numpy as np
import pytest

from verify import LossCurve, Model, loss_curve, power_law_spectrum, read_point, verdicts

CURVE = loss_curve(Model("3/2", "1/2", gamma=1), [1e2, 1e6])


def test_reprs_are_short():
    [[verdict]] = verdicts([read_point("3/2", "1/2", 1)], ["chi: lazy time exponent"])
    for result in (CURVE, power_law_spectrum("3/2", "1/2"), verdict, verdict.measured):
        assert "\n" not in repr(result)
        assert len(repr(result)) < 130


def test_a_curve_prints_its_columns_and_gives_a_frame_of_numbers():
    assert "0.035648" in str(CURVE)
    assert "<table>" in CURVE._repr_html_()
    assert CURVE.to_dict()["loss"] == CURVE.loss.tolist()
    pytest.importorskip("pandas")
    frame = CURVE.to_frame()
    assert frame["loss"].tolist() == CURVE.loss.tolist()
    assert set(CURVE.observed) <= set(frame.columns)


def test_equal_curves_and_spectra_are_equal_and_others_are_not():
    same = replace(CURVE, loss=CURVE.loss.copy())
    assert same == CURVE
    assert same != replace(CURVE, loss=CURVE.loss * 1.01)
    unknown = LossCurve(np.ones(1), np.ones(1), np.full(1, np.nan), start=1.0)
    assert unknown == replace(unknown, error=np.full(1, np.nan))
    assert unknown != CURVE
    assert unknown != "a curve"
    assert power_law_spectrum("3/2", "1/2") == power_law_spectrum("3/2", "1/2")
    assert power_law_spectrum("3/2", "1/2") != power_law_spectrum("3/2", "1/3")
