"""What the documentation does not repeat by hand: help, public names, equations, the gallery.

Each function of `PARTS` returns Markdown.
"""

import ast
import json
import re
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import exponents
import verify
from exponents.claims.catalogue import CLAIMS
from exponents.cli.app import cli, main
from exponents.names import PICTURES

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import run_notebook  # noqa: E402

FILES = {"architecture": "ARCHITECTURE.md", "contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
"""Pages that are files of the repository."""


def commands():
    """The help of the command and of each of its parts."""
    parts = []
    for name in ("", *cli.commands):
        printed = StringIO()
        with redirect_stdout(printed):
            main([name, "--help"] if name else ["--help"])
        parts.append(f"## exponents {name}".rstrip() + f"\n\n```text\n{printed.getvalue().strip()}\n```\n")
    return "\n".join(parts)


def reference():
    """Every public name of both packages, from its docstring."""
    parts = []
    for package in (exponents, verify):
        blocks, values = [], []
        for name in package.__all__:
            public = getattr(package, name)
            if isinstance(public, type):
                blocks.append(f".. autoclass:: {package.__name__}.{name}\n   :members:\n")
            elif callable(public) and hasattr(public, "__wrapped__" if hasattr(public, "cache_info") else "__code__"):
                blocks.append(f".. autofunction:: {package.__name__}.{name}\n")
            else:
                values.append(f"`{name}`")
        said = f"Values and symbols: {', '.join(values)}.\n\n" if values else ""
        first = (package.__doc__ or "").splitlines()[0]
        body = "\n".join(blocks)
        parts.append(f"## {package.__name__}\n\n{first}\n\n{said}```{{eval-rst}}\n{body}```\n")
    return "\n".join(parts)


def numbers(text):
    """The equations of the paper that a text names: eq. 8, eq. 10, 68, eq. 26-31."""
    found = set()
    for group in re.findall(r"\beq\.\s(\d+(?:(?:,\s(?:eq\.\s)?|-|–| and | to )\d+)*)", text):
        for first, last in re.findall(r"(\d+)(?:(?:-|–| to )(\d+))?", group):
            found.update(range(int(first), int(last or first) + 1))
    return found


def docstrings():
    """The name and the docstring of each public function, class and module, without a run of the module."""
    for path in sorted(p for package in ("exponents", "verify") for p in (ROOT / package).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield f"{module}.{node.name}", ast.get_docstring(node) or ""


def equations():
    """For each equation of the paper: the claims about it, and the functions whose docstrings name it."""
    claims, functions = {}, {}
    for claim in CLAIMS:
        for number in numbers(claim.source):
            claims.setdefault(number, []).append(f"`{claim.name}`")
    for name, text in docstrings():
        for number in numbers(text):
            functions.setdefault(number, []).append(f"`{name}`")
    rows = [
        f"| {number} | {'<br>'.join(functions.get(number, []))} | {'<br>'.join(claims.get(number, []))} |"
        for number in sorted({*claims, *functions})
    ]
    return "\n".join(["| equation | functions and classes | claims |", "|---|---|---|", *rows]) + "\n"


def gallery():
    """Every picture of `exponents plot`, with the command that makes it."""
    parts = [
        f"### {name}\n\n{shows[0].upper()}{shows[1:]}.\n\n```sh\nexponents plot {name}\n```\n\n"
        f"![{shows}](figures/{name}.png)\n"
        for name, shows in PICTURES.items()
    ]
    return "\n".join(parts)


def tutorial():
    """The tutorial notebook, run now."""
    notebook = json.loads((ROOT / "docs/tutorial.ipynb").read_text())
    return run_notebook.as_markdown(run_notebook.fill(notebook))


PARTS = {
    "commands": commands,
    "reference": reference,
    "equations": equations,
    "gallery": gallery,
    "tutorial": tutorial,
}


def fill_in(page, text):
    """The text of a page, with its generated parts."""
    if page in FILES:
        text = (ROOT / FILES[page]).read_text()
        for other, name in FILES.items():
            text = text.replace(f"]({name})", f"]({other}.md)")
    return re.sub(r"<!-- generated: (\w+) -->", lambda found: PARTS[found[1]](), text)


def escape_markup(lines):
    """Escape stars, bars and trailing underscores outside of code, examples and literal blocks."""
    escaped, example, literal = [], False, None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            example = False
        elif literal is not None and indent <= literal:
            literal = None
        example = example or line.lstrip().startswith(">>>")
        if example or literal is not None:
            escaped.append(line)
            continue
        pieces = re.split(r"(``.*?``|`[^`]*`)", line)
        pieces[::2] = [re.sub(r"([*|\\]|(?<=\w)_(?!\w))", r"\\\1", piece) for piece in pieces[::2]]
        escaped.append("".join(pieces))
        if line.rstrip().endswith("::"):
            literal = indent
    return escaped
