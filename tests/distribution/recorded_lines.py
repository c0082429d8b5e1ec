"""Run a list of command lines in one process, and print what each wrote, as JSON.

    python tests/distribution/recorded_lines.py exact

`exact` covers every command with exact output, in every format: the same bytes on every machine.  `numeric` has numbers
and pictures: the same bytes wherever Python and the libraries are the same.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exponents.__main__ import use_one_thread
from exponents.cli.app import cli, main
from exponents.names import CLOCK_TABLES, CONVENTION_TABLES, CONVENTIONS, DERIVATIONS, FORMATS, TABLES, VERSIONS

COMMANDS = tuple(cli.commands)
POINTS = ("3/2 1/2", "2 1", "3/2 5/3", "5/4 7/2", "2 3/2")

LOSSES = (
    "--term t**-beta --term N**-alpha --cost N**2*t",
    "--term 'min(t**-b, 1/(N*t)) + N**-2' --where 'b > 0' --cost N*t",
    "--term '(5/N)**(4/5) + 7/D' --cost 6*N*D",
    "--model rich --term 'P**(-alpha*min(2,beta))' --cost N*t --cost P --where 'alpha > 1'",
    "--term '1/N + 1/D' --cost N*D --subject-to 'D >= N*C**m' --where '0 < m < 1'",
    "--term 't**-((a-2)**2)*N**-b' --term N**-a*B**-b --term B**-1*t**-a --where 'a>0' --where 'b>0' --cost N*t*B",
)
PLANS = (
    "--term '406.4*N**-0.34' --term '410.7*D**-0.28' --term 1.69 --cost 6*N*D --budget 1e21",
    "--term '2*t**-0.5' --term 'N**-0.75' --target 0.01",
    "--term '5/N + 7/D' --cost 6*N*D --budget 1e6 --integer N",
    "--term 'min(t**-(1/2), 1/N) + N**-2' --cost N*t --budget 1e9",
)
MISTAKES = (
    *("at 3/4 1", "at 2", "nonsense", "table nonsense", "plan --term t**-1", "balance --term 't**-q'", "derive chy"),
    *(
        "curve 3/2 1/2 --time 1:0",
        "verify nothing",
        "plot fig1a --output a.gif --quiet",
        "fit none.csv",
        "sweep none.toml --quiet",
    ),
    *("train --width 0 --quiet", "balance --term 'é**-1'", "balance --term 't**-1' --save no/where.toml"),
)


def exact() -> Iterator[str]:
    """Yield the command lines with exact output."""
    for form in FORMATS:
        several = " ".join(TABLES)
        yield from (
            (f"table {name} --format csv" for name in TABLES) if form == "csv" else [f"table {several} --format {form}"]
        )
        yield from (f"at {point} --loss {version} --format {form}" for point in POINTS for version in VERSIONS)
        yield from (f"derive {name} --format {form}" for name in DERIVATIONS)
        yield from (f"balance {loss} --format {form}" for loss in LOSSES)
        yield from (f"plan {plan} --format {form}" for plan in PLANS)
        yield f"table compute-optimal --loss derived --format {form}"
        yield from (f"table {name} --clock steps --format {form}" for name in CLOCK_TABLES)
        for convention in CONVENTIONS:
            yield from (f"table {name} --convention {convention} --format {form}" for name in CONVENTION_TABLES)
    yield from (f"balance {loss} --proof" for loss in LOSSES)
    yield from (f"balance {loss} --certificate certificate.json --save law.toml" for loss in LOSSES)
    yield from (f"{command} --help" for command in COMMANDS)
    yield from ("--help", "table --write tables", *MISTAKES)


def numeric() -> Iterator[str]:
    """Yield command lines with numbers and pictures."""
    setting = "curve 3/2 1/2 --time 1:100:5"
    yield f"{setting} --gamma 0,1 --format json"
    yield f"{setting} --gamma 1 --spectrum modes --format csv"
    yield f"{setting} --method two-time --model-size 64 --batch-size 32 --format json"
    yield f"{setting} --method simulate --model-size 64 --batch-size 32 --seeds 2 --format json"
    yield f"{setting} --samples 100 --model-size 64 --format json"
    yield "fit runs.csv --draws 30 --jobs 1 --format json --save fitted.toml"
    yield "fit modes.txt --format json --save fitted.json"
    yield "verify levels --quick --jobs 1 --format json"
    yield "sweep grid.toml --quiet --jobs 2 --format csv --export all.csv"
    yield "plot phases --quiet --output phases.svg"
    yield "plot curves --quiet --gamma 0,1 --time 1:1e2:5 --output curves.pdf --data curves.csv"
    yield "plot fig1a --quiet --output fig1a.png"
    with contextlib.suppress(ImportError):
        import jax  # noqa: F401

        yield "train --quiet --beta 1 --width 64 --depth 3 --steps 200 --seeds 2 --format json"


def write_inputs() -> None:
    """Write the files that the command lines read."""
    runs = Path(__file__).parents[1] / "verify" / "fits" / "sample_runs.csv"
    Path("runs.csv").write_bytes(runs.read_bytes())
    Path("modes.txt").write_text("".join(f"{k**-1.5!r} {k**-1.75!r}\n" for k in range(1, 401)), encoding="ascii")
    grid = 'alpha = "3/2"\nbeta = ["1/2", 1]\ngamma = [0, 1]\ntime = "1,100"\n'
    Path("grid.toml").write_text(grid, encoding="ascii")


def record(line: str, before: set[Path]) -> dict[str, str | int]:
    """Run one command line; return its status, its output and the files that it wrote, without what says when."""

    def stream(like: object) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(), encoding=like.encoding, errors=like.errors)

    out, error = stream(sys.__stdout__), stream(sys.__stderr__)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = main(shlex.split(line))
    found: dict[str, str | int] = {"status": status}
    for name, held in (("out", out), ("error", error)):
        held.flush()
        found[name] = held.buffer.getvalue().decode("utf-8", "backslashreplace")
    for path in sorted(Path().rglob("*")):
        if path.is_file() and path not in before:
            if path.suffix != ".sqlite":  # it holds seconds
                found[path.name] = path.read_bytes().decode("utf-8", "backslashreplace")
            path.unlink()
    return found


if __name__ == "__main__":
    os.environ["COLUMNS"] = "100"
    use_one_thread()  # as the command does
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        write_inputs()
        inputs = {path for path in Path().rglob("*") if path.is_file()}
        lines = {"exact": exact, "numeric": numeric}[sys.argv[1]]()
        print(json.dumps({line: record(line, inputs) for line in lines}))
