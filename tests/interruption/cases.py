"""The long commands that are interrupted, the files that they read, and what their files must hold.

Each `Case` runs in a folder of its own.  A file that it writes must be what the run without an event writes, byte for
byte, or absent.  Two files may hold a part of the work, which must be whole: a sweep's store and a state of training.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GRID = """
method = "two-time"
spectrum = "modes"
modes = 40
alpha = "3/2"
beta = ["1/2", "7/10"]
gamma = {from = 0, to = 1, number = 30}
time = "1,20"
"""
RUNS = (Path(__file__).parents[1] / "verify" / "fits" / "sample_runs.csv").read_text()
MODES = "".join(f"{k**-1.5!r} {k**-1.75!r}\n" for k in range(1, 401))


@dataclass(frozen=True)
class Case:
    """A command line, the files that it reads, and the file in which it keeps work that is not finished."""

    words: str
    inputs: tuple[tuple[str, str], ...] = ()
    kept: str = ""


CASES = {
    "at": Case("at 3/2 1/2"),
    "table": Case("table time levels phases --write tables"),
    "balance": Case(
        "balance --term t**-((a-2)**2+(b-2)**2)*N**-(1/(1+a)) --term t**-(a*b)*B**-((a-2)**2) "
        "--term N**-(b**2-a)*B**-1 --cost N*t*B --where a>0 --where b>0 --certificate law.json --save law.toml"
    ),
    "plan": Case("plan --term 5/N+7/(D+N)**(1/2) --term D**-(1/3) --cost 6*N*D --budget 1e9 --save plan.toml"),
    "fit runs": Case("fit runs.csv --draws 200 --jobs 2 --save law.toml", (("runs.csv", RUNS),)),
    "fit spectrum": Case("fit modes.txt --save fit.json", (("modes.txt", MODES),)),
    "curve": Case("curve 3/2 1/2 --method simulate --model-size 64 --batch-size 32 --seeds 12"),
    "verify": Case("verify levels --quick --jobs 2"),
    "plot": Case("plot curves --gamma 0,1 --time 1:1e3 --output curves.png --data curves.csv"),
    "gallery": Case("plot fig1a fig10 --out pages"),
    "sweep": Case("sweep grid.toml --jobs 2 --export all.csv --export all.json", (("grid.toml", GRID),), "grid.sqlite"),
    "train": Case(
        "train --beta 1 --width 16 --depth 2 --steps 3000 --seeds 2 --resume state.npz --format json", kept="state.npz"
    ),
}


def damage(path: Path) -> str:
    """Return what is wrong with a file of work that is not finished; empty if it is whole."""
    try:
        if path.suffix == ".npz":
            with path.open("rb") as stream, np.load(stream) as held:
                [held[name] for name in held.files]
                json.loads(bytes(held["state"]))
        else:
            with closing(sqlite3.connect(path)) as store:
                assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                [json.loads(row[0]) for row in store.execute("SELECT result FROM tasks WHERE status = 'done'")]
    except Exception as error:  # whatever a damaged file raises
        if "no such table" in str(error):  # made, but empty
            return ""
        return f"{path.name}: {type(error).__name__}: {error}"
    return ""
