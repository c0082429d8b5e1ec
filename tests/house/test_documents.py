"""What is written down agrees with what the code does: README, docs/, help, tables/, versions.

Every block of the README and of the pages in docs/ that shows output is run; `docs/examples.py` says which these are.
A block behind the comment ``<!-- slow -->`` is run only where the environment variable SLOW_DOCUMENTS is set.
"""

import json
import os
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import exponents
from exponents import names
from exponents.claims import catalogue
from exponents.cli.app import cli, main
from exponents.names import CLOCK_TABLES, TABLES

ROOT = Path(__file__).parents[2]


def load(name):
    """A module of the documentation."""
    spec = spec_from_file_location(name, ROOT / f"docs/{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES, GENERATED, NOTEBOOK = map(load, ("examples", "generated", "run_notebook"))
blocks, not_run, agrees, PAGES = EXAMPLES.blocks, EXAMPLES.not_run, EXAMPLES.agrees, EXAMPLES.pages()
README, DOCUMENTS = PAGES["README.md"], "\n\n".join(PAGES.values())


def blocks_of(*languages):
    """The blocks of these languages on all pages, with the names of the pages and their places there."""
    found = [(page, place, block) for page, text in PAGES.items() for place, block in enumerate(blocks(text))]
    return [pytest.param(block, id=f"{page}-{place}") for page, place, block in found if block.language in languages]


PYTHON = blocks_of("python")
CONSOLE = blocks_of("console", "text")


@pytest.mark.parametrize("block", [*PYTHON, *CONSOLE])
def test_examples_in_the_documents_give_what_they_show(block):
    """A line ``# -> text`` after a print is what the print must give."""
    if block.slow and "SLOW_DOCUMENTS" not in os.environ:
        pytest.skip("slow; set SLOW_DOCUMENTS to run it")
    assert EXAMPLES.run_block(block) == ""


def test_control_an_example_that_gives_something_else_is_reported():
    assert EXAMPLES.run_block(EXAMPLES.Block("python", "print(1)\n# -> 2\n", False)) == "1\n"
    assert "usage" in EXAMPLES.run_block(EXAMPLES.Block("text", "$ exponents --help\nno help\n", False)).lower()
    assert "the table must be" in EXAMPLES.run_block(EXAMPLES.Block("text", "$ exponents table no\n...\n", False))
    assert EXAMPLES._run(("a", EXAMPLES.Block("python", "1/0\n", False)))[1].startswith("ZeroDivisionError")


def texts_of(notebook):
    """What the cells of a notebook show, without pictures: their bytes depend on the fonts."""
    shown = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return [output.get("text") or output["data"].get("text/html") or output["data"]["text/plain"] for output in shown]


def test_the_tutorial_runs_and_shows_what_is_kept_in_it():
    kept = json.loads(NOTEBOOK.TUTORIAL.read_text())
    with plt.rc_context({"backend": "Agg"}):
        found = NOTEBOOK.fill(kept)
    assert texts_of(found) == texts_of(kept) and len(texts_of(kept)) >= 5
    codes = [cell for cell in kept["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in codes) and (kept["nbformat"], kept["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in kept["cells"]}) == len(kept["cells"])
    plt.close("all")


def test_control_cells_run_in_order_and_a_failure_stops_them():
    cells = [{"cell_type": "code", "source": [text]} for text in ("a = 2", "print(a)\na + 1", "a;")]
    first, second, third = NOTEBOOK.fill({"cells": cells})["cells"]
    assert first["outputs"] == third["outputs"] == []
    assert [output.get("text") or output["data"]["text/plain"] for output in second["outputs"]] == [["2\n"], ["3"]]
    with pytest.raises(NameError):
        NOTEBOOK.fill({"cells": cells[1:]})


def test_every_block_that_shows_output_is_run():
    assert {page: left for page, text in PAGES.items() if (left := not_run(text))} == {}
    assert len(PYTHON) >= 2 and len(CONSOLE) >= 2


def test_the_readme_is_a_front_page():
    assert len(README.splitlines()) <= 200
    assert "make\n" in README and "make test" in README


def broken_links(page, text):
    """Relative links of a page to files that do not exist."""
    folder = ROOT if page == "README.md" else ROOT / "docs"
    found = re.findall(r"\]\((?!https?:)([^)#\s]+)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [link for link in found if not (folder / link).exists()]


def test_links_of_the_documents_lead_to_files():
    assert {page: left for page, text in PAGES.items() if (left := broken_links(page, text))} == {}


def test_control_a_broken_link_is_seen():
    assert broken_links("README.md", "[a](docs/tour.md) ![b](docs/no.png) [c](tour.md)") == ["docs/no.png", "tour.md"]


def test_every_page_stands_in_the_contents():
    contents = (ROOT / "docs/index.md").read_text().splitlines()
    assert [page for page in PAGES if page not in ("README.md", "index.md") if page[:-3] not in contents] == []


def test_the_gallery_has_every_picture_and_no_other():
    assert {path.name for path in (ROOT / "docs/figures").iterdir()} == {f"{name}.png" for name in names.PICTURES}


def test_control_a_block_that_is_not_run_is_seen():
    planted = "Text.\n\n```text\nphase 1\n```\n\n<!-- slow -->\n```text\n$ exponents table\n...\n```\n\n"
    planted += "```js\n1\n```\n\n```{code}\n2\n```\n"
    assert not_run(planted) == ["phase 1\n", "1\n", "2\n"]
    assert [block.slow for block in blocks(planted)] == [False, True, False, False]


def test_control_another_output_is_seen():
    assert agrees("a\n...\nc\n", "a\nb\nb\nc\n") and agrees("a\nb\n", "a\nb\n")
    assert not agrees("a\nc\n", "a\nb\nc\n") and not agrees("a\n...\nd\n", "a\nb\nc\n") and not agrees("a.c\n", "abc\n")


def test_pages_ask_for_generated_parts_that_exist():
    asked = re.findall(r"<!-- generated: (\w+) -->", DOCUMENTS)
    assert sorted(asked) == sorted(GENERATED.PARTS)


def test_equations_are_read_off_text():
    numbers = GENERATED.numbers
    assert numbers("eq. 8, eq. 10, 68 and eq. 26-28; Fig. 12, eq. 7") == {7, 8, 10, 26, 27, 28, 68}
    assert numbers("Fig. 12, sec. 4, N = 3") == set()


def test_formulas_in_docstrings_are_no_markup():
    lines = ["N*t and |w| of x_", "``N*t``::", "    a*b", "", ">>> 2*3", "6*1", "", "a*b"]
    assert GENERATED.escape_markup(lines) == [
        *(r"N\*t and \|w\| of x\_", "``N*t``::", "    a*b", "", ">>> 2*3", "6*1", "", r"a\*b")
    ]


REGISTRIES = {
    "TABLES": ("table",),
    "CONVENTION_TABLES": ("table",),
    "CLOCKS": ("table",),
    "CLOCK_TABLES": ("table",),
    "DERIVATIONS": ("derive",),
    "CONVENTIONS": ("table", "at"),
    "VERSIONS": ("table", "at", "derive", "balance", "plan"),
    "FORMATS": ("table", "at", "derive", "balance", "plan", "curve", "verify", "sweep"),
    "REGIMES": ("balance", "plan", "plot"),
    "METHODS": ("curve", "sweep"),
    "SPECTRA": ("curve", "verify", "sweep"),
    "FIT_KINDS": ("fit",),
    "OBJECTIVES": ("fit",),
    "FAMILIES": ("verify",),
    "ALIASES": ("verify",),
    "PICTURES": ("plot",),
}
"""The lists of names people type, and the commands whose help must name every one."""


def words_of(registry):
    """The words of a list in `exponents.names`, or of one that follows from the records of claims."""
    return getattr(names if hasattr(names, registry) else catalogue, registry)


def missing(words, text):
    """The words that a text does not contain whole; a word may be broken after a hyphen at the end of a line."""
    joined = re.sub(r"(?<=\w-)\n\s*", "", text)
    return [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", joined)]


def inline_code(text):
    """What stands between single backticks: a name that is also a word of the language may stand elsewhere."""
    return "\n".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


@pytest.mark.parametrize(("registry", "command"), [(r, c) for r, commands in REGISTRIES.items() for c in commands])
def test_help_names_everything_that_can_be_typed(registry, command, capsys):
    assert main([command, "--help"]) == 0
    assert missing(words_of(registry), capsys.readouterr().out) == []


@pytest.mark.parametrize("registry", [*REGISTRIES, "COMMANDS"])
def test_the_documents_name_everything_that_can_be_typed(registry):
    words = cli.commands if registry == "COMMANDS" else words_of(registry)
    assert missing(words, inline_code(DOCUMENTS)) == []


def test_control_a_word_of_prose_names_nothing():
    assert missing(["clock", "chi"], inline_code("The clock\n```\nclock\n```\nand `exponents derive\nchi`.")) == [
        "clock"
    ]


def test_control_a_name_that_help_leaves_out_is_seen():
    assert missing(["data", "data-limit", "sgd"], "data-\n   limit and sgds") == ["data", "sgd"]


def test_every_list_of_names_is_held_against_help():
    """A new registry of words in `exponents.names` must be added to REGISTRIES, or named here with a reason."""
    lists = {name for name, value in vars(names).items() if name.isupper() and isinstance(value, tuple | dict)}
    unlisted = {
        "LOSS_EQUATION",  # printed, never typed
        "TASKS",  # likewise
        "COORDINATES",  # its keys are CONVENTIONS
        "TRAINED_PICTURES",  # some of PICTURES
        "KERNELS",  # an argument in Python; no command takes one
        "CHOICES",  # which options a picture has: plot refuses the others by name
    }
    assert lists - unlisted <= set(REGISTRIES)


def test_the_tables_folder_is_what_the_command_writes(tmp_path, capsys):
    assert main(["table", "--write", str(tmp_path)]) == 0
    capsys.readouterr()
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "tables").iterdir()}
    assert written == kept
    assert len(kept) == 3 * (len(TABLES) + len(CLOCK_TABLES))


def test_one_version_everywhere():
    assert f"version: {exponents.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {exponents.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_tables_folder_is_no_package():
    assert not list((ROOT / "tables").glob("*.py"))
    assert (
        '"tables"'
        not in (ROOT / "pyproject.toml").read_text().split("[tool.hatch.build.targets.wheel]")[1].split("[")[1]
    )
