"""Whatever is typed wrong: one line on standard error that says what was required, status 2, nothing on disk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exponents.cli.app import main
from exponents.names import PICTURES

NUMBERS = [
    "x",
    "",
    "nan",
    "inf",
    "-inf",
    "1/0",
    "0/0",
    "1e99999",
    "1" * 5000,
    "1/2/3",
    "alpha",
    "2**3",
    "١",
    "1,5",
    "None",
    "1+1",
]
BAD = [
    *(["at", number, "1/2"] for number in NUMBERS),
    *(["at", "3/2", number] for number in NUMBERS),
    ["at", "1", "1"],
    ["at", "3/4", "1"],
    ["at", "-2", "1"],
    ["at", "0", "1"],
    ["at", "2", "0"],
    ["at", "2", "-1"],
    ["at", "2", "-1/2"],
    ["at", "2", "-.5"],
    ["at", "2"],
    ["at"],
    ["at", "2", "1", "3"],
    ["at", "2", "1", "--format", "yaml"],
    ["at", "2", "1", "--format"],
    ["at", "2", "1", "--loss", "true"],
    ["at", "2", "1", "--nonsense"],
    ["at", "2", "1", "--convention", "nonsense"],
    ["at", "x", "1", "--convention", "circle"],
    ["at", "1/2", "1", "--convention", "random-features"],
    ["at", "2", "-3", "--convention", "random-features"],
    ["at", "2", "0", "--convention", "source-condition"],
    ["at", "1", "1/2", "--convention", "circle"],
    ["table", "--convention", "nonsense"],
    ["table", "--convention"],
    ["table", "time", "--convention", "circle"],
    ["table", "phases", "claims", "--convention", "random-features"],
    ["at", "2", "1/2", "--learning-rate", "0"],
    ["at", "2", "1/2", "--learning-rate", "-1"],
    ["at", "2", "1/2", "--learning-rate", "2"],
    ["at", "2", "1/2", "--learning-rate", "small"],
    ["at", "2", "1/2", "--learning-rate", "nan"],
    ["at", "2", "1/2", "--learning-rate", "0.1", "--gamma", "0"],
    ["at", "2", "1/2", "--learning-rate", "0.1", "--gamma", ""],
    ["at", "2", "1/2", "--gamma", "1"],
    ["table", "--clock", "hours"],
    ["table", "--clock"],
    ["table", "time", "--clock", "steps"],
    ["table", "--clock", "steps", "--convention", "circle"],
    ["table", "nonsense"],
    ["table", "time", "nonsense"],
    ["table", "--format", "pdf"],
    ["table", "time", "levels", "--format", "csv"],
    ["table", "--write", ""],
    ["table", "--write", "anywhere", "--format", "json"],
    ["derive", "chi\n"],
    ["derive", "nonsense"],
    ["derive"],
    ["derive", "chi", "levels"],
    ["nonsense"],
    ["--nonsense"],
]


@pytest.mark.parametrize("arguments", BAD, ids=lambda arguments: " ".join(arguments)[:40] or "nothing")
def test_bad_input_is_answered_in_one_line(arguments, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1 and captured.err.startswith("exponents: ")
    assert len(captured.err) < 250
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("arguments", [a for a in BAD if "nonsense" in a or "3/4" in a or "1/0" in a], ids=" ".join)
def test_messages_say_what_was_required_and_what_came(arguments, capsys):
    main(arguments)
    message = capsys.readouterr().err
    assert "nonsense" in message or "got " in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["at", "1/2", "1", "--convention", "random-features"], "needs a > 1/2 and b > 1/2 - a; got a = 1/2, b = 1;"),
        (["at", "1", "-1/2", "--convention", "circle"], "needs q_phi > 1/2 and q > 1/2; got q_phi = 1, q = -1/2;"),
        (["at", "2", "y", "--convention", "source-condition"], "r must be a finite rational number; got y"),
        (
            ["table", "claims", "--clock", "steps"],
            "must be one of compute-optimal, phases, data, data-limit; got claims",
        ),
        (["at", "2", "1/2", "--gamma", "3"], "--gamma needs --learning-rate; got --gamma 3 alone"),
        (["table", "loss", "--convention", "circle"], "must be one of compute-optimal, phases; got loss"),
    ],
)
def test_a_convention_answers_in_its_own_symbols(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


LOSS = ["balance", "--term", "t**-1", "--cost", "N*t"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [*LOSS, "--term", "N**-q"],
            "got 'q' at column 5; add --where 'q > 0' if it is a parameter, or use it in --cost",
        ),
        ([*LOSS, "--term", "N**-alhpa"], "got 'alhpa' at column 5; did you mean alpha?"),
        ([*LOSS, "--term", "N**-(1"], "close its parentheses; got the end of the text; complete the text"),
        (["balance", "--term", "1/t", "--cost", "N t"], "an operator between factors; got 't' at column 3; write *"),
        ([*LOSS, "--set", "N=1e9"], "--set takes parameters, once each; got N=1e9, but N is a resource"),
        ([*LOSS, "--set", "alpha"], "--set must be a name and a number; got alpha; write it as --set alpha=3/2"),
        ([*LOSS, "--set", "alpha=2"], "--set takes parameters of the loss; got alpha, which does not occur"),
        ([*LOSS, "--where", "N > 1"], "--where takes conditions on parameters; got N, a resource"),
        ([*LOSS, "--where", "1 > 2"], "a condition must hold somewhere; got 1 > 2, which is false"),
        (["balance", "--term", "(1/t + 1)**2", "--cost", "N*t"], "got (1 + 1/t)**2"),
        (
            ["balance", "--term", "P**-1", "--cost", "N*t"],
            "got P in P**-1; add P to --cost, list it with --free, or fix",
        ),
        (["balance", "--model", "lazy", "--set", "alpha=1"], "only; change --set"),
        (
            ["table", "time", "levels", "--format", "csv"],
            "--format csv prints one table; got 2; name one, or write all",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_names_the_cause_and_the_option_that_mends_it(arguments, message, capsys):
    assert main(arguments) == 2
    found = capsys.readouterr().err
    assert message in found and found.count("\n") == 1 and "()" not in found and len(found) < 250


def test_a_list_of_short_names_is_printed_without_a_guess(capsys):
    """Fig5 is as close to fig3 as to fig4: the list says more than a guess."""
    main(["plot", "fig5"])
    message = capsys.readouterr().err
    assert f"{', '.join(PICTURES)}, all; got fig5" in message and "did you mean" not in message


def test_a_shell_user_is_sent_to_a_command(capsys):
    main(["at", "1/2", "1"])
    message = capsys.readouterr().err
    assert "exponents balance" in message and "compute_optimum" not in message


def test_a_near_miss_is_suggested(capsys):
    main(["tabel"])
    assert "did you mean table?" in capsys.readouterr().err
    main(["derive", "compute_optimal"])
    assert "did you mean compute-optimal?" in capsys.readouterr().err
    main(["table", "--convention", "random_features"])
    assert "did you mean random-features?" in capsys.readouterr().err


def test_an_unwritable_folder_leaves_nothing_behind(capsys, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("mine")
    for target in (blocked, blocked / "below", "/proc/nowhere", "\0"):
        assert main(["table", "levels", "--write", str(target)]) == 2
        message = capsys.readouterr().err
        assert message.count("\n") == 1 and "folder" in message
    assert blocked.read_text() == "mine" and [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_target_that_is_a_folder_stops_before_anything_is_written(capsys, tmp_path):
    (tmp_path / "levels.md").mkdir()
    assert main(["table", "time", "levels", "--write", str(tmp_path)]) == 2
    assert "levels.md" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["levels.md"]


def test_a_closed_standard_output_is_an_error_not_a_traceback():
    shell = f"{sys.executable} -m exponents at 2 1 >&-"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "closed" in done.stderr and "Traceback" not in done.stderr


def test_a_failure_half_way_leaves_no_table_behind(capsys, tmp_path, monkeypatch):
    written, honest = [], os.fsync

    def failing(stream):
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        written.append(stream)
        honest(stream)

    monkeypatch.setattr(os, "fsync", failing)
    assert main(["table", "time", "levels", "--write", str(tmp_path)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_interrupts_reach_the_tests_of_a_background_job():
    """The shell ignores SIGINT for what it starts in the background, nohup SIGHUP; tests/conftest.py restores both."""
    conftest = Path(__file__).parents[1] / "conftest.py"
    code = (
        "import runpy, sys; from signal import *; runpy.run_path(sys.argv[1]); print(*map(getsignal, (SIGINT, SIGHUP)))"
    )
    shell = f"trap '' INT HUP; exec {sys.executable} -c '{code}' {conftest}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert "default_int_handler" in done.stdout and done.stdout.endswith(" 0\n")  # SIG_DFL


@pytest.mark.parametrize("delay", [0, 0.02, 0.3])
def test_an_interrupt_leaves_no_traceback(delay):
    code = """
import sys
from exponents.__main__ import start
sys.argv = ["exponents", "derive", "compute-optimal"]
try:
    print("ready", file=sys.stderr, flush=True)
    start()
except KeyboardInterrupt:
    pass  # before start() was reached
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr.readline() == b"ready\n"
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert b"Traceback" not in error
