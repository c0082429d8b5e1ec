"""What is written down agrees with what the code does: README, docs/, help, tables/, versions.

Every block of the README and of the pages in docs/ that shows output is run: ``python`` blocks, and ``console`` or
``text`` blocks that begin with ``$ exponents``.  In what a command prints, a line ``...`` stands for lines left out.  A
block behind the comment ``<!-- slow -->`` is run only where the environment variable SLOW_DOCUMENTS is set.
"""

import os
import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import NamedTuple

import pytest

import exponents
from exponents import names
from exponents.claims import catalogue
from exponents.cli.app import cli, main
from exponents.names import CLOCK_TABLES, TABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = {path.name: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
DOCUMENTS = "\n\n".join(PAGES.values())


class Block(NamedTuple):
    """A fenced block: its language, its text, and whether it is marked as slow."""

    language: str
    text: str
    slow: bool


def blocks(text):
    """Every fenced block of a Markdown text."""
    found = re.findall(r"(<!-- slow -->\n+)?^```([\w{}-]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [Block(language, body, bool(mark)) for mark, language, body in found]


def not_run(text):
    """Blocks that show neither Python, nor shell commands alone, nor contents, nor our command with its output."""
    runs = {"{toctree}": "", "python": "", "sh": "", "console": "$ exponents ", "text": "$ exponents "}
    return [b.text for b in blocks(text) if b.language not in runs or not b.text.startswith(runs[b.language])]


def agrees(shown, printed):
    """Whether the printed text is the shown one, where a line ``...`` stands for any lines."""
    parts = [re.escape(part.strip("\n")) for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE)]
    return re.fullmatch(r".*?".join(parts), printed.strip("\n"), re.DOTALL) is not None


def blocks_of(*languages):
    """The blocks of these languages on all pages, with the names of the pages and their places there."""
    found = [(page, place, block) for page, text in PAGES.items() for place, block in enumerate(blocks(text))]
    return [
        pytest.param(page, block, id=f"{page}-{place}") for page, place, block in found if block.language in languages
    ]


PYTHON = blocks_of("python")
CONSOLE = blocks_of("console", "text")


def skip_slow(block):
    """Skip a slow block unless slow ones are asked for."""
    if block.slow and "SLOW_DOCUMENTS" not in os.environ:
        pytest.skip("slow; set SLOW_DOCUMENTS to run it")


@pytest.mark.parametrize(("page", "block"), PYTHON)
def test_python_in_the_documents_runs_and_prints_what_it_says(page, block, capsys):
    """A line ``# -> text`` after a print is what the print must give."""
    skip_slow(block)
    exec(compile(block.text, page, "exec"), {})
    said = re.findall(r"# -> (.*)", block.text)
    assert capsys.readouterr().out.splitlines() == said


@pytest.mark.parametrize(("page", "block"), CONSOLE)
def test_commands_in_the_documents_print_what_they_show(page, block, capsys):
    skip_slow(block)
    command, _, shown = block.text.partition("\n")
    assert main(shlex.split(command.removeprefix("$ exponents"))) == 0
    assert agrees(shown, capsys.readouterr().out)


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


def load_generated():
    """The module that fills in the generated parts of the pages."""
    spec = spec_from_file_location("generated", ROOT / "docs/generated.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_ask_for_generated_parts_that_exist():
    asked = re.findall(r"<!-- generated: (\w+) -->", DOCUMENTS)
    assert sorted(asked) == sorted(load_generated().PARTS)


def test_equations_are_read_off_text():
    numbers = load_generated().numbers
    assert numbers("eq. 8, eq. 10, 68 and eq. 26-28; Fig. 12, eq. 7") == {7, 8, 10, 26, 27, 28, 68}
    assert numbers("Fig. 12, sec. 4, N = 3") == set()


def test_formulas_in_docstrings_are_no_markup():
    lines = ["N*t and |w| of x_", "``N*t``::", "    a*b", "", ">>> 2*3", "6*1", "", "a*b"]
    assert load_generated().escape_markup(lines) == [
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
