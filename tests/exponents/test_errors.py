"""The hint that installs an extra works wherever this package came from."""

import json
from importlib import metadata

import pytest

from exponents import errors
from exponents.errors import InputError, import_extra, install_hint

RECORD = """Metadata-Version: 2.4
Name: scaling-exponents
Version: 0
Requires-Dist: sympy>=1.13
Provides-Extra: dev
Requires-Dist: pytest>=8; extra == 'dev'
Provides-Extra: plot
Requires-Dist: matplotlib>=3.8; (python_version > '3') and extra == "plot"
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """This package as if it were installed, from a source that the test records."""
    folder = tmp_path / "scaling_exponents-0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(RECORD)
    monkeypatch.setattr(errors, "__file__", str(tmp_path / "exponents" / "errors.py"))
    monkeypatch.setattr(metadata, "distribution", lambda _: metadata.PathDistribution(folder))
    return lambda **record: (folder / "direct_url.json").write_text(json.dumps(record))


def test_a_source_tree_is_installed_from_its_folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "scaling-exponents"\n')
    monkeypatch.setattr(errors, "__file__", str(tmp_path / "exponents" / "errors.py"))
    assert install_hint("plot") == f"pip install -e '{tmp_path}[plot]'"


def test_a_wheel_is_installed_from_its_file_and_from_its_requirements_once_that_is_gone(tmp_path, installed):
    wheel = tmp_path / "a wheel.whl"
    wheel.touch()
    installed(url=wheel.as_uri(), archive_info={})
    assert install_hint("plot") == f"pip install '{wheel}[plot]'"
    wheel.unlink()
    assert install_hint("plot") == "pip install 'matplotlib>=3.8'"


def test_a_repository_is_installed_at_the_same_commit(installed):
    installed(url="https://example.org/x.git", vcs_info={"vcs": "git", "commit_id": "abc"})
    assert install_hint("plot") == "pip install 'scaling-exponents[plot] @ git+https://example.org/x.git@abc'"


def test_without_a_record_the_hint_names_what_the_extra_requires_and_not_more(installed):
    assert install_hint("plot") == "pip install 'matplotlib>=3.8'"
    assert install_hint("dev") == "pip install 'pytest>=8'"
    with pytest.raises(InputError, match=r"^plotting needs nowhere, .*; try pip install 'matplotlib>=3\.8'$"):
        import_extra("nowhere.pyplot", "plot", "plotting")
