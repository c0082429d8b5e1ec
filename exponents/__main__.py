"""Start of the command ``exponents``, and of ``python -m exponents``.

Nothing is imported before an interrupt can be answered without a traceback.
"""

from __future__ import annotations

import os


def start() -> None:
    """Entry of the console script."""
    try:
        from .cli import run

        run()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    start()
