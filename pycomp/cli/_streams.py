"""Standard input and output as ends of a command.

What comes in is spooled through a temporary file: a .pcz file is read from its end, and tensors are found
before they are packed. The spool lies beside the output, where there must be room for it anyway, or in
the system's temporary folder, and goes when the command ends, however it ends.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pycomp.cli._common import UsageError

PIECE = 1 << 20  # bytes copied at a time


@contextmanager
def spool(beside: str | None = None) -> Iterator[Path]:
    """A temporary folder next to *beside*, or in the system's place for such."""
    parent = None if beside is None else os.path.dirname(os.path.abspath(beside))
    with tempfile.TemporaryDirectory(prefix=".pycomp-", dir=parent) as folder:
        yield Path(folder)


def from_stdin(path: Path) -> Path:
    """Everything on standard input, in a file at *path*."""
    if sys.stdin.isatty():
        raise UsageError("standard input is a terminal; name a file or redirect one into this command")
    try:
        with open(path, "xb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, PIECE)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} (standard input goes there first)", str(path)) from None
    return path


@contextmanager
def binary_stdout(force: bool = False) -> Iterator[BinaryIO]:
    """Standard output for bytes; unless *force*, refuses a terminal, which they would only upset.

    It is opened anew rather than taken from ``sys.stdout.buffer``, which in an unbuffered interpreter
    (``python -u``) writes a part of what it is given and says no more than how much.
    """
    if sys.stdout.isatty() and not force:
        raise UsageError("standard output is a terminal; redirect it, or name a file with -o")
    sys.stdout.flush()
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        yield out
