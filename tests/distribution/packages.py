"""Do the wheel and the sdist work where nothing else is installed?  Each extra is tried in a clean environment.

Run by `make dist-test`; it takes some minutes, and downloads the dependencies.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from environments import NAME, ROOT, extras, make_environment

TRIES = {
    "": ["-m exponents --version", "-m exponents table", "-m exponents curve 3/2 1/2 --time 1,1e6"],
    "plot": ["-m exponents plot curves --gamma 0,1 --time 1:1e3 --output curves.pdf"],
    "parquet": ["-m exponents sweep grid.toml --export grid.parquet"],
    "dask": ["cluster.py"],
    "networks": ["-m exponents train --task circle --beta 1 --width 16 --depth 2 --steps 40 --seeds 1"],
    "smt": ["-c import~z3", "-m exponents balance --term N**-a+t**-b*N**-c --where a>0 --where b>0 --where c>0"],
    "all": ["-m exponents plot phases", "-m exponents sweep grid.toml --export all.parquet", "cluster.py"],
}
"""What must work with each extra, in a folder of its own; ~ stands for a space."""

FILES = {
    "grid.toml": 'alpha = ["3/2", 2]\nbeta = "1/2"\ngamma = 0\ntime = [1, 10]\n',
    "cluster.py": """
from dask.distributed import Client, LocalCluster
from verify import run_sweep
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        grid = {"alpha": "3/2", "beta": ["1/2", "3/2"], "gamma": 0, "time": [1, 10]}
        found = run_sweep(grid, executor=client.get_executor())
        assert len(found.records) == 2 and not found.failed, found
""",
}


def build(python: Path, source: Path, out: Path) -> tuple[Path, Path]:
    """Build the sdist, and a wheel from the source beside it."""
    subprocess.run(
        [python, "-m", "build", "--sdist", "--wheel", "--outdir", out, source], check=True, stdout=subprocess.DEVNULL
    )
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


def contents(wheel: Path) -> dict[str, int]:
    """Return the files of a wheel, with the checksum of each."""
    with zipfile.ZipFile(wheel) as files:
        return {file.filename: file.CRC for file in files.infolist()}


def check_wheel(wheel: Path) -> None:
    """The wheel has the two packages with their types, the licence, and nothing else."""
    names = list(contents(wheel))
    tops = {name.split("/")[0] for name in names}
    packages = {"exponents", "verify"}
    assert packages < tops and all(top.endswith(".dist-info") for top in tops - packages), tops
    assert {*(f"{package}/py.typed" for package in packages), "exponents/claims/published_laws.toml"} < set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "test" in Path(name).name.lower() or Path(name).suffix in (".md", ".png")]


def try_extra(extra: str, wheel: Path, folder: Path) -> None:
    """Install the wheel with one extra, and run what must work with it, outside of the source."""
    python = make_environment(folder / "venv", f"{wheel}[{extra}]" if extra else str(wheel))
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for line in TRIES[extra]:
        words = [word.replace("~", " ") for word in line.split()]
        done = subprocess.run([python, *words], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{extra}: {line}\n{done.stderr}"
    if not extra:  # what an extra is for is refused without it, in one line
        done = subprocess.run(
            [python, "-m", "exponents", "plot", "curves", "--time", "1:10"], cwd=folder, capture_output=True, text=True
        )
        assert done.returncode == 2 and "Traceback" not in done.stderr and "[plot]" in done.stderr, done.stderr


def main() -> None:
    """Build, look into both files, and try every extra."""
    assert set(TRIES) == {"", *extras()}, "each extra needs something that it is tried by"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tool = make_environment(folder / "build", "build")
        wheel, sdist = build(tool, ROOT, folder / "dist")
        check_wheel(wheel)
        with tarfile.open(sdist) as files:
            files.extractall(folder / "unpacked", filter="data")
        (source,) = (folder / "unpacked").iterdir()
        again, _ = build(tool, source, folder / "again")
        record = {file for file in contents(wheel) if file.endswith("RECORD")}
        assert contents(again) == contents(wheel) and record, "the wheel of the sdist differs from that of the source"
        print(f"{wheel.name}: {len(contents(wheel))} files; the sdist builds the same wheel", flush=True)
        for extra in TRIES:
            try_extra(extra, wheel, Path(tempfile.mkdtemp(prefix=extra, dir=folder)))
            print(f"{NAME}{f'[{extra}]' if extra else ''}: {len(TRIES[extra])} commands work", flush=True)


if __name__ == "__main__":
    sys.exit(main())
