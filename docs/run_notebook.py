"""How does the tutorial run without Jupyter?  Its cells are executed in order, as a notebook does.

`python docs/run_notebook.py` writes the outputs into `docs/tutorial.ipynb`; documentation and tests run it again.
"""

import ast
import base64
import json
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path

PLAIN, HTML, PNG = "text/plain", "text/html", "image/png"

TUTORIAL = Path(__file__).with_name("tutorial.ipynb")


def run_cell(source, names):
    """Run a cell; return what it prints, and what its last line is worth."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = StringIO(), None
    with redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)  # noqa: S102 (our own page)
        if last is not None and not source.rstrip().endswith(";"):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    shown = []
    if printed.getvalue():
        shown.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(True)})
    if value is not None:
        shown.append({"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": show(value)})
    return shown


def show(value):
    """Return a value as text, and as HTML or a picture where it has one."""
    found = {PLAIN: repr(value).splitlines(True)}
    if hasattr(value, "savefig"):
        picture = BytesIO()
        value.savefig(picture, format="png", dpi=100, metadata={"Software": None})
        found = {PLAIN: ["<Figure>"], PNG: base64.b64encode(picture.getvalue()).decode()}
    elif hasattr(value, "_repr_html_"):
        found[HTML] = value._repr_html_().splitlines(True)
    return found


def fill(notebook):
    """Return a notebook with the outputs of its cells."""
    cells, names = [], {"__name__": "__main__"}
    for number, cell in enumerate(notebook["cells"], 1):
        outputs = {}
        if cell["cell_type"] == "code":
            outputs = {"outputs": run_cell("".join(cell["source"]), names), "execution_count": number}
        cells.append({**cell, **outputs})
    return {**notebook, "cells": cells}


def as_markdown(notebook):
    """Return a filled notebook as a page."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            data = output.get("data", {PLAIN: output.get("text", [])})
            if PNG in data:
                parts.append(f'```{{raw}} html\n<img alt="output" src="data:{PNG};base64,{data[PNG]}">\n```')
            elif HTML in data:
                parts.append(f"```{{raw}} html\n{''.join(data[HTML])}\n```")
            else:
                parts.append(f"```text\n{''.join(data[PLAIN]).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")
    TUTORIAL.write_text(json.dumps(fill(json.loads(TUTORIAL.read_text())), indent=1, ensure_ascii=False) + "\n")
