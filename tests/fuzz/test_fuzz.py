"""A few random command lines pass, inputs that once failed pass, and the harness sees what it must."""

import shlex
import sys
from pathlib import Path

import click
import pytest

from exponents.cli import app

sys.path.insert(0, str(Path(__file__).parent))
import run

ONCE_FAILED = [
    # roots of one order, multiplied, had thousands of digits
    "plan --term 'N**(-alpha)' --term 'N**(2/4 - alpha)' --term '3.480*D**(-3/8)*N**(-alpha**2)' "
    "--term '2.913*D**(-min(9/4, alpha))' --cost 'D*t*G*N' --where 'alpha > 0' --set alpha=4.077 --budget 8e2",
    # a root of a number of a hundred thousand digits was tested for being prime
    "plan --term 'G**(-5/2)*D**(-7/3)' --term '16/1*G**(-1/4)' --term '8*t**(-min(6/4, b))*D**(2/3 - b)' "
    "--cost 't*N*D*G' --where 'b > 1' --free G --set b=4.762 --target 0.219",
    # a piece of the search that could not be cut lost its bound
    "plan --term '(D**(-6/6) + max(D**(-6/9), D**(-2/1)*G**(-8/3)))**(1/3)' --term 'min(D**(-2/4), D**(-7/1))' "
    "--cost 'G*D' --free G --target 0.646 --format json",
    "plan --term '(G**(-1/5) + t**(-1/2)*D**(-1/6))' --term 'min(t**(-9/4), G**(-min(9/4, alpha)))' --cost 't*N*D*G' "
    "--where 'b > 1' --where 'alpha > 0' --set alpha=4 --set b=2 --target 0.0135",
]


@pytest.mark.parametrize("line", [*ONCE_FAILED[:-1], pytest.param(ONCE_FAILED[-1], marks=pytest.mark.slow)])
def test_what_once_failed_passes(line):
    assert run.judge(shlex.split(line)) == ""


@pytest.mark.parametrize("place", range(12))
def test_random_command_lines_pass(place, tmp_path):
    words = run.make(20, place, tmp_path)
    assert run.judge(words) == "", shlex.join(words)
    assert words == run.make(20, place, tmp_path)  # so that it can be replayed


def fails(*_):
    raise ZeroDivisionError("planted")


def complains_twice(*_):
    click.echo("one\ntwo", err=True)
    return 2


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (fails, "ZeroDivisionError: planted"),
        (complains_twice, "2 lines"),
        (lambda _: 3, "status 3"),
        (lambda _: 0, "no output"),
    ],
)
def test_control_faults_are_seen(fault, seen, monkeypatch):
    monkeypatch.setattr(app, "main", fault)
    assert seen in run.judge(["at", "2", "1"])


@pytest.mark.slow
def test_control_a_process_that_ends_or_hangs_is_replaced(monkeypatch):
    monkeypatch.setattr(run, "SECONDS", 0.0)
    worker = run.Worker()
    first = worker.process.pid
    assert "longer than 0 s" in worker.judge(["at", "2", "1"])
    assert worker.process.pid != first
    monkeypatch.setattr(run, "SECONDS", 60.0)
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()
    worker.start()
    assert worker.judge(["at", "2", "1"]) == ""
    worker.process.kill()
