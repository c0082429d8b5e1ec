"""Public runs that the repository does not contain: tests that need them skip, and say so, where they are missing."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("EXPONENTS_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture
def public_runs():
    """A function that returns the path of a file of runs, and skips the test without it."""

    def find(name):
        path = FOLDER / name
        if not path.exists():
            pytest.skip(f"needs {name} of public runs; set EXPONENTS_DATA to the folder that holds it")
        return path

    return find
