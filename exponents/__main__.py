"""Start of the command ``exponents``, and of ``python -m exponents``.

Nothing is imported before an interrupt can be answered without a traceback.
"""

from __future__ import annotations

import os

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables that libraries of linear algebra read when NumPy is imported.  Each process gets one thread, also
where the user has more: the last digits of a sum depend on how many threads share it, matrices here are small, every
processor has a process, and a second thread costs tenfold on a busy machine."""


def use_one_thread() -> None:
    """Let libraries of linear algebra use one thread; NumPy must not be imported yet.

    Examples
    --------
    >>> use_one_thread()
    >>> os.environ["OMP_NUM_THREADS"]
    '1'
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))


def start() -> None:
    """Run the command and end the process.

    Examples
    --------
    >>> import subprocess, sys
    >>> subprocess.run([sys.executable, "-m", "exponents", "--version"], capture_output=True).returncode
    0
    """
    use_one_thread()
    try:
        from .cli.app import run

        run()
    except KeyboardInterrupt:  # while the command was imported
        os.write(2, f"exponents: interrupted{os.linesep}".encode())
        os._exit(130)


if __name__ == "__main__":
    start()
