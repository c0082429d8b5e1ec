"""What pyproject.toml asks for, and virtual environments in which it is installed.

`python tests/distribution/environments.py` prints the oldest dependencies that it allows, as constraints for pip.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "scaling-exponents"
OURS = ("dev", "docs", "mutation")
"""Extras for work on the project itself."""


def read_project() -> dict[str, object]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def extras() -> dict[str, list[str]]:
    """Return the requirements of each extra that users take."""
    every = read_project()["project"]["optional-dependencies"]
    return {name: found for name, found in every.items() if name not in OURS}


def lower_bounds() -> list[str]:
    """Return every requirement as ``name==bound``; another than that or ``name==version`` is an error."""
    project = read_project()["project"]
    requirements = [
        *project["dependencies"],
        *(one for some in project["optional-dependencies"].values() for one in some),
    ]
    found = set()
    for requirement in requirements:
        if requirement.startswith(f"{NAME}[") or re.fullmatch(r"[\w.-]+==[\d.*]+", requirement):  # one version alone
            continue
        bound = re.fullmatch(r"([\w.-]+)>=([\d.]+)", requirement)
        if bound is None:
            raise ValueError(f"a requirement must be name>=bound or name==version; got {requirement}")
        found.add(f"{bound[1]}=={bound[2]}")
    return sorted(found)


def make_environment(folder: Path, what: str, python: str = sys.executable, more: Sequence[str] = ()) -> Path:
    """Make a virtual environment of a Python, install into it with more options, and return its interpreter."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    inside = folder / "bin" / "python"
    install = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *more, what]
    subprocess.run(install, check=True, stderr=subprocess.PIPE)
    return inside


if __name__ == "__main__":
    print("\n".join(lower_bounds()))
