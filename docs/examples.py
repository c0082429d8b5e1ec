"""Do the examples of the documentation give what they show?  All are run when it is built, and by the tests.

Every block that shows output is run: ``python`` blocks, and ``console`` or ``text`` blocks that begin with
``$ exponents``.  In what a command prints, a line ``...`` stands for lines left out.  A block behind the comment
``<!-- slow -->`` takes long.
"""

import doctest
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import exponents
import verify
from exponents.cli.app import main

ROOT = Path(__file__).parents[1]

LANGUAGES = ("python", "console", "text")
"""Languages of the blocks that are run."""


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


def pages():
    """The pages by name, README first."""
    return {path.name: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}


def run_block(block):
    """Run a block; return what it prints where this is not what it shows, and else an empty text."""
    printed, said = StringIO(), StringIO()
    with redirect_stdout(printed), redirect_stderr(said):
        if block.language == "python":  # a line ``# -> text`` after a print is what the print must give
            exec(compile(block.text, "example", "exec"), {})  # noqa: S102 (our own page)
            right = printed.getvalue().splitlines() == re.findall(r"# -> (.*)", block.text)
        else:
            command, _, shown = block.text.partition("\n")
            status = main(shlex.split(command.removeprefix("$ exponents")))
            right = status == 0 and agrees(shown, printed.getvalue())
    return "" if right else printed.getvalue() + said.getvalue() or "it prints nothing"


def run_docstrings(module):
    """Run the examples in the docstrings of a module; return what went wrong."""
    printed = StringIO()
    with redirect_stdout(printed):
        doctest.testmod(import_module(module), optionflags=doctest.ELLIPSIS)
    return printed.getvalue()


def _run(task):
    """Run a block or a module, and return its name with what went wrong; every failure is one of the example."""
    name, what = task
    try:
        return name, run_docstrings(what) if isinstance(what, str) else run_block(what)
    except Exception as error:
        return name, f"{type(error).__name__}: {error}"


def failures(executor=None):
    """Run all examples of the pages, and of the modules that the reference shows; yield names and what went wrong."""
    tasks = [
        (f"{page}, block {place}", block)
        for page, text in pages().items()
        for place, block in enumerate(blocks(text))
        if block.language in LANGUAGES
    ]
    for package in (exponents, verify):
        tasks += [(f"{package.__name__}.{home}", f"{package.__name__}.{home}") for home in package._HOMES]
    yield from ((name, wrong) for name, wrong in (executor.map if executor else map)(_run, tasks) if wrong)
