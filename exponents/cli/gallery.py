"""The page of a folder of pictures: each with what it shows and its data, and the tables that the command prints.

The page needs no network and no script.  Pictures have a text that says what they show, tables have headings for every
column, and all words are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from .. import __version__
from ..files.whole_files import write_whole
from ..names import PICTURES, PUBLISHED, TABLES

TITLE = "Scaling exponents: figures and tables"

STYLE = """
body { font: 1rem/1.5 serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
figure { margin: 2rem 0; } img { max-width: 100%; height: auto; }
section.table { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.2rem 0.8rem; text-align: left; vertical-align: top; border-bottom: 1px solid #999; }
"""


def write_page(folder: Path, pictures: Sequence[str]) -> Path:
    """Write ``index.html`` into a folder of pictures, and return its path.

    Parameters
    ----------
    folder : Path
        Has NAME.png and NAME.csv of each picture.
    pictures : sequence of str

    Raises
    ------
    InputError
        If the page cannot be written.

    Examples
    --------
    >>> write_page(Path("nowhere"), [])
    Traceback (most recent call last):
    exponents.errors.InputError: --out needs a file that can be written; got nowhere/index.html (No such file or \
directory); try another
    """
    path = folder / "index.html"
    write_whole(path, make_page(pictures), "--out")
    return path


def make_page(pictures: Sequence[str]) -> str:
    """Return the page as HTML.

    Examples
    --------
    >>> page = make_page(["fig2a"])
    >>> page[:15], page.count("<figure"), page.count("<section")
    ('<!DOCTYPE html>', 1, 9)
    """
    places = [*(("figure", name) for name in pictures), *(("table", name) for name in TABLES)]
    links = "\n".join(f'<li><a href="#{kind}-{escape(name)}">{kind} {escape(name)}</a></li>' for kind, name in places)
    parts = [
        f'<h1>{TITLE}</h1>\n<nav aria-label="Contents"><ul>\n{links}\n</ul></nav>',
        "<main>\n<h2>Figures</h2>",
        *map(_write_figure, pictures),
        "<h2>Tables</h2>",
        *map(_write_table, TABLES),
        f"</main>\n<footer><p>exponents {escape(__version__)}</p></footer>",
    ]
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )
    return "\n".join([head, *parts, "</body>\n</html>\n"])


def _write_figure(name: str) -> str:
    """Return a picture, what it shows, and a link to its data."""
    shown, text = escape(name), escape(PICTURES[name])
    return (
        f'<figure id="figure-{shown}">\n<img src="{shown}.png" alt="{shown}: {text}">\n'
        f'<figcaption><strong>{shown}</strong>: {text} (<a href="{shown}.csv">data of {shown}</a>)</figcaption>\n'
        "</figure>"
    )


def _write_table(name: str) -> str:
    """Return a table as the command has it, with its headings marked as those of columns."""
    from ..reports.render import render_table
    from ..reports.tables import table

    text = re.sub("<th(?=[ >])", '<th scope="col"', render_table(table(name, PUBLISHED), "html"))
    return f'<section id="table-{escape(name)}" class="table" aria-label="{escape(name)}">\n{text}\n</section>'
