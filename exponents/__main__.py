"""Start of the command ``exponents``, and of ``python -m exponents``.

Nothing is imported before an interrupt can be answered without a traceback.
"""

from __future__ import annotations

import os

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables that libraries of linear algebra read when NumPy is imported.  Each process gets one thread: matrices here
are small, every processor has a process, and a second thread costs tenfold on a busy machine."""


def start() -> None:
    """Run the command and end the process.

    Examples
    --------
    >>> import subprocess, sys
    >>> subprocess.run([sys.executable, "-m", "exponents", "--version"], capture_output=True).returncode
    0
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")
    try:
        from .cli.app import run

        run()
    except KeyboardInterrupt:  # while the command was imported
        os.write(2, f"exponents: interrupted{os.linesep}".encode())
        os._exit(130)


if __name__ == "__main__":
    start()
