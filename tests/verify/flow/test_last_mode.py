"""The time at which the last mode of a measured spectrum is learned, and the warning there."""

from math import log

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from exponents.cli.app import main
from verify import Model, loss_curve
from verify.flow.last_mode import find_learned_time
from verify.spectra.spectrum import spectrum_from_arrays

K = np.arange(1.0, 101)
SMALL = spectrum_from_arrays(K**-1.5, K**-1.75)


def test_the_lazy_time_is_that_of_an_exponential():
    assert find_learned_time(SMALL, 0.0, 1e9) == pytest.approx(log(2) * 1000, rel=1e-9)  # 100^1.5 = 1000
    assert find_learned_time(SMALL, 0.0, 693.0) is None
    assert find_learned_time(SMALL.compress(), 0.0, 1e9) == pytest.approx(log(2) * 1000, rel=1e-3)


def test_the_rich_time_is_where_the_frontier_reaches_the_last_mode():
    found = find_learned_time(SMALL, 1.0, 1e4)

    def move(_, phi, gamma=1.0):  # the flow as verify.flow.curve states it, by another solver
        kappa = (1 + np.sqrt(1 + 4 * gamma * (SMALL.weights / SMALL.eigenvalues) @ phi**2)) / 2
        rate = gamma * SMALL.weights @ (phi * (1 - phi)) / kappa
        return kappa * SMALL.eigenvalues * (1 - phi) + rate * phi

    state = solve_ivp(move, (0, found), np.zeros(100), method="LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
    assert state[-1] == pytest.approx(0.5, abs=1e-4)  # the flow aims at 1e-6
    assert found < 0.9 * log(2) * 1000  # control: the lazy time is another


@pytest.mark.parametrize(
    "method", [["--gamma", "1"], ["--gamma", "0", "--method", "two-time"], ["--method", "two-time"]]
)
def test_a_curve_beyond_the_last_mode_warns_and_one_before_does_not(method, tmp_path, capsys):
    path = tmp_path / "k.txt"
    np.savetxt(path, np.stack([SMALL.eigenvalues[:8], SMALL.weights[:8]], axis=1))
    for times, warned in (("1,2", False), ("1,100", True)):
        assert main(["curve", "--spectrum", str(path), "--time", times, *method]) == 0
        shown = capsys.readouterr()
        assert ("the last mode of the spectrum is learned" in shown.err) == warned
        assert ("the last mode" in shown.out) == warned
    assert main(["curve", "2", "1/2", "--time", "1,1e9"]) == 0  # control: a law has no last mode
    assert "last mode" not in capsys.readouterr().err


def test_a_linear_network_learns_the_last_mode_too_and_a_faster_one_sooner(tmp_path):
    path = tmp_path / "k.txt"
    np.savetxt(path, np.stack([SMALL.eigenvalues[:8], SMALL.weights[:8]], axis=1))
    slowest = log(2) / SMALL.eigenvalues[7]  # of a lazy flow
    for scale in (0.0, 1.0):
        network = Model(gamma=0.0, file=path, readout_scale=scale)
        found = loss_curve(network, [slowest / 4, 2 * slowest])
        due = slowest / (1 + scale**2)
        assert found.status.modes_learned_from == pytest.approx(due, rel=1e-3)
        assert found.valid.tolist() == [True, False]
    rich = loss_curve(Model(gamma=2.0, file=path, readout_scale=1.0), [slowest])
    flow = loss_curve(Model(gamma=1.0, file=path), [2 * slowest])  # by the map of verify.linear.infinite_width
    assert 2 * rich.status.modes_learned_from == pytest.approx(flow.status.modes_learned_from, rel=1e-9)
    assert loss_curve(Model(gamma=2.0, file=path, readout_scale=1.0), [0.1]).status.modes_learned_from is None
