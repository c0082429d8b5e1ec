"""Settings of the documentation, which `make docs` builds with Sphinx.

A page may hold a comment `<!-- generated: NAME -->`. The Markdown of NAME in `generated.PARTS` replaces it.
The pages `architecture`, `contributing` and `changelog` are the files of the repository.  All examples are run.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from exponents.__main__ import use_one_thread  # noqa: E402

use_one_thread()
os.environ.setdefault("JAX_PLATFORMS", "cpu")  # JAX reports every other platform that it looks for

import examples  # noqa: E402
import generated  # noqa: E402
import matplotlib  # noqa: E402
from sphinx.util import logging  # noqa: E402

from exponents import __version__  # noqa: E402
from verify.processes import start_processes  # noqa: E402

matplotlib.use("Agg")

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


def run_examples(_):
    """Run every example on the pages and in the docstrings; one that does not give what it shows is a warning."""
    with start_processes(os.cpu_count() or 1) as executor:
        for name, wrong in examples.failures(executor):
            logging.getLogger(__name__).warning("%s gives something else: %s", name, wrong)


def fill_in(_, page, source):
    """Replace what a page leaves to be generated."""
    source[0] = generated.fill_in(page, source[0])


def escape(_, what, name, value, options, lines):
    """Take the prose of a docstring as it stands: its stars and bars are formulas, and no markup."""
    lines[:] = generated.escape_markup(lines)


def setup(app):
    """Connect these to Sphinx; docstrings are escaped before they are parsed."""
    app.connect("builder-inited", run_examples)
    app.connect("source-read", fill_in)
    app.connect("autodoc-process-docstring", escape, priority=100)
