"""What can go wrong with data, as exceptions.

All are of the kind ``ValueError``, so a caller who does not care which can catch that. A message says what is
wrong, where, and what to do about it. Wrong types of arguments stay ``TypeError``, a machine without
memory ``MemoryError``, and the file system's complaints ``OSError``.
"""

from __future__ import annotations

__all__ = [
    "PycompError",
    "CorruptError",
    "TruncatedError",
    "ChecksumError",
    "BaseError",
    "LimitError",
    "UnsupportedError",
    "OverlapError",
]


class PycompError(ValueError):
    """The root: something about the data or the request is not as it must be.

    Where the place is known, ``file``, ``tensor``, ``chunk`` (counted from 0) and ``offset`` (bytes from the
    start of what was read) say it; the others are None.

    >>> from pycomp.errors import CorruptError, PycompError
    >>> issubclass(CorruptError, PycompError) and issubclass(PycompError, ValueError)
    True
    """

    file: str | None = None
    tensor: str | None = None
    chunk: int | None = None
    offset: int | None = None


class CorruptError(PycompError):
    """The data breaks a rule of its format: it was damaged, or it is something else."""


class TruncatedError(PycompError):
    """The data ends before what its own fields announce."""


class ChecksumError(PycompError):
    """The data decoded, but not to the bytes that were encoded."""


class BaseError(ChecksumError):
    """These are differences to a base, and the one given is another."""


class LimitError(PycompError):
    """A size in the data exceeds the limit that the caller, or the format, allows."""


class UnsupportedError(PycompError):
    """A version, method or dtype that this build does not know."""


class OverlapError(PycompError):
    """What is to be written would replace what it is made of, or stand on itself."""


# By pc_status (csrc/include/pycomp/status.h): the exception, what happened, and what to do about it.
_BY_STATUS: dict[int, tuple[type[Exception], str]] = {
    1: (ValueError, "the arguments contradict each other or the function's contract"),
    2: (ValueError, "the output buffer is too small; pass a larger one, or none"),
    3: (TruncatedError, "the data is truncated; fetch or copy it again in full"),
    4: (CorruptError, "the data is corrupt; restore it from another copy"),
    5: (ChecksumError, "the checksum does not match; restore the data from another copy"),
    6: (LimitError, "a size in the data exceeds the limit; raise the limit if the source is trusted"),
    7: (UnsupportedError, "the data needs a newer version of pycomp or an unknown method"),
    8: (MemoryError, "out of memory"),
    9: (BaseError, "the base is not the one that this was encoded with; pass that one as base="),
}


def from_status(status: int, where: str) -> Exception:
    """The exception for a ``pc_status`` of the C core; *where* names the operation and the place.

    >>> from_status(3, "tensor.decode: chunk 7")
    TruncatedError('tensor.decode: chunk 7: the data is truncated; fetch or copy it again in full')
    """
    kind, text = _BY_STATUS.get(status, (PycompError, f"unknown status {status}; please report it"))
    return kind(f"{where}: {text}")
