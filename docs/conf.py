"""Settings of the documentation, which `make docs` builds with Sphinx.

A page may hold a comment `<!-- generated: NAME -->`. The Markdown of NAME in `generated.PARTS` replaces it.
The pages `architecture`, `contributing` and `changelog` are the files of the repository.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import generated  # noqa: E402

from exponents import __version__  # noqa: E402

project = "scaling-exponents"
author = "The authors of scaling-exponents"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
default_role = "code"
html_theme = "furo"
html_show_copyright = False
html_title = f"{project} {version}"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False


def fill_in(_, page, source):
    """Replace what a page leaves to be generated."""
    source[0] = generated.fill_in(page, source[0])


def escape(_, what, name, value, options, lines):
    """Take the prose of a docstring as it stands: its stars and bars are formulas, and no markup."""
    lines[:] = generated.escape_markup(lines)


def setup(app):
    """Connect both to Sphinx; docstrings are escaped before they are parsed."""
    app.connect("source-read", fill_in)
    app.connect("autodoc-process-docstring", escape, priority=100)
